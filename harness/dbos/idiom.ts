/**
 * How DBOS users speak: the SDK's own calls, errors and statuses. Source: DBOS SDK 5.3.0, `error.js`, and the DBOS docs
 * ("Workflow tutorial", "Architecture").
 */
import type { Idiom } from '../idiom.ts';

/** The idiom of the SDK of this version. */
export const idiomOf = (version: string): Idiom => ({
  engine: `DBOS SDK ${version}`,
  position: ['function id', 'id'],
  reactions: {
    mayConfuse:
      'After a crash the replay may come out the other way: then a call gets the result of another one (DBOS compares nothing but names), and the workflow ends with a wrong result and status SUCCESS',
    confuses:
      "DBOS compares nothing but names: the call silently gets the other's result, and the workflow can end with a wrong result and status SUCCESS.",
    mayRefuse:
      'After a crash the replay may come out the other way: then it fails with DBOSUnexpectedStepError (26), and DBOS records status ERROR for ever',
    refuses:
      'DBOS throws DBOSUnexpectedStepError (26) and records status ERROR for ever: the workflow is never recovered again.',
    overlooks:
      'DBOS does not notice: what was recorded is lost, and the workflow ends with status SUCCESS all the same.',
    refusedInVain:
      'DBOS throws DBOSUnexpectedStepError (26), but the workflow catches it and ends with status SUCCESS and a wrong result.',
  },
  remedies: {
    sequences:
      'start each sequence as a child workflow (DBOS.startWorkflow), or start all steps before awaiting any (Promise.allSettled)',
    decisions:
      'let what a workflow calls depend on nothing but its arguments and recorded results: read settings, memory and the outside world in a step (DBOS.runStep), or pass them in',
    names: "give each step a name of its own (DBOS.runStep(f, { name: '...' })), so that DBOS can tell them apart",
    memory:
      'let every simulated process evaluate the modules of the application for itself, as it does in production: dbos({ app: () => import("./app") })',
    races:
      'DBOS does not record which promise came first: race inside one step, receive by one topic (DBOS.recv), or go by what a step or DBOS.recv returned',
    classes:
      'do not branch on the class of an error: DBOS keeps its name, message and fields, but not its class. Look at error.name or a code of your own, or let the step return what matters',
    readings: 'read it with DBOS.now() or DBOS.randomUUID(), or inside a step (DBOS.runStep)',
    unawaited: 'await every DBOS call before returning (Promise.allSettled, not Promise.all or Promise.race)',
    unheard: 'await every promise, or start listening (Promise.allSettled) before awaiting anything else',
    strays:
      'make DBOS calls in the async context of the workflow: a pool, emitter or timer that was made elsewhere loses it. Bind what you hand over with AsyncResource.bind, or hand over data and make the call yourself',
    swallowed:
      'let errors of DBOS through: in a catch (or after Promise.allSettled) rethrow every error whose dbosErrorCode is 5, 24, 26 or 37',
    effects: 'call the outside world inside a step (DBOS.runStep)',
    repeats:
      'a step can run again until its result is recorded, so give the outside call an idempotency key that stays the same (DBOS.workflowID, with DBOS.stepID if there are several), or make repeating it harmless',
    values: 'return plain data (JSON, Date, Map, Set, BigInt); keep functions and live objects out of results',
    results: 'let every result depend on nothing but the arguments and what steps returned',
    stuck:
      'give every wait a timeout (timeoutSeconds of DBOS.recv and DBOS.getEvent), or make sure that what it waits for is always sent',
    escaped: 'do I/O inside a step, on a fake that needs no real I/O; settle every promise the workflow awaits',
    blocked: 'wait in durable calls (DBOS.sleep), and let the process go on in the meantime',
  },
  refusals: {
    fenced: 'DBOSWorkflowConflictError (5)',
    cancelled: 'DBOSWorkflowCancelledError (24)',
    mismatched: 'DBOSUnexpectedStepError (26)',
    taken: 'DBOSStepNondeterminismError (37)',
  },
  defects: [
    {
      promise: 'shared',
      call: 'DBOS.patch-',
      because:
        'DBOS.patch looks which function id is next, asks the database, and takes the id only when it is answered: in the meantime a call of another branch gets it, too (dbos.js, `patch`)',
      fix: 'call DBOS.patch while no other call of the workflow is under way: before its branches start',
    },
    {
      promise: 'unrecorded',
      call: 'getStatus',
      because:
        'DBOS.getWorkflowStatus records its answer only if the function id is truthy, and 0 is not: where it is the first call of a workflow, every recovery asks again, and may be told otherwise (system_database.js, `getWorkflowStatus`)',
      fix: 'ask inside a step (DBOS.runStep), or make any other DBOS call first',
    },
    {
      promise: 'unrecorded',
      call: 'DBOS.readStream',
      threw: 'DBOSNonExistentWorkflowError',
      because:
        'DBOS.readStream records what it reads, the end of a stream and a timeout, but not that there is no such workflow: a recovery reads again, and finds what has been written in the meantime (streams.js, `readStreamCore`)',
      fix: 'read inside a step (DBOS.runStep), which records what the whole read came to, or start the workflow before its streams are read',
    },
    {
      promise: 'skipped',
      call: '',
      because:
        'automaticBackfill makes up for times until the moment at which a process begins to make up for them, and waits for times from the moment at which it has: a time in between is lost (scheduler.js, `#pollingLoop`)',
      fix: 'make up for it yourself: call DBOS.backfillSchedule over the recent past now and then; what has run does not run again',
    },
    ...['resumeWorkflows', 'forkWorkflow', 'rewindWorkflow'].map((call) => ({
      ...{ promise: 'denied' as const, call: `DBOS.${call}` },
      because: `DBOS.${call} inside a step does its work, then asks for a handle, which no step may, and fails with DBOSInvalidWorkflowTransitionError (21): a step that is retried does the work again (dbos.js, \`retrieveWorkflow\`)`,
      fix: `call DBOS.${call} between steps: it is a step of its own there, and its answer is recorded`,
    })),
  ],
});
