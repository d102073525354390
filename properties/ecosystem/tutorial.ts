/** The files of the tutorial in README.md: what a user copies from it is what is tried. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Files by path. */
export type Files = Readonly<Record<string, string>>;

const README = join(import.meta.dirname, '../../../README.md');
const HEADING = '## From an empty folder to a committed seed';

/** The files of a project, and those that mend its bug. */
export interface Tutorial {
  readonly project: Files;
  readonly fix: Files;
}

/**
 * The files that the tutorial writes (`project`), and those that it writes once more, mended (`fix`). A block of code is a
 * file if its first line is a comment with its name. Throws if there is no such chapter.
 */
export function tutorial(markdown: string = readFileSync(README, 'utf8')): {
  readonly project: Files;
  readonly fix: Files;
} {
  const from = markdown.indexOf(`\n${HEADING}\n`);
  if (from < 0) throw new Error(`${README} has no chapter "${HEADING}"`);
  const to = markdown.indexOf('\n## ', from + HEADING.length);
  const project: Record<string, string> = {};
  const fix: Record<string, string> = {};
  const blocks = markdown.slice(from, to < 0 ? undefined : to).matchAll(/^```ts\n\/\/ (\S+)\n([\s\S]*?)^```$/gm);
  for (const [, name = '', text = ''] of blocks) (Object.hasOwn(project, name) ? fix : project)[name] = text;
  return { project, fix };
}

/** Whether a file is the user's own code, and not a test or a setting. */
const isProduction = (path: string): boolean => !/\.(test|config)\.ts$/.test(path);

/** As CommonJS: the user's own code is JavaScript that requires and exports, the package says so. */
export function commonJs({ project, fix }: Tutorial): Tutorial {
  return { project: inCommonJs(project, 'commonjs'), fix: inCommonJs(fix, null) };
}

/** As ES modules. */
export function esm({ project, fix }: Tutorial): Tutorial {
  return { project: { ...project, 'package.json': packageOf('module') }, fix };
}

const packageOf = (type: string): string => `${JSON.stringify({ type }, null, 2)}\n`;

function inCommonJs(files: Files, type: 'commonjs' | null): Files {
  const all: Record<string, string> = type === null ? {} : { 'package.json': packageOf(type) };
  for (const [path, text] of Object.entries(files))
    if (isProduction(path)) all[path.replace(/\.ts$/, '.js')] = required(text);
    else all[path] = text.replaceAll(/ from '(\.\/[^']+)'/g, " from '$1.js'");
  return all;
}

/** What a compiler makes of a module as small as those of the tutorial. */
function required(text: string): string {
  return text
    .replaceAll(/^import (\{.*\}) from ('.*');$/gm, 'const $1 = require($2);')
    .replaceAll(/^export const (\w+) =/gm, 'exports.$1 =')
    .replaceAll(/\((\w+): \w+\)/g, '($1)');
}
