/**
 * Saved scripts: what a finding is kept as, in a file that people read, commit and merge. It holds the script, never only
 * a seed: a seed means something else after any edit.
 */
import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Deviation, Script } from '../decision.ts';
import type { Finding } from '../findings.ts';

/** This package's version; saved scripts name it. */
export const REPRISE_VERSION = '0.1.0';

/** What a file says. `found` is where it comes from, for people; nothing is decided by it. */
export interface SavedScript {
  readonly version: 1;
  readonly scenario: string;
  /** The check that the script makes fail. */
  readonly check: string;
  readonly script: Script;
  readonly found: { readonly seed: string; readonly runs: number; readonly reprise: string };
}

/** The file is missing, or not what it should be. The message says where, what, and what to do. */
export class ScriptFileError extends Error {
  override readonly name = 'ScriptFileError';
  readonly path: string;
  constructor(path: string, because: string, options?: ErrorOptions) {
    super(`${path}: ${because}`, options);
    this.path = path;
  }
}

/** What to save of `finding`, which a campaign with `seed` found. */
export function savedScript({ scenario, violations, script, runs }: Finding, seed: string): SavedScript {
  const found = { seed, runs: runs.found, reprise: REPRISE_VERSION };
  return { version: 1, scenario, check: violations[0]!.check, script, found };
}

/** The text of a file: always the same for the same content, whatever the order of its keys in memory. */
export function formatScript({ scenario, check, script, found }: SavedScript): string {
  const content: SavedScript = {
    ...{ version: 1, scenario, check, script: script.map(({ after, choose }) => ({ after, choose })) },
    found: { seed: found.seed, runs: found.runs, reprise: found.reprise },
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

/** Writes `saved` to `path`, making its folder. Whatever fails, the old file stays whole. Throws `ScriptFileError`. */
export function writeScript(path: string, saved: SavedScript): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    replace(path, formatScript(saved));
  } catch (error) {
    throw new ScriptFileError(path, `cannot be written (${messageOf(error)})`, { cause: error });
  }
}

/** Writes beside the file, waits until that is on the disk, and only then takes its place. */
function replace(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.tmp`;
  const file = openSync(temporary, 'w');
  try {
    try {
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Reads the file at `path`. Fields it does not know are left alone. Throws `ScriptFileError`. */
export function readScript(path: string): SavedScript {
  return parseScript(textOf(path), path);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ScriptFileError(path, unreadable(error), { cause: error });
  }
}

function unreadable(error: unknown): string {
  const code = (error as { code?: unknown }).code;
  if (code === 'ENOENT')
    return 'there is no such file; a finding is saved when it is reported, so look there for its path';
  if (code === 'EISDIR') return 'is a folder; name the file in it';
  return `cannot be read (${messageOf(error)})`;
}

/** The content of a file; `path` is for messages. Throws `ScriptFileError`. */
export function parseScript(text: string, path: string): SavedScript {
  const wrong = wrongIn(path);
  const root = rootOf(text, path, wrong);
  return entryOf(root, '$', wrong);
}

/**
 * What a file holds that may hold several: `{ "version": 1, "entries": [...] }`, each entry as in a file of its own, but
 * without the version. A file with one script is one entry. Throws `ScriptFileError`.
 */
export function readScripts(path: string): SavedScript[] {
  const [text, wrong] = [textOf(path), wrongIn(path)];
  const root = rootOf(text, path, wrong);
  const { entries } = root;
  if (entries === undefined) return [entryOf(root, '$', wrong)];
  if (!Array.isArray(entries)) return wrong('$.entries', `should be a list, not ${describe(entries)}`);
  return entries.map((entry: unknown, index) => {
    const where = `$.entries[${index}]`;
    return entryOf(record(entry, where, wrong), where, wrong);
  });
}

/** Tells the entries of a file apart: eight hex digits of what an entry says, wherever it stands in the file. */
export function idOf({ scenario, check, script }: SavedScript): string {
  const steps = script.map(({ after, choose }) => [after, choose]);
  return createHash('sha256')
    .update(JSON.stringify([scenario, check, steps]))
    .digest('hex')
    .slice(0, 8);
}

const wrongIn =
  (path: string): Wrong =>
  (where, is) => {
    throw new ScriptFileError(path, `${where} ${is}. ${REPAIR}`);
  };

function rootOf(text: string, path: string, wrong: Wrong): Readonly<Record<string, unknown>> {
  const root = record(parseJson(text, path), 'the file', wrong);
  if (root['version'] !== 1) wrong('$.version', versionProblem(root['version']));
  return root;
}

function entryOf(entry: Readonly<Record<string, unknown>>, where: string, wrong: Wrong): SavedScript {
  const found = record(entry['found'], `${where}.found`, wrong);
  return {
    version: 1,
    scenario: string(entry['scenario'], `${where}.scenario`, wrong),
    check: string(entry['check'], `${where}.check`, wrong),
    script: scriptOf(entry['script'], `${where}.script`, wrong),
    found: {
      seed: string(found['seed'], `${where}.found.seed`, wrong),
      runs: wholeNumber(found['runs'], `${where}.found.runs`, wrong),
      reprise: string(found['reprise'], `${where}.found.reprise`, wrong),
    },
  };
}

const REPAIR = 'Restore the file, or delete it and find the failure again';

function parseJson(text: string, path: string): unknown {
  // Editors on Windows may put a byte order mark first; JSON.parse would refuse it.
  const bare = text.replace(/^\uFEFF/, '');
  if (bare.trim() === '') throw new ScriptFileError(path, `the file is empty. ${REPAIR}`);
  try {
    return JSON.parse(bare);
  } catch (error) {
    // The parser's own words differ between Node versions: only whether the text just stops is told.
    const cut = /[}\]]\s*$/.test(bare) ? 'is not JSON' : 'is not JSON: it breaks off before its end';
    throw new ScriptFileError(path, `the file ${cut}. ${REPAIR}`, { cause: error });
  }
}

type Wrong = (where: string, is: string) => never;

function versionProblem(version: unknown): string {
  return typeof version === 'number' && version > 1
    ? `is ${version}, from a newer Reprise than this one (${REPRISE_VERSION}), which reads version 1: update Reprise`
    : `should be 1, not ${describe(version)}`;
}

function record(value: unknown, where: string, wrong: Wrong): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return wrong(where, `should be an object, not ${describe(value)}`);
  return value as Readonly<Record<string, unknown>>;
}

function string(value: unknown, where: string, wrong: Wrong): string {
  return typeof value === 'string' ? value : wrong(where, `should be text, not ${describe(value)}`);
}

function wholeNumber(value: unknown, where: string, wrong: Wrong): number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0
    ? value
    : wrong(where, `should be a whole number from 0 on, not ${describe(value)}`);
}

function scriptOf(value: unknown, where: string, wrong: Wrong): Deviation[] {
  if (!Array.isArray(value)) return wrong(where, `should be a list, not ${describe(value)}`);
  return value.map((entry: unknown, index) => {
    const deviation = record(entry, `${where}[${index}]`, wrong);
    return {
      after: string(deviation['after'], `${where}[${index}].after`, wrong),
      choose: string(deviation['choose'], `${where}[${index}].choose`, wrong),
    };
  });
}

function describe(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : JSON.stringify(value);
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
