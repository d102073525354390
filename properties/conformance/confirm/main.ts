/**
 * What `npm run conformance -- --stories --on pglite|postgres` does, with its surroundings handed in: every story and every
 * feature, confirmed on one database; and a process of the operating system, killed in the middle.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RealDatabase } from '../../../harness/dbos/index.ts';
import { startPostgres } from '../postgres.ts';
import type { Surroundings } from '../surroundings.ts';
import { DATABASES } from '../databases.ts';
import { isWrong, killedAndStartedAgain } from './killed.ts';
import { type Case, CASES } from './law.ts';

type On = keyof typeof DATABASES;

/** Returns the exit code: 0 if the simulation and everything on the database agree, 1 after printing what does not. */
export async function confirmStories(on: On, surroundings: Surroundings): Promise<0 | 1> {
  const database = await DATABASES[on]();
  try {
    const failed = await confirmCases(CASES, database, on, surroundings);
    return (await killProcess(on, surroundings)) === 1 ? 1 : failed;
  } finally {
    await database.close();
  }
}

/** The same for some scenarios, on a database that is called `on`. */
export async function confirmCases(
  cases: readonly Case[],
  database: RealDatabase,
  on: string,
  { print, warn }: Surroundings,
): Promise<0 | 1> {
  let failed = 0;
  for (const { name, judge } of cases) {
    const complaint = await judge(database);
    warn(`${complaint === null ? 'agreed' : 'NOT agreed'}  ${name}`);
    if (complaint === null) continue;
    failed++;
    print(`${name} on ${on}: ${complaint}\n`);
  }
  print(
    `${on}: ${cases.length} stories and features confirmed, ${failed === 1 ? '1 disagreement' : `${failed} disagreements`}`,
  );
  return failed === 0 ? 0 : 1;
}

/** Kills a process of the operating system, and starts it again. */
async function killProcess(on: On, { print }: Surroundings): Promise<0 | 1> {
  const ended = on === 'pglite' ? await inFolder() : await onServer();
  const isAsTold = isWrong(ended);
  print(
    `${on}: a killed process ${isAsTold ? 'comes to what the simulation says' : `comes to ${JSON.stringify(ended)}`}`,
  );
  return isAsTold ? 0 : 1;
}

type Ended = ReturnType<typeof killedAndStartedAgain>;

async function inFolder(): Ended {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-killed-'));
  try {
    return await killedAndStartedAgain(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function onServer(): Ended {
  const server = await startPostgres();
  try {
    return await killedAndStartedAgain(server.url);
  } finally {
    await server.stop();
  }
}
