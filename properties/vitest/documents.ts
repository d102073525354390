/** What the documents say in blocks of code and of text, and the project that the blocks of code make up. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const REPOSITORY = join(import.meta.dirname, '../..');

/** The README, and those of folders of the harness: paths in the repository. */
export const DOCUMENTS: readonly string[] = [
  'README.md',
  ...readdirSync(join(REPOSITORY, 'harness'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('README.md'))
    .map((path) => join('harness', path))
    .toSorted(),
];

/** A fenced block. `name`: the file that its first line says it is; `note`: what else that line says. */
export interface Block {
  readonly document: string;
  readonly language: string;
  readonly text: string;
  readonly name: string | null;
  readonly note: string | null;
}

/** All blocks of all documents, in order. */
export const BLOCKS: readonly Block[] = DOCUMENTS.flatMap((document) => {
  const markdown = readFileSync(join(REPOSITORY, document), 'utf8');
  return [...markdown.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = '', text = '']) => {
    const [, name = null, note = null] = /^\/\/ ([\w.-]+\.ts)(?:, (.*))?\n/.exec(text) ?? [];
    return { document, language, text, name, note };
  });
});

/**
 * The files that blocks of code are, each in a folder like that of its document. One that is written a second time lies in
 * `fixed`, one that goes "the other way" in `other`; one that is "continued" grows.
 */
export function filesOf(blocks: readonly Block[]): Readonly<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const { document, name, note, text } of blocks) {
    if (name === null) continue;
    const path = join(dirname(document), name);
    if (note === 'continued') files[path] += text;
    else if (note !== null) files[join('other', path)] = text;
    else files[path in files ? join('fixed', path) : path] = text;
  }
  return files;
}

/** A text without what differs from machine to machine: numbers, how far a search came, where in the project a file lies. */
export const settled = (text: string): string =>
  text
    .replaceAll(/\d[\d,]*/g, 'N')
    .replaceAll(/ +$/gm, '')
    .replaceAll(/(?:every run with|samples only|nothing to try)[^;]*;/g, 'SCOPE;')
    .replaceAll(/(?:harness\/|dbos\/|vitest\/|fixed\/|other\/)+(?=[\w.]+\.ts)/g, '');

/** What a block of text shows, without what it leaves out with `...`. */
export const piecesOf = ({ text }: Block): string[] =>
  text.split(/^\.\.\.\n/m).map((piece) => piece.replace(/\n$/, ''));
