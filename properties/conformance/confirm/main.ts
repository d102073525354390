/**
 * What `npm run conformance -- --stories --on pglite|postgres` does, with its surroundings handed in: every story and every
 * feature, confirmed on one database.
 */
import type { Kind } from './databases.ts';
import { type Case, CASES } from './law.ts';

/** Where the command runs. */
export interface Surroundings {
  readonly print: (text: string) => void;
  /** Progress. */
  readonly warn: (text: string) => void;
}

/** Returns the exit code: 0 if the database and the simulation agree on all `cases`, 1 after printing those they do not. */
export async function confirmStories(
  { name: on, open }: Kind,
  { print, warn }: Surroundings,
  cases: readonly Case[] = CASES,
): Promise<0 | 1> {
  const database = await open();
  let failed = 0;
  try {
    for (const { name, judge } of cases) {
      const complaint = await judge(database);
      warn(`${complaint === null ? 'agreed' : 'NOT agreed'}  ${name}`);
      if (complaint === null) continue;
      failed++;
      print(`${name} on ${on}: ${complaint}\n`);
    }
  } finally {
    await database.close();
  }
  print(
    `${cases.length} scenarios on ${on}: ${failed === 0 ? '0 disagreements' : `disagreements on ${failed} of ${cases.length}`}`,
  );
  return failed === 0 ? 0 : 1;
}
