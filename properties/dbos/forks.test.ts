/** Workflows that begin again, or are gone, on the dbos engine: fork, rewind, delete. */
import { DBOS } from '@dbos-inc/dbos-sdk';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { explore, fingerprint, replay } from '../../harness/index.ts';
import { crashAfter, ended, randomRuns, valueOf } from '../harness/support.ts';
import { program } from './support.ts';

/** What steps did, in the user's own fake of the world. */
const did: string[] = [];
const step = (name: string): Promise<string> =>
  DBOS.runStep(() => Promise.resolve(`${name}${did.push(`${DBOS.workflowID} ${name}`)}`), { name });

/** Position 0 to 6: a step, an event, a stream, the same again, and the end of the stream. */
const chapters = DBOS.registerWorkflow(
  async () => {
    const said: string[] = [];
    for (const chapter of ['one', 'two']) {
      said.push(await step(chapter));
      await DBOS.setEvent('chapter', chapter);
      await DBOS.writeStream('book', chapter);
    }
    await DBOS.closeStream('book');
    return said.join();
  },
  { name: 'forkChapters' },
);

const child = DBOS.registerWorkflow((which: string) => step(which), { name: 'forkChild' });
const parent = DBOS.registerWorkflow(
  async () => {
    const one = await DBOS.startWorkflow(child)('x');
    const said = await one.getResult();
    return `${said} ${await step('then')}`;
  },
  { name: 'forkParent' },
);
const receiver = DBOS.registerWorkflow(
  async () => [await DBOS.recv('t', { timeoutSeconds: 5 }), await DBOS.recv('t', { timeoutSeconds: 5 })],
  { name: 'forkReceiver' },
);
const forker = DBOS.registerWorkflow(
  async () => {
    const handle = await DBOS.forkWorkflow('w', 1);
    return handle.getResult();
  },
  { name: 'forkForker' },
);
const slow = DBOS.registerWorkflow(
  async () => {
    await DBOS.sleep(3_600_000);
    return step('late');
  },
  { name: 'forkSlow' },
);
const waiter = DBOS.registerWorkflow((id: string) => DBOS.getResult(id), { name: 'forkWaiter' });
const slowParent = DBOS.registerWorkflow(
  async () => {
    const handle = await DBOS.startWorkflow(slow, { workflowID: 'below' })();
    return handle.getResult();
  },
  { name: 'forkSlowParent' },
);

const setup = (): void => void (did.length = 0);
const tried = (name: string, start: () => unknown, limits = {}): ReturnType<typeof program> => ({
  ...program(name, start, limits),
  setup,
});

beforeEach(setup);

const finished = async (id: string, run: () => Promise<unknown> = chapters): Promise<void> => {
  await (await DBOS.startWorkflow(run as () => Promise<string>, { workflowID: id })()).getResult();
};

const streamOf = async (id: string, key: string): Promise<unknown[]> => {
  const values: unknown[] = [];
  for await (const value of DBOS.readStream(id, key)) values.push(value);
  return values;
};

