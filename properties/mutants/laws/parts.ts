/** Laws of the parts that can be tried without running a program: journal, clock, values, saved scripts. */
import { deepStrictEqual, ok, strictEqual, throws } from 'node:assert/strict';
import { linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { parseFile, readScript, type SavedScript, writeScript } from '../../../harness/seeds/file.ts';
import { Clock } from '../../../harness/clock.ts';
import { decode, decodeError, encode, encodeError } from '../../../harness/values.ts';
import { operation, Pair as Clocks } from '../../harness/clock.model.ts';
import { commands, Pair as Journals } from '../../harness/journal.model.ts';
import { countRun, type Law } from './making.ts';

/** Shrinking would only cost time: nobody reads the counterexample. */
const FIRST = { endOnFailure: true };

function journal(): void {
  const sequences = fc.commands(commands, { maxCommands: 60, size: 'max' });
  const naive = fc.property(sequences, (sequence) => {
    countRun();
    fc.modelRun(() => ({ model: new Journals(), real: () => undefined }), sequence);
  });
  fc.assert(naive, { ...FIRST, numRuns: 60 });
}

function clock(): void {
  const naive = fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
    countRun();
    const pair = new Clocks();
    for (const one of operations) {
      pair.apply(one);
      pair.agree();
    }
  });
  fc.assert(naive, { ...FIRST, numRuns: 100 });
}

function reset(): void {
  countRun();
  const one = new Clock(0);
  let fired = 0;
  const handle = one.setTimeout(() => fired++, 5);
  const [alarm] = one.next();
  one.reset(50);
  handle.refresh();
  one.ring(alarm!);
  deepStrictEqual([one.pending, one.next(), fired, one.nowMs], [0, [], 0, 50]);
}

/** What JSON alone would change. */
const RICH: readonly unknown[] = [
  ...[undefined, null, NaN, -0, Infinity, 7n, new Date(5), [undefined, -0], { a: undefined, b: [NaN] }],
  ...[new Map([['a', new Set([1])]]), new Set([{ a: 1n }]), Buffer.from([1, 2]), new Uint8Array([3])],
];

function values(): void {
  for (const value of RICH) {
    countRun();
    const copy = decode(encode(value));
    deepStrictEqual(copy, value);
    ok(typeof value !== 'object' || value === null || copy !== value, 'a copy, not the original');
  }
  strictEqual(new Set(RICH.map((value) => encode(value))).size, RICH.length);
  const json = fc.property(fc.jsonValue({ maxDepth: 3 }), (value) => {
    countRun();
    deepStrictEqual(decode(encode(value)), value);
  });
  fc.assert(json, { ...FIRST, numRuns: 50 });
}

function errors(): void {
  class Declined extends Error {
    override readonly name = 'Declined';
    readonly code = 402;
  }
  countRun();
  const thrown = new Declined('no money', { cause: new RangeError('overdrawn', { cause: 'fees' }) });
  const back = decodeError(encodeError(thrown)) as Declined & { cause: Error };
  deepStrictEqual([back.name, back.message, back.code, back instanceof Declined], ['Declined', 'no money', 402, false]);
  deepStrictEqual([back.cause.name, back.cause.message, back.cause.cause], ['RangeError', 'overdrawn', 'fees']);
  strictEqual(decodeError(encodeError('just text')).message, 'just text');
}

function unstorable(): void {
  const odd: [value: unknown, message: RegExp][] = [
    [{ user: { save: () => 1 } }, /a function \(save\) at \.user\.save cannot be stored/],
    [[1, new Map([['a', Promise.resolve()]])], /a promise \(is an await missing\?\) at \[1\]\[0\]\[1\]/],
    [new Set([Symbol('s')]), /a symbol at \[0\]/],
  ];
  for (const [value, message] of odd) {
    countRun();
    throws(() => encode(value), message);
  }
}

const SAVED: SavedScript = {
  ...{ scenario: 'payment', check: 'check', script: [{ after: 'land a#1', choose: 'crash executor-1' }] },
  found: { seed: 'any text', runs: 12, reprise: '0.1.0' },
};

/** Runs `body` in a folder that is gone afterwards. */
function inFolder(body: (folder: string) => void): void {
  const folder = mkdtempSync(join(import.meta.dirname, 'files-'));
  try {
    body(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function files(): void {
  countRun();
  inFolder((folder) => {
    const path = join(folder, 'deep', 'x.json');
    writeScript(path, SAVED);
    deepStrictEqual([readScript(path), readdirSync(join(folder, 'deep'))], [SAVED, ['x.json']]);
    const before = readFileSync(path, 'utf8');
    // Whoever has the old file open goes on reading the old text.
    linkSync(path, join(folder, 'old.json'));
    writeScript(path, { ...SAVED, scenario: 'other' });
    strictEqual(readFileSync(join(folder, 'old.json'), 'utf8'), before);
    const taken = join(folder, 'taken', 'y.json');
    mkdirSync(join(taken, 'inside'), { recursive: true });
    throws(() => writeScript(taken, SAVED), /is a folder/);
    deepStrictEqual(readdirSync(join(folder, 'taken')), ['y.json']);
  });
}

/** Ways in which a file may be wrong: each is refused. */
const WRONG: readonly object[] = [
  ...[{ version: 2 }, { version: '1' }, { scenario: 7 }, { check: null }, { script: {} }, { script: ['x'] }],
  ...[{ script: [{ after: 'begin' }] }, { script: [{ choose: 'begin' }] }, { found: null }],
  ...[{ found: { ...SAVED.found, runs: -1 } }, { found: { ...SAVED.found, seed: 1 } }],
];

function invalid(): void {
  for (const change of WRONG) {
    countRun();
    const wrong = JSON.stringify({ version: 1, ...SAVED, ...change });
    throws(() => parseFile(wrong, 'x.json'), /^ScriptFileError: x\.json: \$\./);
  }
  const text = JSON.stringify({ version: 1, ...SAVED });
  for (const cut of [0, 1, 40, text.length - 1])
    throws(() => parseFile(text.slice(0, cut), 'x.json'), /^ScriptFileError: x\.json: the file is/);
  inFolder((folder) => {
    throws(() => readScript(join(folder, 'no.json')), /there is no such file/);
    writeFileSync(join(folder, 'x.json'), `\uFEFF${text}`);
    deepStrictEqual(readScript(join(folder, 'x.json')), SAVED);
  });
}

export const PARTS: readonly Law[] = [
  { name: 'the clock does what a naive list of timers would do', holds: clock },
  { name: 'a clock that is reset forgets its timers for good', holds: reset },
  { name: 'what is stored comes back as an equal copy', holds: values },
  { name: 'errors come back with name, message, properties and causes', holds: errors },
  { name: 'what cannot be stored is refused by name and place', holds: unstorable },
  { name: 'saved scripts are written whole or not at all', holds: files },
  { name: 'files that are no saved scripts are refused', holds: invalid },
  { name: 'the journal answers as a naive one would', holds: journal },
];
