/** Streams on the dbos engine: what is written is read, once and in order, whatever crashes. */
import { DBOS, DBOSClient } from '@dbos-inc/dbos-sdk';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { explore, fingerprint, replay, type Run } from '../../harness/index.ts';
import { crashAfter, ended, eventsOf, moves, randomRuns, valueOf } from '../harness/support.ts';
import { expectUnderCrashes, of, program, type Program } from './support.ts';

const step = <T>(name: string, value: T): Promise<T> => DBOS.runStep(() => Promise.resolve(value), { name });

const writer = DBOS.registerWorkflow(
  async (values: number, close: boolean) => {
    for (let value = 0; value < values; value++) await DBOS.writeStream('numbers', await step('number', value));
    if (close) await DBOS.closeStream('numbers');
    return step('after', 'done');
  },
  { name: 'streamWriter' },
);

const reader = DBOS.registerWorkflow(
  async (from: string) => {
    const read: unknown[] = [];
    for await (const value of DBOS.readStream(from, 'numbers')) read.push(value);
    return read;
  },
  { name: 'streamReader' },
);

/** Writes from a step: nothing records that. */
const logger = DBOS.registerWorkflow(
  async () => {
    await DBOS.runStep(() => DBOS.writeStream('log', 'line'), { name: 'log' });
    await DBOS.runStep(() => DBOS.closeStream('log'), { name: 'close' });
    return step('after', 'done');
  },
  { name: 'streamLogger' },
);

const patient = DBOS.registerWorkflow(
  async (from: string, timeoutSeconds: number) => {
    try {
      return await DBOS.readStreamOffset(from, 'numbers', 2, { timeoutSeconds });
    } catch (error) {
      return (error as Error).message;
    }
  },
  { name: 'streamPatient' },
);

const crowded = DBOS.registerWorkflow(
  (from: string) => Promise.all([DBOS.readStreamOffset(from, 'numbers', 0), DBOS.readStreamOffset(from, 'numbers', 1)]),
  { name: 'streamCrowded' },
);

const silent = DBOS.registerWorkflow(() => DBOS.recv('never', { timeoutSeconds: 36_000 }), { name: 'streamSilent' });

const both =
  (values: number, close = true) =>
  async (): Promise<void> => {
    await DBOS.startWorkflow(writer, { workflowID: 'w' })(values, close);
    await DBOS.startWorkflow(reader, { workflowID: 'r' })('w');
  };

/** What the streams of a run hold, by workflow and key. */
const written = (run: Run): unknown[] =>
  eventsOf(run, 'stream.written').map(({ workflow, key, text }) => [workflow, key, JSON.parse(text) as unknown]);

describe('a stream', () => {
  test('is read in the order of writing, up to its end', async () => {
    const ends = fc.asyncProperty(fc.nat(4), fc.boolean(), async (values, close) => {
      const run = await replay(program('both', both(values, close)), []);
      expect(run.complaints).toEqual([]);
      expect(valueOf(run, 'r')).toEqual(Array.from({ length: values }, (_, value) => value));
    });
    await fc.assert(ends, { numRuns: 12 });
  });

  test('that nobody writes to, of no workflow, is an error with code 16', async () => {
    const run = await replay(
      program('nobody', () => DBOS.startWorkflow(reader, { workflowID: 'r' })('w')),
      [],
    );
    expect(JSON.parse(run.results['r']!.outcome!.text)).toMatchObject({ dbosErrorCode: 16 });
  });

  test('is read without polling: a reader that waits for hours takes no moves', async () => {
    const start = async (): Promise<void> => {
      await DBOS.startWorkflow(silent, { workflowID: 'w' })();
      await DBOS.startWorkflow(reader, { workflowID: 'r' })('w');
    };
    const run = await replay(program('hours', start), []);
    expect(valueOf(run, 'r')).toEqual([]);
    expect(run.history.at(-1)!.atMs).toBeGreaterThan(36_000_000);
    expect(moves(run).length).toBeLessThan(40);
  });

  test('is read by clients, and by offset until a timeout', async () => {
    const read: unknown[] = [];
    const start = async (): Promise<void> => {
      const client = await DBOSClient.create({ systemDatabaseUrl: 'postgresql://theirs' });
      await DBOS.startWorkflow(writer, { workflowID: 'w' })(2, true);
      for await (const value of DBOS.readStream('w', 'numbers', { pollingIntervalMs: 5 })) read.push(value);
      for await (const value of client.readStream('w', 'numbers', { offset: 1 })) read.push(value);
      read.push(await client.readStreamOffset('w', 'numbers', 0));
      await DBOS.startWorkflow(silent, { workflowID: 's' })();
      const late = DBOS.readStreamOffset('s', 'numbers', 0, { timeoutSeconds: 60 });
      await expect(late).rejects.toMatchObject({ dbosErrorCode: 33 });
    };
    const run = await replay(program('clients', start), []);
    expect(run.complaints).toEqual([]);
    expect(read).toEqual([0, 1, 1, 0]);
  });

  test('that is read twice at once in a workflow is refused with code 34', async () => {
    const start = async (): Promise<void> => {
      await DBOS.startWorkflow(writer, { workflowID: 'w' })(2, true);
      await DBOS.startWorkflow(crowded, { workflowID: 'r' })('w');
    };
    const run = await replay(program('crowded', start), []);
    expect(JSON.parse(run.results['r']!.outcome!.text)).toMatchObject({ dbosErrorCode: 34 });
  });

  test('is no wait for ever once the reader is cancelled', async () => {
    const start = async (): Promise<void> => {
      await DBOS.startWorkflow(silent, { workflowID: 'w' })();
      await DBOS.startWorkflow(reader, { workflowID: 'r' })('w');
      await DBOS.cancelWorkflow('r');
    };
    const runs = await randomRuns(program('cancelled', start, { crashesMax: 0 }), 60);
    const cancelled = runs.filter((run) => ended(run, 'r')?.status === 'CANCELLED');
    expect(cancelled.length).toBeGreaterThan(20);
    const parted = cancelled.map((run) => eventsOf(run, 'attempt.ended').find(({ workflow }) => workflow === 'r'));
    expect(parted.filter((end) => end !== undefined && end.atMs < 36_000_000).length).toBeGreaterThan(20);
    for (const end of parted) if (end !== undefined) expect(end.how).toBe('parked');
  });

  test('of a workflow that is still to come is read as an error that the SDK does not record: its defect', async () => {
    const start = async (): Promise<void> => {
      await DBOS.startWorkflow(reader, { workflowID: 'r' })('w');
      await DBOS.startWorkflow(writer, { workflowID: 'w' })(1, true);
    };
    const { finding } = await explore(program('too early', start), { seed: 'early', runsMax: 500 });
    expect(finding?.violations[0]).toMatchObject({
      ...{ check: 'engine', culprit: 'engine' },
      because: expect.stringMatching(/^DBOS\.readStream\("w", "numbers"\) at .* is answered, but .* not recorded/),
      fix: expect.stringContaining('read inside a step'),
    });
  });
});