describe('a fork', () => {
  test('keeps what is recorded below its first step, with events and streams, and does the rest itself', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 7 }), async (position) => {
        let seen: unknown;
        const start = async (): Promise<void> => {
          await finished('w');
          const fork = await DBOS.forkWorkflow('w', position, { newWorkflowID: 'f', timeoutMS: 60_000 });
          await fork.getResult();
          const status = (await fork.getStatus())!;
          expect(status).toMatchObject({ forkedFrom: 'w', wasForkedFrom: false, workflowName: 'forkChapters' });
          expect(status).toMatchObject({ timeoutMS: 60_000, parentWorkflowID: undefined });
          expect(await DBOS.retrieveWorkflow('w').getStatus()).toMatchObject({ wasForkedFrom: true });
          seen = [await DBOS.getEvent('f', 'chapter'), await streamOf('f', 'book')];
        };
        const run = await replay(tried('fork', start), []);
        expect(run.complaints).toEqual([]);
        expect(seen).toEqual(['two', ['one', 'two']]);
        const again = did.filter((what) => what.startsWith('f ')).map((what) => what.slice(2));
        expect(again).toEqual(position === 0 ? ['one', 'two'] : position <= 3 ? ['two'] : []);
      }),
      { numRuns: 8, examples: [[0], [1], [3], [4], [7]] },
    );
  });

  test('of a workflow whose step ran twice replays what was recorded, not what was done last', async () => {
    const start = async (): Promise<void> => {
      await finished('w');
      await (await DBOS.forkWorkflow('w', 3, { newWorkflowID: 'f' })).getResult();
    };
    const run = await replay(tried('twice', start), crashAfter('start w'));
    expect(run.complaints).toEqual([]);
    expect(did.filter((what) => what === 'w one')).toHaveLength(2);
    expect(valueOf(run, 'f')).toMatch(/^one2,two/);
    expect(valueOf(run, 'w')).toMatch(/^one2,two/);
  });

  test('starts children of its own, but keeps those that are recorded, unless others are named', async () => {
    const start = async (): Promise<void> => {
      await finished('w', parent);
      await (await DBOS.forkWorkflow('w', 0, { newWorkflowID: 'anew' })).getResult();
      await (await DBOS.forkWorkflow('w', 1, { newWorkflowID: 'kept' })).getResult();
      const replacementChildren = { 'w-0': 'anew-0' };
      await (await DBOS.forkWorkflow('w', 1, { newWorkflowID: 'other', replacementChildren })).getResult();
    };
    const run = await replay(tried('children', start), []);
    expect(run.complaints).toEqual([]);
    expect(Object.keys(run.results)).toEqual(['w', 'w-0', 'anew', 'anew-0', 'kept', 'other']);
    expect([valueOf(run, 'kept'), valueOf(run, 'other')]).toEqual([
      `${String(valueOf(run, 'w-0'))} then5`,
      `${String(valueOf(run, 'anew-0'))} then6`,
    ]);
  });

  test('runs under the version it is given', async () => {
    const start = async (): Promise<void> => {
      await finished('w');
      const fork = await DBOS.forkWorkflow('w', 0, { newWorkflowID: 'f', applicationVersion: 'v0' });
      expect(await fork.getStatus()).toMatchObject({ status: 'ENQUEUED', applicationVersion: 'v0' });
      await DBOS.cancelWorkflow('f');
    };
    const run = await replay(tried('version', start), []);
    expect(run.complaints).toEqual([]);
    expect(did).not.toContain('f one');
  });

  test('of nothing fails with code 16, under a taken id with the error of the database', async () => {
    const start = async (): Promise<void> => {
      await finished('w');
      await expect(DBOS.forkWorkflow('nobody', 0)).rejects.toMatchObject({ dbosErrorCode: 16 });
      await expect(DBOS.forkWorkflow('w', 0, { newWorkflowID: 'w' })).rejects.toMatchObject({ code: '23505' });
    };
    expect((await replay(tried('nothing', start), [])).complaints).toEqual([]);
  });

  test('from a workflow is forked a second time when a crash comes before it is recorded', async () => {
    const start = async (): Promise<void> => {
      await finished('w');
      await DBOS.startWorkflow(forker, { workflowID: 'r' })();
    };
    const calm = await replay(tried('forker', start), []);
    expect(Object.keys(calm.results)).toHaveLength(3);
    const crashed = await replay(tried('forker', start), crashAfter('land fork w#1'));
    expect(Object.keys(crashed.results)).toHaveLength(4);
    expect(ended(crashed, 'r')).toMatchObject({ status: 'SUCCESS' });
  });

  test('whose replay calls what was not recorded of its original is found', async () => {
    const limits = { crashesMax: 0 };
    const { finding } = await explore(tried('unlike', unlike, limits), { seed: 'unlike', runsMax: 50 });
    expect(finding?.violations.map(({ check }) => check)).toContain('replay');
    expect(finding!.violations[0]!.because).toMatch(/function id 0 of workflow f was recorded for/);
  });
});

const asked = DBOS.registerStep((what: string) => Promise.resolve(what), { name: 'asked' });
let weather = '';
const moody = DBOS.registerWorkflow(() => asked(weather), { name: 'forkMoody' });
const unlike = async (): Promise<void> => {
  weather = 'sunny';
  await finished('w', moody);
  weather = 'rainy';
  await (await DBOS.forkWorkflow('w', 1, { newWorkflowID: 'f' })).getResult();
};

