/**
 * What the documents say is true: what the first screen prints, what tables list, where links lead. `properties/vitest` runs
 * their blocks of code.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { scripts } from '../../harness/adapters/fast-check.ts';
import { reprise } from '../../harness/cli/reprise.ts';
import { EXIT } from '../../harness/cli/usage.ts';
import { CHECKS, DEFAULT_LIMITS, explore, model, scenario, service, verify } from '../../harness/index.ts';
import { plain } from '../../harness/reports/layout.ts';
import { textReport } from '../../harness/reports/text.ts';
import { TWINS } from '../../scenarios/index.ts';
import { DOCUMENTS } from '../vitest/documents.ts';

const REPOSITORY = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(REPOSITORY, path), 'utf8');
const [readme, guide] = [read('README.md'), read('harness/vitest/README.md')];
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
  const source = read('scenarios/interleaved.ts');
  const lines = blocks[0]!.text.trimEnd().split('\n');
  for (const line of lines) expect(source).toContain(line);
});

test('its table of checks names every check, in order', () => {
  const names = [...readme.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
  expect(names).toEqual(CHECKS.map(({ name }) => name));
});

test('its table of limits names those that DBOS programs have, with their defaults', () => {
  const [row] = /^\| `limits` .*$/m.exec(guide)!;
  const said = [...row.matchAll(/`(\w+)` \(([\d,]+)\)/g)].map(([, name, value]) => [
    name,
    Number(value!.replace(',', '')),
  ]);
  const { failuresMax: _ofTheModel, ...limits } = DEFAULT_LIMITS;
  expect(Object.fromEntries(said)).toEqual(limits);
});

test('its tables of commands and exit codes name all there are', async () => {
  let help = '';
  await reprise(['--help'], { print: (text) => void (help += text), warn: () => {}, paint: plain, width: 80 });
  const there = [...help.matchAll(/^ {2}(?!npx)([a-z-]+) /gm)].map(([, name]) => name);
  const said = [...guide.matchAll(/^\| `npx reprise ([a-z-]+)/gm)].map(([, name]) => name);
  expect(new Set(said)).toEqual(new Set(there));
  const codes = [...guide.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code));
  expect(codes).toEqual(Object.values(EXIT));
});

/** As GitHub names headings. */
const anchorsOf = (markdown: string): string[] =>
  [...markdown.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );

test.each(DOCUMENTS)('each link of %s leads somewhere', (document) => {
  const links = [...read(document).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)];
  for (const [, path, anchor] of links) {
    const target = path === '' ? document : join(dirname(document), path!);
    expect(target).toSatisfy((to: string) => existsSync(join(REPOSITORY, to)));
    if (anchor !== undefined) expect(anchorsOf(read(target))).toContain(anchor);
  }
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
