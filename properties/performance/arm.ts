/**
 * One way to run the workload of the dbos engine, in a process of its own: what one has compiled, patched or launched would
 * be another's. `node arm.js <arm> <runs> [postgres url]` prints what it measured, as JSON.
 */
import { Session } from 'node:inspector/promises';
import { launchFloor } from './floor.ts';
import { launchFrozen } from './frozen.ts';
import { onEngine, onEngineJudged } from './interleaved.ts';
import { spent } from './measure.ts';

type Runs = (runs: number) => Promise<unknown>;

/** What is measured, by name: each returns what makes runs. */
export const ARMS = {
  engine: async (): Promise<Runs> => (runs) => onEngine('arm', runs),
  judged: async (): Promise<Runs> => (runs) => onEngineJudged('arm', runs),
  floor: (): Promise<Runs> => launchFloor(false),
  quickFloor: (): Promise<Runs> => launchFloor(true),
  postgres: (url: string): Promise<Runs> => launchFrozen(url),
  durable: (url: string): Promise<Runs> => launchFrozen(url),
} as const;

export type Arm = keyof typeof ARMS;

/** What an arm came to: runs a second on the clock, processor time for each run, and where it went. */
export interface Measured {
  readonly runsPerSecond: number;
  readonly cpuUs: number;
  /** Shares of processor time in JavaScript and its collector, by whose code it was; they sum to 1. */
  readonly shares: Readonly<Record<Whose, number>>;
}

const OWNERS = {
  'the SDK': /\/@dbos-inc\/dbos-sdk\/|\/(?:superjson|serialize-error|copy-anything|is-what)\//,
  Reprise: /\/harness\//,
  'other packages': /\/node_modules\//,
  'the workload': /\/performance\//,
} as const;

type Whose = keyof typeof OWNERS | 'collecting garbage' | 'Node and promises';

/** Code that runs before what is measured is as fast as it gets. */
const WARM_UP_SHARE = 0.4;

async function measure(arm: Arm, runs: number, url: string): Promise<Measured> {
  const make = await ARMS[arm](url);
  await make(Math.ceil(runs * WARM_UP_SHARE));
  const before = spent();
  await make(runs);
  const after = spent();
  return {
    runsPerSecond: (runs / (after.clockUs - before.clockUs)) * 1e6,
    cpuUs: (after.cpuUs - before.cpuUs) / runs,
    shares: await sharesOf(() => make(Math.ceil(runs * WARM_UP_SHARE))),
  };
}

/** Where time goes while `body` runs, by samples. */
async function sharesOf(body: () => Promise<unknown>): Promise<Measured['shares']> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.start');
  await body();
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  const owners = new Map(
    profile.nodes.map(({ id, callFrame }) => [id, ownerOf(callFrame.url, callFrame.functionName)]),
  );
  const shares = {
    'the SDK': 0,
    Reprise: 0,
    'other packages': 0,
    'the workload': 0,
    'collecting garbage': 0,
    'Node and promises': 0,
  };
  let total = 0;
  for (const [index, sample] of (profile.samples ?? []).entries()) {
    const owner = owners.get(sample);
    if (owner == null) continue;
    shares[owner] += profile.timeDeltas![index]!;
    total += profile.timeDeltas![index]!;
  }
  return Object.fromEntries(Object.entries(shares).map(([whose, us]) => [whose, us / total])) as Measured['shares'];
}

/** Whose code a sample hit; null: nobody's. */
function ownerOf(url: string, name: string): Whose | null {
  if (name === '(idle)' || name === '(program)' || name === '(root)') return null;
  if (name === '(garbage collector)') return 'collecting garbage';
  const found = Object.entries(OWNERS).find(([, pattern]) => pattern.test(url));
  return (found?.[0] as Whose | undefined) ?? 'Node and promises';
}

if (process.argv[1] === import.meta.filename) {
  const [arm, runs, url = ''] = process.argv.slice(2);
  process.stdout.write(`${JSON.stringify(await measure(arm as Arm, Number(runs), url))}\n`);
  // The SDK of some arms is still launched.
  process.exit(0);
}