describe('a rewind', () => {
  test('forgets what is recorded from its step on, restores events, and does the rest again', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 7 }), async (startStep) => {
        const seen: unknown[] = [];
        const start = async (): Promise<void> => {
          await finished('w');
          setup();
          const handle = await DBOS.rewindWorkflow('w', { startStep });
          await handle.getResult();
          seen.push(await DBOS.getEvent('w', 'chapter'), await streamOf('w', 'book'));
        };
        const run = await replay(tried('rewind', start), []);
        expect(run.complaints).toEqual([]);
        // What was written once stays, and is written again.
        const kept = startStep > 5 ? [] : startStep > 2 ? ['two'] : ['one', 'two'];
        expect(seen).toEqual(['two', ['one', 'two', ...kept]]);
        const again = did.map((what) => what.slice(2));
        expect(again).toEqual(startStep === 0 ? ['one', 'two'] : startStep <= 3 ? ['two'] : []);
      }),
      { numRuns: 8, examples: [[0], [3], [6], [7]] },
    );
  });

  test('takes back what was published after its step, until it is published again', async () => {
    const events: unknown[] = [];
    const start = async (): Promise<void> => {
      await finished('w');
      await DBOS.rewindWorkflow('w', { startStep: 4, applicationVersion: 'nobody runs it' });
      events.push(await DBOS.getEvent('w', 'chapter', { timeoutSeconds: 0 }));
      await DBOS.cancelWorkflow('w');
      await DBOS.rewindWorkflow('w', { startStep: 1, applicationVersion: 'nobody runs it' });
      events.push(await DBOS.getEvent('w', 'chapter', { timeoutSeconds: 0 }));
      await DBOS.cancelWorkflow('w');
    };
    const run = await replay(tried('events', start), []);
    expect(run.complaints).toEqual([]);
    expect(events).toEqual(['one', null]);
  });

  test('deletes the messages that were consumed after its step, and those that were not', async () => {
    const start = async (): Promise<void> => {
      const handle = await DBOS.startWorkflow(receiver, { workflowID: 'w' })();
      for (const message of ['a', 'b', 'c']) await DBOS.send('w', message, 't');
      await handle.getResult();
      await (await DBOS.rewindWorkflow('w', { startStep: 2 })).getResult();
    };
    const run = await replay(tried('messages', start), []);
    expect(run.complaints).toEqual([]);
    expect(valueOf(run)).toEqual(['a', null]);
  });

  test('is refused while the workflow is going, of nothing, and below the first step', async () => {
    const start = async (): Promise<void> => {
      await DBOS.startWorkflow(slow, { workflowID: 'w' })();
      await expect(DBOS.rewindWorkflow('w')).rejects.toThrow(
        'Cannot rewind w (PENDING): only a workflow in a terminal',
      );
      await expect(DBOS.rewindWorkflow('nobody')).rejects.toMatchObject({ dbosErrorCode: 16 });
      await expect(DBOS.rewindWorkflow('w', { startStep: -1 })).rejects.toThrow('startStep must be >= 0, got -1');
    };
    expect((await replay(tried('refused', start), [])).complaints).toEqual([]);
  });
});

