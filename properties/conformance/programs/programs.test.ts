/** The model engine and the real SDK agree on generated programs; and a difference between them is seen, of each kind. */
import { describe, expect, test } from 'vitest';
import type { Journal } from '../../../harness/journal.ts';
import type { Program } from '../../programs/program.ts';
import { compare, type Disagreement, type Plant, type Trial } from './agree.ts';
import { enginesAgree } from './law.ts';
import { comparePrograms } from './main.ts';

const PROGRAMS = 100;

test('the model engine and the SDK come to the same outcomes, positions and effects, whatever befalls them', async () => {
  const { programs, moves } = await enginesAgree({ seed: 'npm test', programs: PROGRAMS });
  expect(programs).toBe(PROGRAMS);
  expect(moves).toBeGreaterThan(20 * PROGRAMS);
});

test('a seed fixes the trials', async () => {
  const seen = async (seed: string): Promise<string[]> => {
    const made: string[] = [];
    const compared = (trial: Trial): ReturnType<typeof compare> => {
      made.push(JSON.stringify([trial.program, trial.limits]));
      return Promise.resolve({ disagreement: null, moves: 1 });
    };
    await enginesAgree({ seed, programs: 20, compared });
    return made;
  };
  expect(await seen('a')).toEqual(await seen('a'));
  expect(await seen('a')).not.toEqual(await seen('b'));
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

const BROKEN: readonly (readonly [what: string, about: Disagreement['about'], plant: Plant])[] = [
  ['drops every message', 'effects', journal('send', () => () => undefined)],
  [
    'puts every message into the mailbox twice',
    'effects',
    journal('send', (own) => (...args) => {
      own(...args);
      own(...args);
    }),
  ],
  [
    'consumes a message and does not say that it has',
    'outcomes',
    journal('peek', (_, all) => (workflow, topic) => all.row(workflow).mailbox.findLast((one) => one.topic === topic)),
  ],
  [
    'records another outcome than came',
    'positions',
    journal(
      'record',
      (own) => (workflow, owner, entry) =>
        own(workflow, owner, entry.kind === 'step' ? { ...entry, outcome: { ok: true, text: '"other"' } } : entry),
    ),
  ],
  [
    'records under another name',
    'positions',
    journal('record', (own) => (workflow, owner, entry) => own(workflow, owner, { ...entry, name: `${entry.name}'` })),
  ],
  [
    'records at the next position',
    'positions',
    journal(
      'record',
      (own) => (workflow, owner, entry) => own(workflow, owner, { ...entry, position: entry.position + 1 }),
    ),
  ],
  ['forgets what a crash leaves', 'plan', journal('reenqueue', () => () => [])],
  ['lets a zombie write', 'outcomes', journal('fence', (_, all) => (workflow) => all.row(workflow))],
  [
    'loses the end of a workflow',
    'outcomes',
    journal(
      'finish',
      (own) => (workflow, owner, outcome) => own(workflow, owner, outcome.ok ? { ok: true, text: 'null' } : outcome),
    ),
  ],
  ['publishes no event', 'plan', journal('setEvent', () => () => undefined)],
  ['ignores a cancellation', 'plan', journal('cancel', () => () => undefined)],
  [
    'replays what another position holds',
    'outcomes',
    journal('lookup', (own) => (workflow, position) => own(workflow, Math.max(0, position - 1))),
  ],
];

describe('an engine is found out that', () => {
  test.each(BROKEN)('%s: by its %s', async (_, about, plant) => {
    const law = enginesAgree({ seed: 'broken', programs: 600, compared: (trial) => compare(trial, plant) });
    await expect(law).rejects.toThrow(`the engines disagree about the ${about}`);
  });
});

test('the command says how much it compared, or on what the engines disagree', async () => {
  const said: string[] = [];
  const around = { print: (text: string) => void said.push(text), warn: () => undefined };
  expect(await comparePrograms(10, 'command', around)).toBe(0);
  expect(said.join()).toMatch(/^10 programs × scripts, [\d,]+ moves on both engines: 0 disagreements$/);
  const [, , plant] = BROKEN[0]!;
  expect(await comparePrograms(600, 'broken', around, (trial) => compare(trial, plant))).toBe(1);
  expect(said[1]).toMatch(
    /^the engines disagree about the effects\n {2}the SDK: .*\n {2}the model: .*\n[^]*main\(ctx, input\)[^]*script, on the SDK: [^]*after 0 programs/,
  );
});

// ---- met on the way ------------------------------------------------------------------------------------------------------

test('they agree on a zombie that publishes what the owner has published: it hears of that, and goes on', async () => {
  const program: Program = {
    main: [{ do: 'event', of: { text: 'x' } }],
    client: { starts: 'one', queued: true, letters: 0, cancels: 'cancel and resume' },
  };
  // Cancelled and resumed as soon as it is claimed, and claimed again: two executions in one process, the second begins first.
  const script = [
    { after: 'start w', choose: 'claim programs by executor-1' },
    { after: 'claim programs by executor-1', choose: 'cancel w' },
    { after: 'cancel w', choose: 'resume w' },
    { after: 'resume w', choose: 'claim _dbos_internal_queue by executor-1' },
    { after: 'claim _dbos_internal_queue by executor-1', choose: 'reply claim _dbos_internal_queue#1' },
  ];
  const trial: Trial = { program, script, limits: { executors: 2 } };
  expect(await compare(trial)).toMatchObject({ disagreement: null });
  const fencesFirst = journal(
    'admits',
    (_, all) =>
      (...write) =>
        all.fence(...write) !== undefined,
  );
  const { disagreement } = await compare(trial, fencesFirst);
  expect(disagreement).toMatchObject({ about: 'plan', sdk: expect.stringContaining('land journal w.1/2') as unknown });
});
