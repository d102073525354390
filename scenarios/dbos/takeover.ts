/**
 * Two processes, one workflow. A process that pauses for long is taken for dead and replaced. When it goes on, its step is
 * already being run by the other one. DBOS keeps it from recording anything, but the card has been charged twice.
 */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { dbos } from '../../harness/dbos/index.ts';
import { scenario } from '../../harness/index.ts';
import { caught, holds, must, type Story } from '../story.ts';

/** Charges by idempotency key: a request whose key was seen before changes nothing. */
const charges = new Map<string, number>();

// wrong: to the bank, a repeated request is a new one
async function chargeAgain(): Promise<string> {
  charges.set(`request ${charges.size + 1}`, 20);
  return 'charged';
}

// correct: the key names what is paid for, whoever asks and however often
async function chargeOnce(): Promise<string> {
  charges.set(DBOS.workflowID!, 20);
  return 'charged';
}

const without = DBOS.registerWorkflow(() => DBOS.runStep(chargeAgain, { name: 'charge' }), { name: 'payWithoutKey' });
const withKey = DBOS.registerWorkflow(() => DBOS.runStep(chargeOnce, { name: 'charge' }), { name: 'payWithKey' });

const paying = (name: string, workflow: () => Promise<string>) =>
  scenario({
    name,
    engine: dbos(),
    setup: () => charges.clear(),
    start: () => DBOS.startWorkflow(workflow, { workflowID: 'order-1' })(),
    check: () => must(charges.size === 1, `the order was charged ${charges.size} times`),
    limits: { executors: 2, crashesMax: 0, suspensionsMax: 1 },
  });

/** Shape: a second process recovers what the first is still running. */
export const takeovers: Story = {
  name: 'takeover',
  title: 'A step run by two processes at a time',
  about:
    'Steps run at least once, so what they do outside must bear repeating (DBOS, "Architecture"; two processes with one executor id: dbos-transact-ts#1205).',
  twins: [caught(paying('takeover-without-key', without), 'check', 2), holds(paying('takeover-with-key', withKey))],
};
