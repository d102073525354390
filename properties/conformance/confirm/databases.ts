/** The databases that findings are confirmed on in tests: PGlite always, PostgreSQL where its programs are installed. */
import { openPglite, openPostgres, type RealDatabase } from '../../../harness/dbos/index.ts';
import { findSdk } from '../../../harness/dbos/sdk.ts';
import { startPostgres } from '../postgres.ts';

/** One kind of database, and how to get one. */
export interface Kind {
  readonly name: string;
  readonly open: () => Promise<RealDatabase>;
}

const sdk = findSdk(process.cwd());

/** PGlite, in memory. */
export const PGLITE: Kind = { name: 'PGlite', open: () => openPglite(sdk) };

/** A PostgreSQL server of our own, which ends when its database is closed. */
export const POSTGRES: Kind = {
  name: 'PostgreSQL',
  open: async () => {
    const server = await startPostgres();
    const database = await openPostgres(sdk, server.url);
    const close = async (): Promise<void> => {
      await database.close();
      await server.stop();
    };
    return { ...database, close };
  },
};
