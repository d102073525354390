/**
 * A PostgreSQL server of our own for as long as a test needs it: a fresh cluster in a temporary folder, on a port of the
 * loopback interface that the system chose. Needs the server's programs (`initdb`, `postgres`), not a running server.
 */
import { execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Client } from 'pg';

/** A server that runs. */
export interface Postgres {
  /** Where to connect: a database that exists and is empty. */
  readonly url: string;
  /** Ends the server and removes its files. */
  readonly stop: () => Promise<void>;
}

/** Debian keeps the server's programs off the path. */
const DEBIAN = '/usr/lib/postgresql';

/** The folder with the server's programs, newest version first; null: none is installed. */
export function postgresPrograms(): string | null {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).toSorted((a, b) => Number(b) - Number(a)) : [];
  const folders = [...versions.map((version) => join(DEBIAN, version, 'bin')), ...process.env.PATH!.split(delimiter)];
  return folders.find((folder) => ['initdb', 'postgres'].every((name) => existsSync(join(folder, name)))) ?? null;
}

/**
 * Starts a server with PostgreSQL's own settings, except that it does not wait for the disk unless it is `durable`: tests need
 * not survive a power cut. Throws if none is installed, or if it does not come up within 30 seconds.
 */
export async function startPostgres({ durable = false }: { readonly durable?: boolean } = {}): Promise<Postgres> {
  const programs = postgresPrograms();
  if (programs === null)
    throw new Error('no PostgreSQL server is installed: on Debian, `apt-get install postgresql` brings one');
  const home = mkdtempSync(join(tmpdir(), 'reprise-postgres-'));
  // The server refuses to run as root; Debian's package brings a user for it.
  const account = process.getuid?.() === 0 ? accountOf('postgres') : null;
  if (account !== null) chownSync(home, account.uid, account.gid);
  const data = join(home, 'data');
  const how = { ...account, cwd: home, stdio: 'ignore' as const };
  execFileSync(join(programs, 'initdb'), ['-D', data, '-U', 'reprise', '-A', 'trust', '-E', 'UTF8', '--no-sync'], how);
  const port = await freePort();
  const settings = [
    'listen_addresses=127.0.0.1',
    `unix_socket_directories=${home}`,
    `fsync=${durable ? 'on' : 'off'}`,
    'max_connections=100',
  ];
  const flags = settings.flatMap((setting) => ['-c', setting]);
  const server = spawn(join(programs, 'postgres'), ['-D', data, '-p', String(port), ...flags], how);
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    server.kill('SIGINT');
    await ended;
    rmSync(home, { recursive: true, force: true });
  };
  const url = `postgresql://reprise@127.0.0.1:${port}/postgres`;
  try {
    await answers(url);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}

function accountOf(user: string): { readonly uid: number; readonly gid: number } {
  const id = (flag: string): number => Number(execFileSync('id', [flag, user], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

const TRIES_MAX = 300;

async function answers(url: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    const client = new Client({ connectionString: url });
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      if (tries === TRIES_MAX) throw new Error('PostgreSQL did not come up within 30 seconds', { cause: error });
      await setTimeout(100);
    }
  }
}