describe('under crashes, a stream', () => {
  test('written by a workflow holds each value once, and its reader reads the same, whatever crashes', async () => {
    const check = ({ results }: { readonly results: Record<string, unknown> }): void =>
      expect(results['r']).toEqual({ status: 'SUCCESS', value: [0, 1] });
    await expectUnderCrashes({ ...program('both', both(2)), check }, 1);
    for (const run of await randomRuns(program('both', both(2), { executors: 2 }), 100))
      expect(written(run)).toEqual([0, 1, '__DBOS_STREAM_CLOSED__'].map((value) => ['w', 'numbers', value]));
  });

  test('is not written again after a crash between the landing of a write and its reply', async () => {
    const run = await replay(program('both', both(1)), crashAfter('land writeStream#1'));
    expect(eventsOf(run, 'executor.crashed')[0]!.lost).toContainEqual(
      expect.objectContaining({ label: 'writeStream#1', landed: true }),
    );
    expect(written(run)).toEqual([0, '__DBOS_STREAM_CLOSED__'].map((value) => ['w', 'numbers', value]));
    expect(valueOf(run, 'r')).toEqual([0]);
  });

  test('written from a step holds a value twice when the step runs twice', async () => {
    const run = await replay(of(logger), crashAfter('land writeStream log#1'));
    expect(written(run).map((entry) => (entry as unknown[])[2])).toEqual(['line', 'line', '__DBOS_STREAM_CLOSED__']);
    expect(valueOf(run)).toBe('done');
  });

  test('times out for its reader at the same time when the reader is recovered', async () => {
    const start = async (): Promise<void> => {
      await DBOS.startWorkflow(silent, { workflowID: 'w' })();
      await DBOS.startWorkflow(patient, { workflowID: 'r' })('w', 60);
    };
    const run = await replay(program('timeout', start), []);
    expect(valueOf(run, 'r')).toBe('No value arrived on stream numbers of workflow w within 60000ms');
    await expectUnderCrashes(program('timeout', start), 1);
  });

  test('is read to its end, and no law broken, by correct programs on two executors', async () => {
    const limits = { executors: 2, crashesMax: 2, suspensionsMax: 1 };
    for (const tried of [program('both', both(2), limits), program('open', both(1, false), limits)]) {
      const { finding } = await explore(tried, { seed: 'streams', runsMax: 300 });
      expect(finding?.violations ?? []).toEqual([]);
    }
  });
});

describe('a zombie', () => {
  const limits = { executors: 2, suspensionsMax: 1, crashesMax: 0 };

  test.each(['w', 'l'])('writes nothing to the streams of workflow %s', async (id) => {
    const start = (): unknown =>
      id === 'w'
        ? DBOS.startWorkflow(writer, { workflowID: id })(2, true)
        : DBOS.startWorkflow(logger, { workflowID: id })();
    const runs = await randomRuns(program('zombie', start, limits), 200);
    const fenced = runs.filter((run) => eventsOf(run, 'record.refused').length > 0);
    expect(fenced.length).toBeGreaterThan(0);
    for (const run of runs) {
      expect(ended(run, id)).toEqual({ status: 'SUCCESS', value: 'done' });
      if (id === 'w') expect(written(run)).toHaveLength(3);
    }
  });
});

describe('a run with streams', () => {
  test('is the same, byte for byte, whenever its script is', async () => {
    const tried: Program = program('both', both(2), { executors: 2, suspensionsMax: 1 });
    const prints = async (): Promise<string[]> => (await randomRuns(tried, 100)).map(fingerprint);
    const [first, again] = [await prints(), await prints()];
    expect(again).toEqual(first);
    expect(new Set(first).size).toBeGreaterThan(50);
  });
});
