/**
 * Tells findings of memory that survived from those of replay. A simulated crash takes a process's calls and timers; what
 * variables of shared modules hold, it leaves. Whether a program depends on that shows without any crash: run twice, with
 * the same schedule and without a setup in between, it calls something else.
 *
 * Knows the two runs only as data.
 */
import { lineage } from './checks/lineage.ts';
import { showCall } from './phrase.ts';
import { observe } from './observe.ts';
import type { Run } from './run.ts';
import type { Violation } from './verdict.ts';

/**
 * What becomes of `main`, the first verdict on a run with a crash, if `again` (the calm run once more, in the memory that
 * it left) calls something else than `calm` where all recorded outcomes agree; null: memory has no say.
 */
export function memoryViolation(main: Violation, calm: Run, again: Run): Violation | null {
  const [difference] = lineage.judge(again, { runs: [calm], outcomes: new Set(), compare: null, searched: null });
  if (difference === undefined) return null;
  const { position, workflow, text } = calledAt(again, difference.evidence[0]);
  const before = difference.witnesses?.find(({ run }) => run === 'reference');
  const first = before === undefined ? 'something else' : calledAt(calm, before.seq).text;
  return {
    ...main,
    check: 'memory',
    because:
      `workflow ${workflow} depends on memory: started once more in the same process, with everything recorded as before, ` +
      `it calls ${text} at ${calm.idiom.position[0]} ${position}, where it called ${first}. A crash clears memory; here it survives, ` +
      'because the modules of the workflow are shared by all simulated processes. So this says nothing of a replay in production',
    fix: calm.idiom.remedies.memory,
  };
}

function calledAt(run: Run, seq: number): { position: number; workflow: string; text: string } {
  const calls = observe(run).attempts.flatMap((table) => table.calls);
  const { entered } = calls.find((call) => call?.entered.seq === seq)!;
  return { position: entered.position, workflow: entered.workflow, text: showCall(entered) };
}
