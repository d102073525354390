/**
 * Generated programs on the real SDK. The walk over a program is the one of `properties/programs/`: it speaks to a `Context`
 * and a `Client`, and here these are made of calls of DBOS. Nothing is shared with the model engine below them.
 *
 * A module of user code registers its workflows once; what they do is looked up in the process that runs them, so that
 * module state dies with its process on this engine, too.
 */
import { DBOS, type StepConfig, type WorkflowHandle } from '@dbos-inc/dbos-sdk';
import { dbos, type Rows } from '../../../harness/dbos/index.ts';
import type { Engine } from '../../../harness/engine.ts';
import type { Client, Context, Handle, States, StepOptions, Workflow } from '../../../harness/index.ts';
import { place } from '../../../harness/lineage.ts';
import { request } from '../../../harness/request.ts';
import { World } from '../../../harness/world.ts';
import type { Running } from '../../programs/interpret.ts';
import { type Outside, tables, WORLD, type World as Services } from '../../programs/world.ts';

type Registered = (input: unknown) => Promise<unknown>;

const registered = new Map<string, Registered>();
/** What the module of each process made of the program, by incarnation. */
const modules = new WeakMap<object, Readonly<Record<string, Workflow>>>();

/** The workflow of this name, registered as user code would: once, whatever program it belongs to. */
function workflow(name: string): Registered {
  let known = registered.get(name);
  if (known === undefined) {
    const body = async (input: unknown): Promise<unknown> =>
      modules.get(place()!.executor)![name]!(calls, input as never);
    registered.set(name, (known = DBOS.registerWorkflow(body, { name })));
  }
  return known;
}

const configOf = ({
  name,
  attemptsMax = 1,
  backoffMs,
  backoffRate,
  timeoutMs,
  shouldRetry,
}: StepOptions): StepConfig & { name: string } => ({
  name,
  ...(attemptsMax === 1 ? {} : { retriesAllowed: true, maxAttempts: attemptsMax }),
  ...(backoffMs === undefined ? {} : { intervalSeconds: backoffMs / 1_000 }),
  ...(backoffRate === undefined ? {} : { backoffRate }),
  ...(timeoutMs === undefined ? {} : { timeoutMS: timeoutMs }),
  ...(shouldRetry === undefined ? {} : { shouldRetry }),
});

const handleOf = <T>(handle: WorkflowHandle<unknown>): Handle<T> => ({
  id: handle.workflowID,
  result: () => handle.getResult() as Promise<T>,
});

const waiting = (timeoutMs: number): { readonly timeoutSeconds: number } => ({ timeoutSeconds: timeoutMs / 1_000 });
const TIMEOUT_MS = 60_000;

/** The durable calls of a workflow, each the call of DBOS that does it. */
const calls: Context = {
  get workflowId() {
    return DBOS.workflowID!;
  },
  step: (what, body, ...args) =>
    DBOS.runStep(() => body(...args) as never, configOf(typeof what === 'string' ? { name: what } : what)),
  transaction: () => Promise.reject(new Error('no transactions without a data source')),
  random: () => Promise.reject(new Error('DBOS has no durable random number')),
  sleep: (ms) => DBOS.sleep(ms),
  now: () => DBOS.now(),
  uuid: () => DBOS.randomUUID(),
  start: (name, input, { id } = {}) =>
    DBOS.startWorkflow(workflow(name), id === undefined ? {} : { workflowID: id })(input).then(handleOf<never>),
  send: (to, message, topic, key) => DBOS.send(to, message, topic, key),
  recv: (topic, timeoutMs = TIMEOUT_MS) => DBOS.recv(topic, waiting(timeoutMs)),
  setEvent: (key, value) => DBOS.setEvent(key, value),
  getEvent: (id, key, timeoutMs = TIMEOUT_MS) => DBOS.getEvent(id, key, waiting(timeoutMs)),
};

const QUEUE = 'programs';

/** What a client does, each the call of DBOS that does it. */
const client: Client = {
  async start(name, { id, input, queued = false }) {
    if (queued && (await DBOS.retrieveQueue(QUEUE)) === null) await DBOS.registerQueue(QUEUE);
    await DBOS.startWorkflow(workflow(name), { workflowID: id, ...(queued ? { queueName: QUEUE } : {}) })(input);
  },
  send: (to, message, topic) => DBOS.send(to, message, topic),
  cancel: (id) => DBOS.cancelWorkflow(id),
  resume: async (id) => void (await DBOS.resumeWorkflow(id)),
  result: <T>(id: string) => DBOS.getResult(id) as Promise<T>,
};

/** An engine that runs a program on the SDK, with the outside world that the model engine has. */
export function sdk({ workflows }: Running, names: Iterable<string>): Engine<Client, States<Services>, Rows> {
  for (const name of names) workflow(name);
  const inner = dbos();
  return {
    ...inner,
    begin(machine) {
      const session = inner.begin(machine);
      const world = new World(WORLD, machine.note);
      const boot = session.boot.bind(session);
      return Object.assign(session as never, {
        client,
        view: () => ({ world: world.states, tables: tables() }),
        boot(executor: Parameters<typeof boot>[0]) {
          const handles = world.handles((operation, input, key) =>
            request(machine, executor, { operation, input, key }, (made) => world.land(made)),
          );
          const outside: Outside = {
            world: handles,
            database: { commit: () => Promise.reject(new Error('no tables')) },
          };
          modules.set(executor, workflows(outside));
          boot(executor);
        },
      });
    },
  };
}
