/**
 * Programs nobody wrote by hand. Those that are safe by construction raise no violation under any schedule; each of them,
 * with one hazard put in, always does. `npm run soak` holds the same laws over many more.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { explore, fingerprint, replay } from '../../harness/index.ts';
import { randomScript } from '../../harness/strategies/script.ts';
import { safePrograms } from '../programs/arbitrary.ts';
import { EXPECTED, HAZARD_KINDS, hazardousPrograms, programsWith } from '../programs/hazardous.ts';
import { interpret, type Running, scenarioOf } from '../programs/interpret.ts';
import { hazardsAreCaught, safeProgramsHold } from '../programs/laws.ts';
import { print } from '../programs/print.ts';
import type { Program, Statement } from '../programs/program.ts';
import { statementsOf } from '../programs/walk.ts';
import * as world from '../programs/world.ts';
import './support.ts';

describe('a generated program', () => {
  test('that is safe by construction raises no violation', async () => {
    const figures = await safeProgramsHold({ seed: 'safe', programs: 120, runsEach: 15 });
    expect(figures.programs).toBe(120);
    // Calm and as planned; a few programs have fewer schedules than that.
    expect(figures.runs).toBeGreaterThan(120 * 12);
  });

  test('with one hazard is caught, by a check that names it, soon', async () => {
    const { caught } = await hazardsAreCaught({ seed: 'hazards', programs: 70, runsMax: 5_000 });
    expect(new Set(caught.map(({ hazard }) => hazard))).toEqual(new Set(HAZARD_KINDS));
    const runs = caught.map((one) => one.runs).toSorted((a, b) => a - b);
    expect(runs[runs.length / 2]!).toBeLessThanOrEqual(50);
  });

  test('has exactly the hazard it is said to have', () => {
    const isHazard = (statement: Statement): boolean => Object.hasOwn(EXPECTED, statement.do);
    fc.assert(
      fc.property(hazardousPrograms, safePrograms, ({ program, hazard }, safe) => {
        expect([...statementsOf(program.main)].filter(isHazard).map((one) => one.do)).toEqual([hazard]);
        expect([...statementsOf(safe.main)].filter(isHazard)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});

/** What the printed text says, as something that runs. */
function evaluate(text: string): Running {
  const [names, helpers] = [Object.keys(world), Object.values(world)];
  // oxlint-disable-next-line typescript/no-implied-eval -- that the text runs as it stands is what is claimed
  const program = new Function(...names, `${text}\nreturn { workflows, start };`) as (...all: unknown[]) => Running;
  return program(...helpers);
}

const TROUBLE = { executors: 2, suspensionsMax: 1, failuresMax: 1, skewMs: 500 };

async function expectSameHistory(program: Program, schedule: number): Promise<void> {
  // Written by the first run, followed to the letter by the second.
  const script = randomScript(`${schedule}`);
  const interpreted = await replay(scenarioOf(interpret(program), TROUBLE), script);
  const printed = await replay(scenarioOf(evaluate(print(program)), TROUBLE), script);
  expect(printed.history).toEqual(interpreted.history);
  expect(fingerprint(printed)).toBe(fingerprint(interpreted));
}

/** How many statements are left of the first program that `fails`, made as small as can be, and its text. */
async function shrunk(
  programs: fc.Arbitrary<Program>,
  fails: (program: Program) => boolean | Promise<boolean>,
): Promise<{ readonly statements: number; readonly lines: readonly string[] }> {
  const property = fc.asyncProperty(programs, async (program) => !(await fails(program)));
  const { counterexample } = await fc.check(property, { numRuns: 1_000 });
  const [program] = counterexample!;
  return { statements: [...statementsOf(program.main)].length, lines: print(program).split('\n') };
}

describe('a program that fails shrinks to a few lines', () => {
  test.each(['pool', 'first', 'chain', 'try', 'note'] as const)(
    'if all that matters is a statement: %s',
    async (kind) => {
      const has = (program: Program): boolean => [...statementsOf(program.main)].some((one) => one.do === kind);
      const { statements, lines } = await shrunk(safePrograms, has);
      expect(statements).toBeLessThanOrEqual(2);
      expect(lines.length).toBeLessThanOrEqual(20);
    },
  );

  test.each(HAZARD_KINDS)('if it is caught for its hazard: %s', async (kind) => {
    const caught = async (program: Program): Promise<boolean> => {
      const limits = { crashesMax: 2, ...EXPECTED[kind].limits };
      const { finding } = await explore(scenarioOf(interpret(program), limits), { runsMax: 300 });
      return finding !== null;
    };
    const { statements, lines } = await shrunk(
      programsWith(kind).map(({ program }) => program),
      caught,
    );
    expect(statements).toBeLessThanOrEqual(2);
    expect(lines.length).toBeLessThanOrEqual(24);
  });
});

describe('a program printed as TypeScript', () => {
  test('does what the data says, safe or not, under any schedule', async () => {
    const programs = fc.oneof(
      safePrograms,
      hazardousPrograms.map(({ program }) => program),
    );
    await fc.assert(fc.asyncProperty(programs, fc.noShrink(fc.nat()), expectSameHistory), { numRuns: 400 });
  });
});
