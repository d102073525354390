/** The last word: processes of the operating system come to what the simulation says they would. */
import { expect, test } from 'vitest';
import { postgresPrograms, startPostgres } from '../postgres.ts';
import { isWrong, killedAndStartedAgain } from './killed.ts';

test.skipIf(postgresPrograms() === null)(
  'on PostgreSQL, a killed process that is started again gives one sequence the result of the other, with status SUCCESS',
  async () => {
    const server = await startPostgres();
    try {
      expect(await killedAndStartedAgain(server.url)).toSatisfy(isWrong);
    } finally {
      await server.stop();
    }
  },
);
