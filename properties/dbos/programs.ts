/** Unmodified DBOS programs that the laws of the dbos engine run: each registered once, as user code would. */
import { DBOS } from '@dbos-inc/dbos-sdk';

const step = <T>(name: string, value: T): Promise<T> => DBOS.runStep(() => Promise.resolve(value), { name });

/** One step after another: correct. */
export const straight = DBOS.registerWorkflow(
  async (input: string) => {
    const one = await step('one', `${input}1`);
    const two = await step('two', `${one}2`);
    return step('three', `${two}3`);
  },
  { name: 'straight' },
);

const sequenceOf = async (which: string, name: (at: number) => string): Promise<string> => {
  const first = await step(name(1), `${which}1`);
  return `${first} ${await step(name(2), `${which}2`)}`;
};

/** Two sequences side by side, whose steps share a name: results are swapped, silently. */
export const sameNames = DBOS.registerWorkflow(
  () => {
    const sequenceA = async (): Promise<string> => `${await step('fetch', 'a1')} ${await step('fetch', 'a2')}`;
    const sequenceB = async (): Promise<string> => `${await step('fetch', 'b1')} ${await step('fetch', 'b2')}`;
    return Promise.all([sequenceA(), sequenceB()]);
  },
  { name: 'sameNames' },
);

/** Two sequences side by side, whose steps have names of their own: the SDK notices, and refuses every recovery. */
export const otherNames = DBOS.registerWorkflow(
  () => Promise.all([sequenceOf('a', (at) => `a${at}`), sequenceOf('b', (at) => `b${at}`)]),
  { name: 'otherNames' },
);

const sequence = DBOS.registerWorkflow((which: string) => sequenceOf(which, () => 'fetch'), { name: 'sequence' });

/** The fix: each sequence is a child workflow. */
export const children = DBOS.registerWorkflow(
  async () => {
    const a = await DBOS.startWorkflow(sequence)('a');
    const b = await DBOS.startWorkflow(sequence)('b');
    return [await a.getResult(), await b.getResult()];
  },
  { name: 'children' },
);

/** What a step that fails twice, and then does not, was told of its attempts. */
export const attempts: number[] = [];

/** A step that is retried. */
export const retried = DBOS.registerWorkflow(
  () =>
    DBOS.runStep(
      () => {
        attempts.push(DBOS.stepStatus!.currentAttempt!);
        return attempts.length < 3 ? Promise.reject(new Error('not yet')) : Promise.resolve('at last');
      },
      { name: 'flaky', retriesAllowed: true, maxAttempts: 5, intervalSeconds: 60 },
    ),
  { name: 'retried' },
);

/** Sleeps a day between two steps. */
export const sleeper = DBOS.registerWorkflow(
  async () => {
    const before = await DBOS.now();
    await DBOS.sleep(86_400_000);
    return (await DBOS.now()) - before;
  },
  { name: 'sleeper' },
);

/** Waits for two messages, and says what it got. */
export const receiver = DBOS.registerWorkflow(
  async () => {
    const first = await DBOS.recv<string>('topic', { timeoutSeconds: 3600 });
    await DBOS.setEvent('first', first);
    return [first, await DBOS.recv<string>('topic', { timeoutSeconds: 3600 })];
  },
  { name: 'receiver' },
);

/** Sends two messages and waits for what comes of the first. */
export const sender = DBOS.registerWorkflow(
  async (to: string) => {
    await DBOS.send(to, 'one', 'topic');
    await DBOS.send(to, 'two', 'topic');
    return DBOS.getEvent<string>(to, 'first', { timeoutSeconds: 7200 });
  },
  { name: 'sender' },
);

/** Sends to nobody. */
export const lost = DBOS.registerWorkflow(() => DBOS.send('nobody', 'hello'), { name: 'lost' });

/** Reads the clock between steps. */
export const clockReader = DBOS.registerWorkflow(
  async () => {
    await step('one', 1);
    return Date.now() % 2 === 0 ? step('even', 'even') : step('odd', 'odd');
  },
  { name: 'clockReader' },
);

/** What is running at once, and the most there ever was. */
export const crowd = { now: 0, most: 0 };

/** A task for a queue. */
export const task = DBOS.registerWorkflow(
  async (which: string) => {
    crowd.most = Math.max(crowd.most, ++crowd.now);
    const did = await step('task', which);
    crowd.now--;
    return did;
  },
  { name: 'task' },
);

/** Takes an hour. */
export const slow = DBOS.registerWorkflow(
  async () => {
    await DBOS.sleep(3_600_000);
    return step('after', 'done');
  },
  { name: 'slow' },
);

/** Code that was changed while workflows ran. */
export const patched = DBOS.registerWorkflow(
  async () => ((await DBOS.patch('better')) ? step('new', 'new') : step('old', 'old')),
  { name: 'patched' },
);

/** Calls a child directly, and waits for another by its id. */
export const parent = DBOS.registerWorkflow(
  async () => {
    const direct = await straight('x');
    await DBOS.startWorkflow(straight, { workflowID: 'other' })('y');
    return [direct, await DBOS.getResult('other')];
  },
  { name: 'parent' },
);

/** Has a child that takes an hour. */
export const slowParent = DBOS.registerWorkflow(
  async () => {
    const child = await DBOS.startWorkflow(slow, { workflowID: 'child' })();
    return child.getResult();
  },
  { name: 'slowParent' },
);

/** May be recovered once. */
export const fragile = DBOS.registerWorkflow(() => step('only', 1), { name: 'fragile', maxRecoveryAttempts: 1 });

/** The user's own fake of the outside world. */
export const bank: { charges: string[] } = { charges: [] };

/** Charges, and charges again when the crash comes after the charge and before its checkpoint. */
export const payment = DBOS.registerWorkflow(
  () => DBOS.runStep(() => Promise.resolve(bank.charges.push('10')), { name: 'charge' }),
  { name: 'payment' },
);

const first = DBOS.registerStep((what: string) => Promise.resolve(what), { name: 'first' });
const second = DBOS.registerStep((what: string) => Promise.resolve(what), { name: 'second' });

/** Two sequences side by side, of registered steps: their arguments are known. */
export const registered = DBOS.registerWorkflow(
  () => {
    const sequenceA = async (): Promise<string[]> => [await first('a1'), await second('a2')];
    const sequenceB = async (): Promise<string[]> => [await first('b1'), await second('b2')];
    return Promise.all([sequenceA(), sequenceB()]);
  },
  { name: 'registered' },
);

/** Awaits what nobody simulates. */
export const escapes = DBOS.registerWorkflow(
  async () => {
    await step('before', 1);
    await new Promise(() => undefined);
  },
  { name: 'escapes' },
);

/** Lets a step fail while nobody listens. */
export const rejects = DBOS.registerWorkflow(
  async () => {
    const failing = DBOS.runStep(() => Promise.reject(new Error('unheard')), { name: 'failing' });
    await step('other', 1);
    await step('another', 1);
    return failing;
  },
  { name: 'rejects' },
);
