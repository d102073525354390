/** The model engine and the real SDK agree on generated programs; and a difference between them is seen, of each kind. */
import { describe, expect, test } from 'vitest';
import type { Journal } from '../../../harness/journal.ts';
import { compare, type Plant } from './agree.ts';
import { enginesAgree } from './law.ts';

const PROGRAMS = 150;

test('the model engine and the SDK come to the same outcomes, positions and effects, whatever befalls them', async () => {
  const { programs, moves } = await enginesAgree({ seed: 'npm test', programs: PROGRAMS });
  expect(programs).toBe(PROGRAMS);
  expect(moves).toBeGreaterThan(20 * PROGRAMS);
});

// ---- the law can fail ------------------------------------------------------------------------------------------------

/** The model engine, with its session changed as a run begins. */
const planting =
  (change: (session: { readonly journal: Journal }) => void): Plant =>
  (engine) => ({
    ...engine,
    begin(machine) {
      const session = engine.begin(machine);
      change(session as never);
      return session;
    },
  });

/** A journal that does something else, by the member that differs. */
const journal = <K extends keyof Journal>(member: K, make: (own: Journal[K], all: Journal) => Journal[K]): Plant =>
  planting(({ journal: all }) => {
    const own = (all[member] as (...args: never[]) => unknown).bind(all) as Journal[K];
    (all as Record<K, Journal[K]>)[member] = make(own, all);
  });

const BROKEN: readonly (readonly [what: string, plant: Plant])[] = [
  ['drops every message', journal('send', () => () => undefined)],
  [
    'puts every message into the mailbox twice',
    journal('send', (own) => (...args) => {
      own(...args);
      own(...args);
    }),
  ],
  [
    'consumes a message and does not say that it has',
    journal('peek', (_, all) => (workflow, topic) => all.row(workflow).mailbox.findLast((one) => one.topic === topic)),
  ],
  [
    'records another outcome than came',
    journal('record', (own) => (workflow, owner, entry) =>
      own(workflow, owner, entry.kind === 'step' ? { ...entry, outcome: { ok: true, text: '"other"' } } : entry)),
  ],
  [
    'records under another name',
    journal('record', (own) => (workflow, owner, entry) => own(workflow, owner, { ...entry, name: `${entry.name}'` })),
  ],
  [
    'records at the next position',
    journal('record', (own) => (workflow, owner, entry) =>
      own(workflow, owner, { ...entry, position: entry.position + 1 })),
  ],
  ['forgets what a crash leaves', journal('reenqueue', () => () => [])],
  [
    'lets a zombie write',
    journal('fence', (_, all) => (workflow) => all.row(workflow)),
  ],
  [
    'loses the end of a workflow',
    journal('finish', (own) => (workflow, owner, outcome) =>
      own(workflow, owner, outcome.ok ? { ok: true, text: 'null' } : outcome)),
  ],
  ['publishes no event', journal('setEvent', () => () => undefined)],
  ['ignores a cancellation', journal('cancel', () => () => undefined)],
  [
    'replays what another position holds',
    journal('lookup', (own) => (workflow, position) => own(workflow, Math.max(0, position - 1))),
  ],
];

describe('an engine is found out that', () => {
  test.each(BROKEN)('%s', async (_, plant) => {
    const law = enginesAgree({ seed: 'broken', programs: 600, compared: (trial) => compare(trial, plant) });
    await law.catch((e) => console.log(_, e.message.slice(0, 300))); await expect(law).rejects.toThrow(/^the engines disagree about the /);
  });
});
