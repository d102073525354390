/** Equal seeds give equal runs on the dbos engine, however rich the program, whatever was run before. */
import { expect, test } from 'vitest';
import { eventsOf } from '../harness/support.ts';
import { digest, runSeeds } from './digest.ts';

test('a rich program is run the same, byte for byte, whatever was run before', async () => {
  const first = await digest(30);
  expect(first.differing).toEqual([]);
  expect((await digest(30)).sha256).toBe(first.sha256);
});

test('its runs are worth comparing: they differ, crash, are suspended, retry, and replay children, messages and time', async () => {
  const kinds = new Map<string, number>();
  const faults = { crashed: 0, suspended: 0 };
  const scripts = new Set<string>();
  const seeds = Array.from({ length: 60 }, (_, index) => index + 1);
  await runSeeds(seeds, (_, run) => {
    scripts.add(run.decisions.map(({ chose }) => chose).join());
    faults.crashed += eventsOf(run, 'executor.crashed').length;
    faults.suspended += eventsOf(run, 'executor.suspended').length;
    for (const { kind, replayed } of eventsOf(run, 'call.entered'))
      if (replayed) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    for (const { tryNumber } of eventsOf(run, 'step.ran'))
      if (tryNumber > 1) kinds.set('retry', (kinds.get('retry') ?? 0) + 1);
  });
  expect(scripts.size).toBe(seeds.length);
  expect(faults.crashed).toBeGreaterThan(20);
  expect(faults.suspended).toBeGreaterThan(10);
  const all = ['getEvent', 'now', 'recv', 'result', 'retry', 'send', 'setEvent', 'sleep', 'start', 'step', 'uuid'];
  expect([...kinds.keys()].toSorted()).toEqual(all);
});
