/**
 * The workload on the SDK alone: every call to its database is answered at once, nothing is scheduled, nothing crashes. No
 * engine that runs the SDK's own code can take less.
 */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { SILENT } from '../../harness/dbos/config.ts';
import { findSdk, type Sdk } from '../../harness/dbos/sdk.ts';
import { shortCuts } from '../../harness/dbos/serializer.ts';
import { interleaved } from './interleaved.ts';

const nothing = (): void => undefined;

type Answers = Readonly<Record<string, (...args: never[]) => unknown>>;

/** What the database would answer if it had nothing to do but to remember. */
function answers({ context }: Sdk): Answers {
  const owners = new Map<string, string>();
  const records = new Map<string, object>();
  return {
    checkIfCanceled: () => Promise.resolve(),
    initWorkflowStatus: (status: { workflowUUID: string; status: string; serialization: string }, owner: string) => {
      owners.set(status.workflowUUID, owner);
      records.clear();
      return Promise.resolve({ ...status, shouldExecuteOnThisExecutor: true });
    },
    getOperationResultAndThrowIfCancelled: (id: string, position: number) =>
      Promise.resolve(records.get(`${id}/${position}`)),
    recordOperationResult: (id: string, position: number, functionName: string, ...rest: unknown[]) => {
      if (owners.get(id) !== context.currentOwnerXid(id)) throw new Error('not the owner');
      records.set(`${id}/${position}`, { functionName, ...(rest[3] as object) });
      return Promise.resolve();
    },
    recordWorkflowOutput: () => Promise.resolve(true),
    reenqueueWorkflowsForRecovery: () => Promise.resolve([]),
    getLatestApplicationVersion: () => Promise.resolve({ versionName: 'v1' }),
    ...Object.fromEntries(
      ['init', 'destroy', 'createApplicationVersion'].map((name) => [name, () => Promise.resolve()]),
    ),
  };
}

/** Launches the SDK over such a database; with `quick`, with the short cuts of the dbos engine. Returns what makes runs. */
export async function launchFloor(quick: boolean): Promise<(runs: number) => Promise<void>> {
  const sdk = findSdk(process.cwd());
  const { prototype } = sdk.database.SystemDatabase;
  for (const [name, value] of Object.entries(answers(sdk))) Object.defineProperty(prototype, name, { value });
  sdk.executor.DBOSExecutor.prototype.initEventReceivers = () => Promise.resolve();
  if (quick) {
    for (const { target, key, descriptor } of shortCuts(sdk)) Object.defineProperty(target, key, descriptor);
    const idle = { cancelled: false, release: nothing };
    Object.defineProperty(prototype, 'watchForCancellation', { value: () => idle });
  }
  DBOS.setConfig({
    name: 'floor',
    applicationVersion: 'v1',
    systemDatabaseUrl: 'postgresql://x@127.0.0.1:1/x',
    logger: SILENT,
  });
  await DBOS.launch();
  return async (runs) => {
    for (let run = 0; run < runs; run++) {
      const handle = await DBOS.startWorkflow(interleaved, { workflowID: 'w' })();
      await handle.getResult();
    }
  };
}
