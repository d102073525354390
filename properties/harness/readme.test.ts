/** The README is true: its output is what the command prints, its examples do what it says they do. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { scripts } from '../../harness/adapters/fast-check.ts';
import { CHECKS, explore, model, scenario, service, verify } from '../../harness/index.ts';
import { plain } from '../../harness/reports/layout.ts';
import { textReport } from '../../harness/reports/text.ts';
import { TWINS } from '../../scenarios/index.ts';

const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
const blocks = [...readme.matchAll(/```(\w+)\n([\s\S]*?)```/g)].map(([, language, text]) => ({
  language,
  text: text!,
}));

test('the report on its first screen is the real one', async () => {
  const { finding } = await explore(
    TWINS.find((twin) => twin.scenario.name === 'interleaved-different-names')!.scenario,
  );
  const path = '.reprise/interleaved-different-names.json';
  const report = textReport(finding!, { paint: plain, replayCommand: `npm start -- --replay ${path}`, savedTo: path });
  expect(blocks.find(({ language }) => language === 'text')!.text.trimEnd()).toBe(report.trimEnd());
});

test('the workflow on its first screen is the one that is run', () => {
  const source = readFileSync(join(import.meta.dirname, '../../scenarios/interleaved.ts'), 'utf8');
  const lines = blocks[0]!.text.trimEnd().split('\n');
  for (const line of lines) expect(source).toContain(line);
});

test('its table of checks names every check, in order', () => {
  const names = [...readme.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
  expect(names).toEqual(CHECKS.map(({ name }) => name));
});

const bank = service(
  { charges: 0 },
  {
    charge: (state, amount: number) => ({ state: { charges: state.charges + 1 }, reply: `paid ${amount}` }),
  },
);

const checkout = (key?: string) =>
  scenario({
    name: 'checkout',
    engine: model({
      world: { bank },
      workflows: ({ world }) => ({
        checkout: (ctx) => ctx.step('charge', () => world.bank.charge(100, key)),
      }),
    }),
    start: (client) => client.start('checkout', { id: 'order-1' }),
    check: ({ world }) => {
      if (world.bank.charges !== 1) throw new Error(`charged ${world.bank.charges} times`);
    },
  });

test('its example charges twice, in one decision, and not with an idempotency key', async () => {
  const { finding } = await explore(checkout(), { seed: 'any text', runsMax: 2_000 });
  expect(finding?.violations[0]?.because).toBe('check: charged 2 times');
  expect(finding?.script).toHaveLength(1);
  expect((await explore(checkout('order-1'), { seed: 'any text', runsMax: 2_000 })).finding).toBeNull();
});

test('its property with fast-check fails for the example, and holds with a key', async () => {
  const property = (key?: string) =>
    fc.asyncProperty(scripts(), async (script) => {
      const finding = await verify(checkout(key), script);
      if (finding !== null) throw new Error(finding.violations[0]!.because);
    });
  expect((await fc.check(property(), { seed: 1 })).failed).toBe(true);
  await fc.assert(property('order-1'), { seed: 1 });
});
