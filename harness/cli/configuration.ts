/**
 * Puts the plugin into a configuration of vitest. Pure: text in, text out. Changes only what it is sure of: everything
 * else is left to whoever wrote the file.
 */

/** A configuration for a project that has none. */
export const FIRST_CONFIGURATION = `import { defineConfig } from 'vitest/config';
import { reprise } from 'reprise/vitest/plugin';

export default defineConfig({ plugins: [reprise()] });
`;

/** What to add by hand. */
export const BY_HAND = `  import { reprise } from 'reprise/vitest/plugin';
  // in what defineConfig is given, or in each of its projects that has simulated tests:
  plugins: [reprise()],`;

const IMPORT = `import { reprise } from 'reprise/vitest/plugin';`;

/** Whether the text of a configuration names the plugin. */
export const hasPlugin = (text: string): boolean => /['"]reprise\/vitest\/plugin['"]/.test(text);

/**
 * `text` with the plugin in it. Null where that would be a guess: no `export default defineConfig({` with an object of its
 * own, several lists of plugins, or several projects.
 */
export function withPlugin(text: string): string | null {
  const code = withoutWords(text);
  const opening = /\bexport\s+default\s+defineConfig\(\s*\{/.exec(code);
  if (opening === null || /\b(projects|workspace|mergeConfig|require)\b/.test(code)) return null;
  const inside = opening.index + opening[0].length;
  const lists = [...code.matchAll(/\bplugins\b/g)].map(({ index }) => index);
  const edited =
    lists.length === 0 ? insert(text, inside, `\n  plugins: [reprise()],`) : intoList(text, code, inside, lists);
  return edited === null ? null : withImport(edited, code);
}

function intoList(text: string, code: string, inside: number, [at, ...others]: readonly number[]): string | null {
  const list = /^plugins\s*:\s*\[/.exec(code.slice(at));
  if (list === null || others.length > 0 || at! < inside || depthAt(code, inside, at!) !== 0) return null;
  const end = at! + list[0].length;
  const isEmpty = /^\s*\]/.test(code.slice(end));
  return insert(text, end, isEmpty ? 'reprise()' : 'reprise(), ');
}

/** How many brackets are open at `to`, of those opened since `from`; below 0 is outside. */
function depthAt(code: string, from: number, to: number): number {
  let depth = 0;
  for (const character of code.slice(from, to)) {
    if ('([{'.includes(character)) depth++;
    if (')]}'.includes(character) && --depth < 0) return depth;
  }
  return depth;
}

/** After the last import; they come before everything else, so that places further down do not matter here. */
function withImport(text: string, code: string): string {
  const ends = [...code.matchAll(/^import\b[^;(]*?\bfrom\b.*$|^import[ \t]*;?[ \t]*$/gm)].map(
    ({ index, 0: line }) => index + line.length,
  );
  const at = Math.max(0, ...ends);
  return at === 0 ? `${IMPORT}\n${text}` : insert(text, at, `\n${IMPORT}`);
}

const insert = (text: string, at: number, more: string): string => text.slice(0, at) + more + text.slice(at);

/** The code alone: comments and texts are blanks, so that nothing in them is taken for code. Places stay as they are. */
function withoutWords(text: string): string {
  const words = /\/\*[\s\S]*?\*\/|\/\/.*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g;
  return text.replace(words, (word) => word.replace(/[^\n]/g, ' '));
}
