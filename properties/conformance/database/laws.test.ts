/** Our system database cannot be told from the SDK's own on a real database. `npm run conformance` tries more of the same. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SIMULATED } from '../../../harness/dbos/surface.ts';
import { postgresPrograms } from '../postgres.ts';
import type { RealDatabase } from '../../../harness/dbos/index.ts';
import { onPglite, onPostgres } from '../databases.ts';
import type { Call } from './call.ts';
import { COMMANDS, UNCALLED } from './commands/index.ts';
import { agrees } from './laws.ts';
import { Memory } from './memory.ts';
import { type Witness, witnessOf } from './witness.ts';

describe.each([
  { on: 'PGlite', open: onPglite, count: 30, skip: false },
  { on: 'PostgreSQL', open: onPostgres, count: 10, skip: postgresPrograms() === null },
])('on $on', ({ open, count, skip }) => {
  let database: RealDatabase;
  beforeAll(async () => {
    if (!skip) database = await open();
  });
  afterAll(() => database?.close());

  test.skipIf(skip)('any sequence of calls comes to the same answers, errors and rows', async () => {
    const tally = await agrees(witnessOf(database), { count, seed: 20_300_101 });
    expect(tally.sequences).toBe(count);
  });
});

test('whoever remembers answers as who was asked, and asks only what is new', async () => {
  let asked = 0;
  let sequences = 0;
  const counting: Witness = {
    empty: () => Promise.resolve(void (sequences += 1)),
    answer: (call, nowMs) => Promise.resolve({ said: [call.member, call.args, ++asked], endMs: nowMs + 1 }),
    rows: () => Promise.resolve({ asked: [{ asked }] }),
  };
  const memory = new Memory(() => Promise.resolve(counting));
  const call = (member: string, ...args: unknown[]): Call => ({ member, args, afterMs: 1 });
  const heard = async (...calls: readonly Call[]): Promise<unknown> => {
    await memory.empty();
    const answers: unknown[] = [];
    for (const one of calls) answers.push(await memory.answer(one, 5));
    return [answers, await memory.rows()];
  };
  const first = await heard(call('a'), call('b', undefined));
  expect(await heard(call('a'), call('b', undefined))).toEqual(first);
  expect([asked, sequences]).toEqual([2, 1]);
  // What comes before may matter, and so may the least of an argument: who answers has heard all of it.
  expect(await heard(call('a'), call('b', null))).not.toEqual(first);
  expect([asked, sequences]).toEqual([4, 2]);
  await heard(call('b', undefined));
  await heard(call('a'));
  expect([asked, sequences]).toEqual([6, 4]);
});

test('every member that ours answers is called, but for those that are named', () => {
  const called = new Set(COMMANDS.flatMap(({ arbitrary }) => fc.sample(arbitrary, 1).map(({ member }) => member)));
  expect(SIMULATED.filter((name) => !called.has(name) && !(name in UNCALLED))).toEqual([]);
});
