/**
 * Calls of the SDK's public surface, tried in each of the four places where an author may write them: the body of a workflow,
 * a step, a transaction, and outside. What they are to do there is the SDK's own contract.
 */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { expect } from 'vitest';
import { dbos, MemoryDataSource, type OperationRow } from '../../harness/dbos/index.ts';
import { type Limits, replay, type Run, scenario } from '../../harness/index.ts';
import { valueOf } from '../harness/support.ts';
import type { Program } from './support.ts';

/** Where a call is written. */
export type Where = 'body' | 'step' | 'transaction' | 'outside';

/** What a call came to: what it returned, or the code and the text of what it threw. */
export type Came = { readonly value?: unknown } | { readonly code: number | string; readonly message: string };

/** The SDK refuses the call: the code of its error (its name, if it has none), and a part of its text. */
export interface Refusal {
  readonly code: number | string;
  readonly message: string;
}

/** What a call is to do. */
export interface Row {
  readonly call: string;
  readonly make: () => unknown;
  /** What is recorded at each position it takes in the body of a workflow; null: taken, but nothing is recorded there. */
  readonly body: readonly (string | null)[];
  readonly step: 'runs' | Refusal;
  readonly transaction: 'runs' | Refusal;
  readonly outside: 'runs' | Refusal;
  /** What it comes to in a body, where that is worth saying. */
  readonly value?: unknown;
  /** The SDK gets it wrong there, and is told of: it gives two answers. */
  readonly defective?: true;
  /** It is refused even there. */
  readonly refused?: Refusal;
}

/** An invalid transition: code 21. */
export const refused = (message: string): Refusal => ({ code: 21, message });

/** Rows of calls that are the business of nobody but the body of a workflow. */
export const onlyInBody = (step: string, outside: string): Pick<Row, 'step' | 'transaction' | 'outside'> => ({
  step: refused(step),
  transaction: refused(step),
  outside: refused(outside),
});

const source = new MemoryDataSource('places', { rows: {} });

let made: () => unknown = () => undefined;

async function settled(call: () => unknown): Promise<Came> {
  try {
    return { value: await call() };
  } catch (error) {
    const { dbosErrorCode, name, message } = error as Error & { readonly dbosErrorCode?: number };
    return { code: dbosErrorCode ?? name, message };
  }
}

const next = (): Promise<void> => DBOS.runStep(() => Promise.resolve(), { name: 'next' });

/** Makes the call in a body, and then takes the next position. */
const inBody = DBOS.registerWorkflow(
  async (isTold: boolean) => {
    const came = await settled(made);
    await next();
    return isTold ? came : null;
  },
  { name: 'inBody' },
);

const inStep = DBOS.registerWorkflow(
  async () => {
    const came = await DBOS.runStep(() => settled(made), { name: 'host' });
    await next();
    return came;
  },
  { name: 'inStep' },
);

const inTransaction = DBOS.registerWorkflow(
  async () => {
    const came = await source.runTransaction(() => settled(made), { name: 'host' });
    await next();
    return came;
  },
  { name: 'inTransaction' },
);

/** Has ended, and left an event and a stream. */
export const other = DBOS.registerWorkflow(
  async () => {
    await DBOS.setEvent('key', 'value');
    for (const value of ['one', 'two']) await DBOS.writeStream('stream', value);
    return 'done';
  },
  { name: 'other' },
);

/** Is busy for an hour. */
export const busy = DBOS.registerWorkflow(() => DBOS.sleep(3_600_000), { name: 'busy' });

/** What a schedule starts. */
export const scheduled = DBOS.registerWorkflow((_at: Date, _context: unknown) => Promise.resolve(), {
  name: 'scheduled',
});

/** A child to start, or to call. */
export const child = DBOS.registerWorkflow((what: string) => Promise.resolve(`child ${what}`), { name: 'child' });

/** What is there already: a queue, a schedule that does not fire, a workflow that has ended and one that is busy. */
async function prepare(): Promise<void> {
  await DBOS.registerQueue('queue', {});
  await DBOS.createSchedule({
    scheduleName: 'yearly',
    workflowFn: scheduled,
    schedule: '0 0 31 12 *',
    context: null,
  });
  await (await DBOS.startWorkflow(other, { workflowID: 'other' })()).getResult();
  await DBOS.startWorkflow(busy, { workflowID: 'busy' })();
}

/** A scenario that makes the call of `row` in one place. What it comes to outside goes to `tell`. */
function placed({ call, make }: Row, where: Where, limits: Partial<Limits>, tell: (came: Came) => void): Program {
  const start = async (): Promise<void> => {
    await prepare();
    if (where === 'outside') tell(await settled(make));
    else if (where === 'step') await DBOS.startWorkflow(inStep, { workflowID: 'w' })();
    else if (where === 'transaction') await DBOS.startWorkflow(inTransaction, { workflowID: 'w' })();
    else await DBOS.startWorkflow(inBody, { workflowID: 'w' })(limits.crashesMax === undefined);
  };
  const setup = (): void => void (made = make);
  return scenario({ name: `${call} in ${where}`, engine: dbos(), setup, start, limits });
}

/** A scenario that makes the call in a body, and whose executors may crash. */
export const underCrashes = (row: Row): Program => placed(row, 'body', { crashesMax: 1 }, () => undefined);

/** Makes the call in one calm run. `operations`: what the workflow that made it recorded. */
export async function attempt(
  row: Row,
  where: Where,
): Promise<{ readonly came: Came; readonly operations: readonly (OperationRow | undefined)[]; readonly run: Run }> {
  let came: Came = {};
  let operations: readonly (OperationRow | undefined)[] = [];
  const tried = placed(row, where, {}, (told) => (came = told));
  const check: Program['check'] = ({ tables }) => void (operations = tables.workflows.get('w')?.operations ?? []);
  const run = await replay({ ...tried, check }, []);
  expect(run.ending).toEqual({ how: 'finished' });
  return { came: where === 'outside' ? came : (valueOf(run) as Came), operations, run };
}

/** That a call came to what it is to do. */
export function expectOutcome(came: Came, expected: 'runs' | Refusal): void {
  if (expected === 'runs') expect(came).not.toHaveProperty('code');
  else expect(came).toEqual({ code: expected.code, message: expect.stringContaining(expected.message) });
}

/** What is recorded before the position of the step that comes next. */
export function recordedBefore(operations: readonly (OperationRow | undefined)[]): (string | null)[] {
  const names = Array.from(operations, (operation) => operation?.functionName ?? null);
  expect(names).toContain('next');
  return names.slice(0, names.indexOf('next'));
}
