/**
 * What a terminal can do: colours, and one line that is written over. Everything printed elsewhere is plain text.
 */
import { styleText } from 'node:util';
import type { Paint, Style } from '../reports/layout.ts';

const STYLES: Readonly<Record<Style, Parameters<typeof styleText>[0]>> = {
  bad: 'red',
  good: 'green',
  strong: 'bold',
  dim: 'dim',
};

/** Colours if `stream` is a terminal; `NO_COLOR` and `FORCE_COLOR` have the last word. */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  return (style, text) => styleText(STYLES[style], text, { stream, validateStream: true });
}

/** For terminals that do not know their width, or say 0. */
const WIDTH = 80;

/** A line that is written over and cleared in the end. Silent where `stream` is no terminal. */
export interface ProgressLine {
  show(text: string): void;
  clear(): void;
}

/** The progress line of `stream`. */
export function progressLine(stream: NodeJS.WriteStream): ProgressLine {
  const ERASE = '\r\u001b[2K';
  const write = (text: string): void => {
    if (stream.isTTY) stream.write(ERASE + text.slice(0, (stream.columns || WIDTH) - 1));
  };
  return { show: write, clear: () => write('') };
}
