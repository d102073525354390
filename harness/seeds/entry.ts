/**
 * What a finding is kept as: an entry of a file that people read, commit and merge. It holds the script, never only a
 * seed: a seed means something else after any edit.
 *
 * Knows text and data; where files lie and how they are written is none of its business.
 */
import { createHash } from 'node:crypto';
import * as v from 'valibot';
import type { Deviation, Script } from '../decision.ts';
import type { Finding } from '../findings.ts';
import { courseOf } from './course.ts';
import { failureOf } from './failure.ts';

/** This package's version; saved scripts name it. */
export const REPRISE_VERSION = '0.1.0';

/** The file is missing, or not what it should be, or cannot be written. The message says where, what, and what to do. */
export class ScriptFileError extends Error {
  override readonly name = 'ScriptFileError';
  readonly path: string;
  constructor(path: string, because: string, options?: ErrorOptions) {
    super(`${path}: ${because}`, options);
    this.path = path;
  }
}

/** What is optional was not saved by earlier versions, or is not there to be saved. */
export interface SavedScript {
  /** The name of the test: in vitest, with those of its suites, joined by ` > `. */
  readonly scenario: string;
  /** The check that the script made fail. */
  readonly check: string;
  /** Which failure of the scenario it is (see `failureOf`). */
  readonly fingerprint?: string;
  readonly script: Script;
  /** What its run did (see `courseOf`). A script that still applies, does something else and passes, is stale. */
  readonly course?: string;
  /** Whether no script with fewer deviations fails: proved, or (false) the shortest found; null: nobody looked. */
  readonly minimal?: boolean | null;
  /** The inputs that go with the script, as JSON. */
  readonly inputs?: unknown;
  /** Where it comes from, for people; nothing is decided by it. */
  readonly found: {
    readonly seed: string;
    readonly strategy?: string;
    readonly runs: number;
    readonly reprise: string;
    readonly engine?: string;
  };
}

/** How a finding was come by. */
export interface Provenance {
  readonly seed: string;
  readonly strategy?: string;
  readonly inputs?: unknown;
}

/** What to save of `finding`. */
export function savedScript(finding: Finding, { seed, strategy, inputs }: Provenance): SavedScript {
  const { scenario, violations, script, minimal, runs, run } = finding;
  return {
    ...{ scenario, check: violations[0]!.check, fingerprint: failureOf(finding), script },
    ...{ course: courseOf(run), minimal },
    ...(inputs === undefined ? {} : { inputs }),
    found: {
      seed,
      ...(strategy === undefined ? {} : { strategy }),
      ...{ runs: runs.found, reprise: REPRISE_VERSION, engine: run.idiom.engine },
    },
  };
}

/** The name of an entry: eight hex digits of what it says, wherever it stands. Whoever edits an entry gives it another. */
export function idOf({ scenario, check, script, inputs }: SavedScript): string {
  const steps = script.map(({ after, choose }) => [after, choose]);
  const says = [scenario, check, steps, ...(inputs === undefined ? [] : [inputs])];
  return createHash('sha256').update(JSON.stringify(says)).digest('hex').slice(0, 8);
}

// ---- writing -------------------------------------------------------------------------------------------------------

/** Keys in the order in which they are written; what others have added comes after them. */
const KEYS = ['id', 'scenario', 'check', 'fingerprint', 'script', 'course', 'minimal', 'inputs', 'found'];
const FOUND_KEYS = ['seed', 'strategy', 'runs', 'reprise', 'engine'];

const inOrder = (value: object, keys: readonly string[]): object => {
  const known = keys.filter((key) => Object.hasOwn(value, key));
  const others = Object.keys(value).filter((key) => !keys.includes(key));
  const all = [...known, ...others.toSorted()];
  return Object.fromEntries(all.map((key) => [key, (value as Readonly<Record<string, unknown>>)[key]]));
};

const written = (entry: SavedScript): object =>
  inOrder(
    {
      ...entry,
      id: idOf(entry),
      script: entry.script.map((deviation) => inOrder(deviation, ['after', 'choose'])),
      found: inOrder(entry.found, FOUND_KEYS),
    },
    KEYS,
  );

/** By scenario, then by id: an entry stands where it stands whoever adds it, so that two who add one each can be merged. */
const byPlace = (a: SavedScript, b: SavedScript): number =>
  compare(a.scenario, b.scenario) || compare(idOf(a), idOf(b));
const compare = (a: string, b: string): number => Number(a > b) - Number(a < b);

/** What a file holds: its entries, and whatever else somebody has written at its top. */
export interface SeedFile {
  readonly entries: readonly SavedScript[];
  readonly others?: Readonly<Record<string, unknown>>;
}

/** The text of a file: always the same for the same content, whatever the order of entries and keys in memory. */
export function formatFile({ entries, others = {} }: SeedFile): string {
  const content = { version: 1, ...inOrder(others, []), entries: entries.toSorted(byPlace).map(written) };
  return `${JSON.stringify(content, null, 2)}\n`;
}

