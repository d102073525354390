/** Laws of the dbos engine: its system database is the SDK's own on a real database, and programs come through crashes. */
import { deepStrictEqual, rejects } from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DBOS } from '@dbos-inc/dbos-sdk';
import { dbos, type RealDatabase, type Stored } from '../../../harness/dbos/index.ts';
import { findSdk } from '../../../harness/dbos/sdk.ts';
import { crashes, scenario } from '../../../harness/index.ts';
import { onPglite } from '../../conformance/databases.ts';
import { agrees } from '../../conformance/database/laws.ts';
import { Memory, saved } from '../../conformance/database/memory.ts';
import { Ours } from '../../conformance/database/ours.ts';
import { witnessOf } from '../../conformance/database/witness.ts';
import { children, straight } from '../../dbos/programs.ts';
import { countRun, type Law, search } from './making.ts';

/** Beside the planted trees: the first to be tried, of the real harness, leaves here what PGlite says. */
const ANSWERS = fileURLToPath(new URL('../../../../answers', import.meta.url));

async function database(): Promise<void> {
  const isFirst = !existsSync(ANSWERS);
  let real: RealDatabase | null = null;
  const witness = new Memory(async () => witnessOf((real ??= await onPglite())), isFirst ? undefined : saved(ANSWERS));
  try {
    await agrees(witness, { ...{ count: SEQUENCES, seed: 20_300_101, shrinks: false }, onSequence: countRun });
    if (isFirst) witness.save(ANSWERS);
  } finally {
    await (real as RealDatabase | null)?.close();
  }
}

/** Enough for the rarest fault to show. */
const SEQUENCES = 600;

async function programs(): Promise<void> {
  const starts = [
    (): unknown => DBOS.startWorkflow(straight, { workflowID: 'w' })('a'),
    (): unknown => DBOS.startWorkflow(children, { workflowID: 'w' })(),
  ];
  for (const start of starts) {
    const tried = scenario({ name: 'programs', engine: dbos(), start });
    const { finding, complete } = await search(tried, { strategies: [crashes(1)], runsMax: 2_000 });
    const objections = finding?.violations.map(({ because }) => because) ?? [];
    deepStrictEqual({ objections, complete }, { objections: [], complete: true });
  }
}

type Answered = (member: string, ...args: unknown[]) => Promise<unknown>;

/** A workflow about to be started, with what differs from others. */
function workflow(id: string, own: object): object {
  const named = { workflowUUID: id, workflowName: 'f', workflowClassName: '', workflowConfigName: '' };
  const signed = { authenticatedUser: '', assumedRole: '', authenticatedRoles: [], executorId: 'e', applicationID: '' };
  const stored = { input: '[]', output: null, error: null, serialization: 'portable_json' };
  return { ...named, ...signed, ...stored, priority: 0, ...own };
}

/** Our system database, whose members are called one by one, ten milliseconds apart, as the execution `t` of workflow `w`. */
async function members(): Promise<Answered> {
  const ours = new Ours(findSdk(process.cwd()));
  let nowMs = 1_000;
  const answered = async (member: string, ...args: unknown[]): Promise<unknown> => {
    ours.time.begin((nowMs += 10));
    return ours.call({ member, args, as: { workflow: 'w', token: 't' }, afterMs: 10 });
  };
  await answered('initWorkflowStatus', workflow('w', { status: 'PENDING' }), 't');
  return answered;
}

async function mailbox(): Promise<void> {
  const answered = await members();
  const letters = [
    ['1', 'first', 'x'],
    ['2', 'second', 'x'],
    ['3', 'other', 'y'],
    ['1', 'again', 'x'],
  ];
  for (const [key, message, topic] of letters)
    await answered('sendDirect', 'w', JSON.stringify(message), topic, 'portable_json', key);
  const received: unknown[] = [];
  // Without a time to wait, too.
  for (const [position, timeoutS] of [
    [0, 0],
    [2, 1],
    [4, 1],
    [0, 0],
  ] as const)
    received.push(((await answered('recv', 'w', position, position + 1, 'x', timeoutS)) as Stored).serializedValue);
  // In the order of sending, each once, and at a recorded position what is recorded.
  deepStrictEqual(received, ['"first"', '"second"', null, '"first"']);
}

async function records(): Promise<void> {
  const answered = await members();
  const record = (endMs: number, output: string): Promise<unknown> =>
    answered('recordOperationResult', 'w', 0, 'step', true, 1, endMs, { output, serialization: 'portable_json' });
  await record(2, '"first"');
  // The same again is the answer to a commit that was lost; anything else is another execution of the step.
  await record(2, '"first"');
  await rejects(() => record(3, '"second"'), { dbosErrorCode: 37 });
  const recorded = (await answered('getOperationResultAndThrowIfCancelled', 'w', 0)) as { readonly output: string };
  deepStrictEqual(recorded.output, '"first"');
}

async function child(): Promise<void> {
  const answered = await members();
  const output = { output: '1', serialization: 'portable_json' };
  await answered('recordOperationResult', 'w', 0, 'f', true, 1, 2, output);
  const start = (): Promise<unknown> =>
    answered('initChildWorkflowStatus', workflow('c', { status: 'PENDING' }), 'u', 'w', 0, 1, 3);
  await rejects(start, { dbosErrorCode: 37 });
  deepStrictEqual(await answered('getWorkflowStatus', 'c'), null);
}

async function priorities(): Promise<void> {
  const answered = await members();
  for (const [id, priority] of [
    ['late', 2],
    ['early', 1],
  ] as const)
    await answered(
      'initWorkflowStatus',
      workflow(id, { status: 'ENQUEUED', queueName: 'q', priority, applicationVersion: 'v' }),
      null,
    );
  const claim = (): Promise<unknown> =>
    answered('findAndMarkStartableWorkflows', { name: 'q', concurrency: 1 }, 'e', 'v', undefined, 0, 0, 't');
  deepStrictEqual(await claim(), ['early']);
  deepStrictEqual(await claim(), []);
}

async function limits(): Promise<void> {
  const answered = await members();
  for (const version of ['v1', 'v2']) await answered('createApplicationVersion', version, 'simulated');
  for (const id of ['first', 'second'])
    await answered('initWorkflowStatus', workflow(id, { status: 'ENQUEUED', queueName: 'q' }), null);
  const claim = (limit: object, version: string, running: number): Promise<unknown> =>
    answered('findAndMarkStartableWorkflows', { name: 'q', ...limit }, 'e', version, undefined, running, 0, 't');
  // What asks for no version is for the latest.
  deepStrictEqual(await claim({}, 'v1', 0), []);
  deepStrictEqual(await claim({ workerConcurrency: 1 }, 'v2', 1), []);
  const rateLimit = { limitPerPeriod: 1, periodSec: 60 };
  deepStrictEqual(await claim({ rateLimit }, 'v2', 0), ['first']);
  deepStrictEqual(await claim({ rateLimit }, 'v2', 0), []);
}

export const DBOS_LAWS: readonly Law[] = [
  { name: 'a queue keeps to its limits, and to the version that is the latest', holds: limits },
  { name: 'a child is started and recorded, or neither', holds: child },
  { name: 'a queue gives what has priority, and no more than it may', holds: priorities },
  { name: 'messages are received in order, by topic, and once', holds: mailbox },
  { name: 'of two records at a position the first stands, and the second is refused', holds: records },
  { name: 'programs on the SDK come through a crash', holds: programs },
  { name: 'our system database answers as the one of the SDK does on PGlite', holds: database },
];
