/**
 * Programs nobody wrote by hand. Those that are safe by construction raise no violation under any schedule; each of them,
 * with one hazard put in, always does. `npm run soak` holds the same laws over many more.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fingerprint, replay } from '../../harness/index.ts';
import { randomScript } from '../../harness/strategies/script.ts';
import { safePrograms } from '../programs/arbitrary.ts';
import { EXPECTED, HAZARD_KINDS, hazardousPrograms } from '../programs/hazardous.ts';
import { interpret, type Running, scenarioOf } from '../programs/interpret.ts';
import { hazardsAreCaught, safeProgramsHold } from '../programs/laws.ts';
import { print } from '../programs/print.ts';
import type { Program, Statement } from '../programs/program.ts';
import { statementsOf } from '../programs/walk.ts';
import * as world from '../programs/world.ts';
import './support.ts';

describe('a generated program', () => {
  test('that is safe by construction raises no violation', async () => {
    const figures = await safeProgramsHold({ seed: 'safe', programs: 300, runsEach: 30 });
    expect(figures.programs).toBe(300);
    expect(figures.runs).toBeGreaterThan(300 * 25);
  });

  test('with one hazard is caught, by a check that names it, soon', async () => {
    const { caught } = await hazardsAreCaught({ seed: 'hazards', programs: 100, runsMax: 5_000 });
    expect(new Set(caught.map(({ hazard }) => hazard))).toEqual(new Set(HAZARD_KINDS));
    const runs = caught.map((one) => one.runs).toSorted((a, b) => a - b);
    expect(runs[runs.length / 2]).toBeLessThanOrEqual(50);
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

const limits = { executors: 2, suspensionsMax: 1, failuresMax: 1, skewMs: 500 };

async function expectSameHistory(program: Program, schedule: number): Promise<void> {
  // Written by the first run, followed to the letter by the second.
  const script = randomScript(`${schedule}`);
  const interpreted = await replay(scenarioOf(interpret(program), limits), script);
  const printed = await replay(scenarioOf(evaluate(print(program)), limits), script);
  expect(printed.history).toEqual(interpreted.history);
  expect(fingerprint(printed)).toBe(fingerprint(interpreted));
}

describe('a program printed as TypeScript', () => {
  test('does what the data says, safe or not, under any schedule', async () => {
    const programs = fc.oneof(
      safePrograms,
      hazardousPrograms.map(({ program }) => program),
    );
    await fc.assert(fc.asyncProperty(programs, fc.noShrink(fc.nat()), expectSameHistory), { numRuns: 400 });
  });
});
