/**
 * The part of the system database that workflows meet at every step: what is recorded at a position.
 */
import type { Boundary } from '../boundary.ts';
import { labelOf, PATCH } from '../execution.ts';
import { done, lookup, record } from '../tables/operations.ts';
import type { OperationRow } from '../tables/rows.ts';

/** What the SDK passes along with a record. */
type Options = Partial<Pick<OperationRow, 'output' | 'error' | 'childWorkflowID' | 'serialization'>>;

/** Members of the system database, for one process. */
export const steps = (boundary: Boundary): object => ({
  checkIfCanceled: (id: string) => boundary.now(() => boundary.tables.assertNotCancelled(id)),
  checkIfCanceledLimited: (id: string) => boundary.now(() => boundary.tables.assertNotCancelled(id)),
  watchForCancellation: (id: string) => new Watch(boundary, id),

  getOperationResultAndThrowIfCancelled: (id: string, position: number) => recorded(boundary, id, position),

  recordOperationResult(
    id: string,
    position: number,
    functionName: string,
    strict: boolean,
    startedAtMs: number,
    completedAtMs: number,
    options: Options = {},
  ) {
    const [token, by] = [boundary.token(id), boundary.writer(id, position, 'step')];
    const { output = null, error = null, childWorkflowID = null, serialization = null } = options;
    const came = { output, error, childWorkflowID, serialization };
    const operation = { ...done(functionName, startedAtMs, came), completedAtMs };
    const land = (): void => record(boundary.tables, by, id, position, operation, token, strict);
    return boundary.door(labelOf(functionName), land, id, position);
  },

  checkPatch: (id: string, position: number, patch: string, deprecated: boolean) =>
    checkPatch(boundary, id, position, patch, deprecated),
});

/** Whether new code may run: a workflow that passed here before the patch stays with the old. */
function checkPatch(
  boundary: Boundary,
  id: string,
  position: number,
  patch: string,
  deprecated: boolean,
): Promise<{ readonly isPatched: boolean; readonly hasEntry: boolean }> {
  const { tables } = boundary;
  const [token, by, execution] = [boundary.token(id), boundary.writer(id, position, 'step'), boundary.execution(id)];
  const name = `${PATCH}${patch}`;
  // While the question is on its way, another call may be given the position.
  const asking = execution?.calls.get(position);
  return boundary.door(
    `patch ${patch}`,
    () => {
      const existing = tables.workflows.get(id)?.operations[position]?.functionName;
      const hasEntry = existing === name || (existing === undefined && !deprecated);
      if (hasEntry && asking !== undefined) execution?.sayOf(asking, { kind: 'step', name, args: [] });
      // The SDK asks the clock of its process, and in the transaction.
      if (hasEntry && existing === undefined) record(tables, by, id, position, done(name, boundary.nowMs), token, true);
      return { isPatched: deprecated || hasEntry, hasEntry };
    },
    id,
  );
}

/** Reading what is there is a move: the order of replies is the replay order. Nobody else can fill what is empty. */
export function recorded(boundary: Boundary, id: string, position: number): Promise<OperationRow | undefined> {
  const read = (): OperationRow | undefined => lookup(boundary.tables, id, position);
  if (boundary.tables.workflows.get(id)?.operations[position] === undefined) return boundary.now(read);
  return boundary.answer('replay', `read ${id}`, read, id, position);
}

/** Tells a running step that its workflow is cancelled. The SDK's own asks the database every second. */
class Watch {
  readonly #boundary: Boundary;
  readonly #workflow: string;
  #controller: AbortController | null = null;
  #released = false;

  constructor(boundary: Boundary, workflow: string) {
    this.#boundary = boundary;
    this.#workflow = workflow;
  }

  /** Fires in a move of its own, once the workflow is cancelled. The first to ask for it starts the watch. */
  get signal(): AbortSignal {
    if (this.#controller === null) {
      const controller = (this.#controller = new AbortController());
      const workflow = this.#workflow;
      const over = (): boolean => this.#released || this.#boundary.tables.isCancelled(workflow);
      void this.#boundary.wait(`cancellation of ${workflow}`, over, Infinity, workflow).then(() => {
        const { DBOSWorkflowCancelledError } = this.#boundary.sdk.errors;
        if (!this.#released) controller.abort(new DBOSWorkflowCancelledError(workflow));
      });
    }
    return this.#controller.signal;
  }

  get cancelled(): boolean {
    return this.#controller?.signal.aborted ?? false;
  }

  release(): void {
    this.#released = true;
  }
}
