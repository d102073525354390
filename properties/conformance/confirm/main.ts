/**
 * What `npm run conformance -- --stories --on pglite|postgres` does, with its surroundings handed in: every story and every
 * feature, confirmed on one database; and a process of the operating system, killed in the middle.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '../postgres.ts';
import { type Kind, PGLITE } from './databases.ts';
import { isWrong, killedAndStartedAgain } from './killed.ts';
import { type Case, CASES } from './law.ts';
import type { Surroundings } from '../surroundings.ts';

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

/** Kills a real process; returns the exit code: 0 if what it comes to is what the simulation says, 1 after printing what else. */
export async function killProcess({ name: on }: Kind, { print }: Surroundings): Promise<0 | 1> {
  const ended = on === PGLITE.name ? await inFolder() : await onServer();
  const isAsTold = isWrong(ended);
  print(`a killed process on ${on}: ${isAsTold ? 'as the simulation says' : JSON.stringify(ended)}`);
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