describe('a deletion', () => {
  test('takes everything: what is left is as if there had never been a workflow', async () => {
    const start = async (): Promise<void> => {
      await finished('w');
      await DBOS.send('w', 'hello');
      await DBOS.deleteWorkflow('w');
      expect(await DBOS.retrieveWorkflow('w').getStatus()).toBeNull();
      expect(await DBOS.listWorkflowSteps('w')).toBeUndefined();
      expect(await DBOS.getEvent('w', 'chapter', { timeoutSeconds: 0 })).toBeNull();
      await expect(streamOf('w', 'book')).rejects.toMatchObject({ dbosErrorCode: 16 });
      await expect(DBOS.send('w', 'hello')).rejects.toMatchObject({ dbosErrorCode: 16 });
      await finished('w');
    };
    const run = await replay(tried('delete', start), []);
    expect(run.complaints).toEqual([]);
    expect(valueOf(run)).toBe('one3,two4');
  });

  test('takes the children along, if it is asked to', async () => {
    const start = async (): Promise<void> => {
      await finished('a', parent);
      await finished('b', parent);
      await DBOS.deleteWorkflow('a');
      await DBOS.deleteWorkflow('b', true);
    };
    const run = await replay(tried('children', start), []);
    expect(Object.keys(run.results)).toEqual(['a-0']);
  });

  test('under a running executor fences it: it writes nothing more, and fails with code 16', async () => {
    const start = async (): Promise<void> => {
      await DBOS.startWorkflow(slow, { workflowID: 'w' })();
      await DBOS.deleteWorkflow('w');
    };
    heard.clear();
    const watched = async (): Promise<void> => {
      await DBOS.startWorkflow(watcher, { workflowID: 'up' })();
      while ((await DBOS.listWorkflows({})).length < 2);
      await DBOS.deleteWorkflow('below');
    };
    for (const run of await randomRuns(tried('running', start, { crashesMax: 0 }), 60)) {
      const gone = run.history.findIndex(({ type }) => type === 'workflow.begins');
      const after = run.history.slice(gone).flatMap((event) => ('workflow' in event ? [event] : []));
      const written = after.filter(({ type }) => type === 'outcome.recorded' || type === 'workflow.ended');
      expect(written.filter(({ workflow }) => workflow === 'w')).toEqual([]);
    }
    const run = await replay(tried('watched', watched, { crashesMax: 0 }), []);
    expect(heard).toEqual(new Set([16]));
    expect(ended(run, 'up')).toEqual({ status: 'SUCCESS', value: null });
  });

  test('under the feet of a workflow that writes a stream breaks a constraint, which the workflow hears', async () => {
    const start = async (): Promise<void> => {
      await DBOS.startWorkflow(scribe, { workflowID: 'w' })();
      await DBOS.deleteWorkflow('w');
    };
    heard.clear();
    for (const run of await randomRuns(tried('orphan', start, { crashesMax: 0 }), 40))
      expect(run.ending.how).toBe('finished');
    expect(heard.size).toBeGreaterThan(0);
    expect([...heard].every((code) => code === '23503' || code === 5)).toBe(true);
  });

  test('of a whole tree stops all of it', async () => {
    const start = async (): Promise<void> => {
      await DBOS.startWorkflow(slowParent, { workflowID: 'w' })();
      while ((await DBOS.listWorkflows({})).length < 2);
      await DBOS.deleteWorkflow('w', true);
    };
    const run = await replay(tried('tree', start), []);
    expect(Object.keys(run.results)).toEqual([]);
  });

  test('of what a workflow waits for by its id leaves it waiting: stuck, and named', async () => {
    const start = async (): Promise<void> => {
      await DBOS.startWorkflow(slow, { workflowID: 'x' })();
      await DBOS.startWorkflow(waiter, { workflowID: 'w' })('x');
      await DBOS.deleteWorkflow('x');
    };
    const { ending } = await replay(tried('waiting', start), []);
    expect(ending).toMatchObject({ how: 'stuck', because: expect.stringContaining('workflow w waits for result x') });
  });
});

const heard = new Set<unknown>();
const watcher = DBOS.registerWorkflow(
  async () => {
    const handle = await DBOS.startWorkflow(slow, { workflowID: 'below' })();
    await handle.getResult().catch((error: { readonly dbosErrorCode: number }) => heard.add(error.dbosErrorCode));
    return handle.getStatus();
  },
  { name: 'forkWatcher' },
);
const scribe = DBOS.registerWorkflow(
  async () => {
    for (const line of ['one', 'two'])
      try {
        await DBOS.writeStream('lines', line);
      } catch (error) {
        const { code, dbosErrorCode } = error as { readonly code?: string; readonly dbosErrorCode?: number };
        heard.add(code ?? dbosErrorCode);
        throw error;
      }
  },
  { name: 'forkScribe' },
);

describe('correct programs', () => {
  const start = async (): Promise<void> => {
    await finished('w');
    await (await DBOS.forkWorkflow('w', 3, { newWorkflowID: 'f' })).getResult();
    await (await DBOS.rewindWorkflow('w', { startStep: 3 })).getResult();
  };
  const limits = { executors: 2, crashesMax: 2, suspensionsMax: 1 };

  test('that fork and rewind raise nothing, whatever befalls two executors', async () => {
    const { finding } = await explore(
      { ...tried('again', start, limits), compare: () => 0 },
      { seed: 'again', runsMax: 300 },
    );
    expect(finding?.violations ?? []).toEqual([]);
  });

  test('are the same, byte for byte, whenever their script is', async () => {
    const prints = async (): Promise<string[]> =>
      (await randomRuns(tried('again', start, limits), 60)).map(fingerprint);
    const [first, again] = [await prints(), await prints()];
    expect(again).toEqual(first);
    expect(new Set(first).size).toBeGreaterThan(30);
  });
});
