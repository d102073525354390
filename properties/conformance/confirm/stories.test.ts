/**
 * What the simulation says of DBOS code, the SDK's own database says as well: of bugs, of their fixes, and of what the
 * stories do not touch. A choice, on PGlite; `npm run conformance -- --stories` is about all, on either database.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RealDatabase } from '../../../harness/dbos/index.ts';
import { onPglite } from '../databases.ts';
import { FEATURES } from './features.ts';
import { CASES } from './law.ts';
import { confirmCases } from './main.ts';

/** One bug for each way in which it can end, and a fix. */
const CHOSEN: ReadonlySet<string> = new Set([
  ...[
    'declined-by-class',
    'deadline-raced',
    'reaper-keyed-by-workflow',
    'sequences-in-children',
    'status-asked-in-step',
  ],
  ...FEATURES.map(({ name }) => name),
]);

let database: RealDatabase;
beforeAll(async () => void (database = await onPglite()));
afterAll(() => database?.close());

test.each(CASES.filter(({ name }) => CHOSEN.has(name)).map((tried) => [tried.name, tried] as const))(
  'a real database says what the simulation says of %s',
  async (_, { judge }) => expect(await judge(database)).toBeNull(),
);

test('the command names the scenarios on which they disagree, and fails', async () => {
  const lines: string[] = [];
  const surroundings = { print: (text: string) => void lines.push(text), warn: () => undefined };
  const cases = [
    { name: 'sound', judge: () => Promise.resolve(null) },
    { name: 'unsound', judge: () => Promise.resolve('they differ') },
  ];
  expect(await confirmCases(cases, database, 'pglite', surroundings)).toBe(1);
  expect(lines.join('\n')).toMatch(/unsound on pglite: they differ[\s\S]*pglite: 2 .* 1 disagreement$/);
  expect(await confirmCases(cases.slice(0, 1), database, 'pglite', surroundings)).toBe(0);
});
