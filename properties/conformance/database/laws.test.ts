/** Our system database cannot be told from the SDK's own on a real database. `npm run conformance` tries more of the same. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SIMULATED } from '../../../harness/dbos/surface.ts';
import { postgresPrograms } from '../postgres.ts';
import type { RealDatabase } from '../../../harness/dbos/index.ts';
import { onPglite, onPostgres } from '../databases.ts';
import { COMMANDS, UNCALLED } from './commands/index.ts';
import { agrees } from './laws.ts';

describe.each([
  { on: 'PGlite', open: onPglite, count: 120, skip: false },
  { on: 'PostgreSQL', open: onPostgres, count: 40, skip: postgresPrograms() === null },
])('on $on', ({ open, count, skip }) => {
  let database: RealDatabase;
  beforeAll(async () => {
    if (!skip) database = await open();
  });
  afterAll(() => database?.close());

  test.skipIf(skip)('any sequence of calls comes to the same answers, errors and rows', async () => {
    const tally = await agrees(database, { count, seed: 20_300_101 });
    expect(tally.sequences).toBe(count);
  });
});

test('every member that ours answers is called, but for those that are named', () => {
  const called = new Set(COMMANDS.flatMap(({ arbitrary }) => fc.sample(arbitrary, 1).map(({ member }) => member)));
  expect(SIMULATED.filter((name) => !called.has(name) && !(name in UNCALLED))).toEqual([]);
});
