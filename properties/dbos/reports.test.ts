/** Reports speak DBOS: whole messages, as a user reads them who has never heard of replay. */
import { expect, test } from 'vitest';
import { explore } from '../../harness/index.ts';
import { textReport } from '../../harness/reports/text.ts';
import { TWINS } from '../../scenarios/dbos/index.ts';

/** The report of a story, without what depends on the search: how many runs it took. */
async function told(name: string): Promise<string> {
  const { scenario } = TWINS.find((twin) => twin.scenario.name === name)!;
  const { finding } = await explore(scenario, { runsMax: 100 });
  return textReport(finding!).replace(/\d+ runs?(?:, \d+ more to shrink)?/, 'N runs');
}

test('two branches that race for one function id: both named with their lines, and what DBOS makes of it', async () => {
  expect(await told('sequences-together')).toBe(
    `✗ sequences-together   timing decides what is called
  N runs · minimal: proved

  function id 2 of workflow reading-1 belongs to two branches: it is fetch() →
  "text of a/2" or fetch() → "text of b/2", whichever comes first. After a
  crash the replay may come out the other way: then a call gets the result of
  another one (DBOS compares nothing but names), and the workflow ends with a
  wrong result and status SUCCESS

    calm run  fetch() → "text of a/2"
              fetchPage scenarios/dbos/sequences.ts:12:59 in Promise.all[0]
    this run  fetch() → "text of b/2"
              fetchPage scenarios/dbos/sequences.ts:12:59 in Promise.all[1]

  calm (in order, no fault), except for 1 decision (no run with fewer fails):
    after start reading-1  choose land fetch#2  (calm: land fetch#1)
      so fetch() at id 1 is recorded before fetch() at id 0

  id  calm run                            │ this run
   0  fetch()          → "text of a/1"    │ fetch()          → "text of a/1"
   1  fetch()          → "text of b/1"    │ fetch()          → "text of b/1"
   2  fetch()  all[0]  → "text of a/2"    │ fetch()  all[1]  → "text of b/2"
      ▲ here it is Promise.all[0]'s       │ ▲ here it is Promise.all[1]'s
   3  fetch()  all[1]  → "text of b/2"    │ fetch()  all[0]  → "text of a/2"
      returns [["text of a/1","text of a… │ returns the same

  fix      start each sequence as a child workflow (DBOS.startWorkflow), or
           start all steps before awaiting any (Promise.allSettled)`,
  );
});

test('a branch on the class of an error: the call that lost it, and the refusal by its name and number', async () => {
  expect(await told('declined-by-class')).toBe(
    `✗ declined-by-class   the replay diverged
  N runs · minimal: proved

  function id 1 of workflow order-1 was recorded for cancel(), but the replay
  calls alert() there. pay() at function id 0 threw a Declined when it ran,
  and an Error with the same message when it was read back: a branch on the
  class goes another way. DBOS throws DBOSUnexpectedStepError (26) and records
  status ERROR for ever: the workflow is never recovered again.

    first execution  cancel()  cancelOrder scenarios/dbos/declined.ts:14:49
    after the crash  alert()   alertStaff scenarios/dbos/declined.ts:15:48

  calm (in order, no fault), except for 1 decision (no run with fewer fails):
    after reply cancel#1  choose crash executor-1  (calm: land finish order-1#1)
      so executor-1 crashes before the end of order-1 is recorded

  id  first execution                     │ after the crash
   0  pay()     → throws Error: the card… │ pay()    ← throws Error: the card i…
   1  cancel()  → "order cancelled"       │ alert()  ✗ refused
      ▲ recorded                          │ ▲ not what was recorded
      its body ends                       │ throws Error: During execution of w…
      ✗ executor-1 crashes                │
      → ran, and was recorded   ← read from the journal, not run again

  also     lineage: function id 1 of workflow order-1 does different work when …
  fix      do not branch on the class of an error: DBOS keeps its name, message
           and fields, but not its class. Look at error.name or a code of your
           own, or let the step return what matters`,
  );
});

test('a step that was run by a fenced execution, too: who ran it, and what stopped the other one', async () => {
  expect(await told('takeover-without-key')).toBe(
    `✗ takeover-without-key   check failed
  N runs · minimal: proved

  check: the order was charged 2 times

    charge() ran 2 times: in attempt 1 of order-1 on executor-1, stopped by
    DBOSWorkflowConflictError (5), in attempt 2 of order-1 on executor-2

  calm (in order, no fault), except for 2 decisions (no run with fewer fails):
    after start order-1
      choose suspend executor-1  (calm: land charge#1)
      so executor-1 stands still before charge() at id 0 is recorded
    after suspend executor-1
      choose takeover executor-1 by executor-2  (calm: land charge#1)
      so executor-2 takes over before charge() at id 0 is recorded

  id  first execution, on executor-1     │ after the takeover, on executor-2
   0  charge()  ✗ refused                │ charge()  → "charged"
      ‖ executor-1 is suspended          │ returns "charged"
      ✗ executor-2 takes over            │
      ▷ executor-1 wakes: a zombie       │
      ✗ stops: not its workflow any more │

  fix      if running a step twice did the damage: a step can run again until
           its result is recorded, so give the outside call an idempotency key
           that stays the same (DBOS.workflowID, with DBOS.stepID if there are
           several), or make repeating it harmless`,
  );
});

test('a defect of the SDK: whose it is, in which version, and how to avoid it', async () => {
  expect(await told('patch-in-branch')).toBe(
    `✗ patch-in-branch   a defect of DBOS SDK 5.3.0, not of the program   N runs

  function id 0 of workflow offer-1 is given to two calls, load() and
  DBOS.patch-new prices(). The program cannot help that: in DBOS SDK 5.3.0,
  DBOS.patch looks which function id is next, asks the database, and takes the
  id only when it is answered: in the meantime a call of another branch gets
  it, too (dbos.js, \`patch\`)

    a call  load()                   load scenarios/dbos/patch.ts:12:42
    a call  DBOS.patch-new prices()  (anonymous) scenarios/dbos/patch.ts:18:71

  no crash and no unusual order is needed: the calm run does it

  id  calm run
   0  load()   load   ✗ rejected
      ▲ given to two calls
   2  price()  price  → "new price"
      returns [{"status":"fulfilled","value":"new price"},{"status":"rejected",…

  also     control: DBOSStepNondeterminismError (37) stops workflow offer-1 at …
  also     check: check: a step of the offer is refused
  fix      call DBOS.patch while no other call of the workflow is under way:
           before its branches start`,
  );
});