/** One entry as it stands in a file: what is printed where nothing may be written. */
export function formatEntry(entry: SavedScript): string {
  return JSON.stringify(written(entry), null, 2);
}

// ---- reading -------------------------------------------------------------------------------------------------------

const isRecord = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
const record = <E extends v.ObjectEntries>(entries: E) =>
  v.pipe(v.unknown(), v.check(isRecord, 'an object'), v.looseObject(entries, 'an object'));

const text = v.string('text');
const count = v.pipe(
  v.unknown(),
  v.check((value) => Number.isInteger(value) && (value as number) >= 0, 'a whole number from 0 on'),
  v.number('a whole number from 0 on'),
);

/** The first decision after a move that has been decided about already; -1: none. */
const twice = (script: readonly Deviation[]): number =>
  script.findIndex(({ after }, index) => script.findIndex((other) => other.after === after) < index);

const SCRIPT = v.pipe(
  v.array(record({ after: text, choose: text }), 'a list'),
  v.rawCheck(({ dataset, addIssue }) => {
    const index = dataset.typed ? twice(dataset.value) : -1;
    if (index < 0) return;
    const { after } = (dataset.value as Deviation[])[index]!;
    const path = [index, 'after'].map(
      (key) => ({ type: 'unknown', origin: 'value', input: null, key, value: after }) as const,
    );
    addIssue({ message: 'a move that nothing else is chosen after', input: after, path: [path[0]!, path[1]!] });
  }),
);

const ENTRY = record({
  scenario: text,
  check: text,
  fingerprint: v.exactOptional(text),
  script: SCRIPT,
  course: v.exactOptional(text),
  minimal: v.exactOptional(v.nullable(v.boolean('true, false or null'))),
  inputs: v.exactOptional(v.unknown()),
  found: record({
    seed: text,
    strategy: v.exactOptional(text),
    runs: count,
    reprise: text,
    engine: v.exactOptional(text),
  }),
});

const ENTRIES = v.array(ENTRY, 'a list');

/**
 * What a file says: `{ "version": 1, "entries": [...] }`, or one entry alone beside the version. Fields it does not know
 * are kept. `path` is for messages. Throws `ScriptFileError`.
 */
export function parseFile(content: string, path: string): SeedFile {
  const root = parseJson(content, path);
  if (!isRecord(root)) throw wrong(path, `the file should be an object, not ${describe(root)}`);
  const { version, entries, ...others } = root as Readonly<Record<string, unknown>>;
  if (version !== 1) throw wrong(path, `$.version ${versionProblem(version)}`);
  if (entries === undefined) return { entries: [valid(ENTRY, others, '$', path)] };
  return { entries: valid(ENTRIES, entries, '$.entries', path), others };
}

/** Throws for the first thing that is wrong; otherwise `value`, which may say more than the schema knows. */
function valid<S extends v.GenericSchema>(schema: S, value: unknown, where: string, path: string): v.InferOutput<S> {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return withoutId(value);
  const [issue] = result.issues;
  const place = (issue.path ?? [])
    .map(({ key }) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('');
  throw wrong(
    path,
    issue.input === undefined
      ? `${where}${place} is missing`
      : `${where}${place} should be ${issue.message}, not ${describe(issue.input)}`,
  );
}

/** An id follows from what an entry says. */
function withoutId(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutId);
  const { id: _id, ...rest } = value as Readonly<Record<string, unknown>>;
  return rest;
}

const REPAIR = 'Restore the file, or delete it and find the failure again';
const wrong = (path: string, problem: string): ScriptFileError => new ScriptFileError(path, `${problem}. ${REPAIR}`);

function parseJson(content: string, path: string): unknown {
  // Editors on Windows may put a byte order mark first; JSON.parse would refuse it.
  const bare = content.replace(/^\uFEFF/, '');
  if (bare.trim() === '') throw wrong(path, 'the file is empty');
  try {
    return JSON.parse(bare);
  } catch (error) {
    throw new ScriptFileError(path, notJson(bare), { cause: error });
  }
}

/** The parser's own words differ between Node versions: only what people can act on is told. */
function notJson(content: string): string {
  const conflict = content.split('\n').findIndex((line) => line.startsWith('<<<<<<< '));
  if (conflict >= 0)
    return `the file holds an unresolved merge conflict (line ${conflict + 1}): keep the entries of both sides, in any order`;
  return `the file is not JSON${/[}\]]\s*$/.test(content) ? '' : ': it breaks off before its end'}. ${REPAIR}`;
}

function versionProblem(version: unknown): string {
  if (version === undefined) return 'is missing: this is no file of saved scripts';
  return typeof version === 'number' && version > 1
    ? `is ${version}, from a newer Reprise than this one (${REPRISE_VERSION}), which reads version 1: update Reprise`
    : `should be 1, not ${describe(version)}`;
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : JSON.stringify(value);
}
