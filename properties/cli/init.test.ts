/** `npx reprise init`: what it finds, what it writes, and that it never guesses and never writes over anything. */
import fc from 'fast-check';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FIRST_CONFIGURATION, hasPlugin, withPlugin } from '../../harness/cli/configuration.ts';
import { firstTest, workflowsIn } from '../../harness/cli/workflows.ts';
import { folderWith, run, smallProject } from './project.ts';

const CHECKOUT = `import { DBOS } from '@dbos-inc/dbos-sdk';
async function checkoutFlow(orderId: string, cents: number) {}
export const checkout = DBOS.registerWorkflow(checkoutFlow, { name: 'checkout' });
`;
const NO_ARGUMENTS = CHECKOUT.replace('orderId: string, cents: number', '');

/** Every file of a project but vitest's, with its text. */
const filesOf = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => !path.startsWith('node_modules') && statSync(join(folder, path)).isFile())
      .map((path) => [path, readFileSync(join(folder, path), 'utf8')]),
  );

describe('init', () => {
  test('gives an empty project a configuration, and its first workflow a test', async () => {
    const cwd = smallProject({ 'src/checkout.ts': NO_ARGUMENTS });
    const { exit, out, err } = await run(cwd, ['init']);
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    expect(out).toMatch(
      /wrote {4}vitest\.config\.ts[\s\S]*wrote {4}src\/checkout\.sim\.test\.ts, a first test of checkout/,
    );
    const files = filesOf(cwd);
    expect(files['vitest.config.ts']).toBe(FIRST_CONFIGURATION);
    expect(files['src/checkout.sim.test.ts']).toContain(
      `start: () => DBOS.startWorkflow(checkout, { workflowID: 'checkout-1' })(),`,
    );
  });

  test('once more changes nothing', async () => {
    const cwd = smallProject({
      'src/checkout.ts': NO_ARGUMENTS,
      'vite.config.js': `export default defineConfig({});\n`,
    });
    await run(cwd, ['init']);
    const files = filesOf(cwd);
    const { exit, out } = await run(cwd, ['init']);
    expect([exit, filesOf(cwd)]).toEqual([0, files]);
    expect(out).toMatch(/kept {5}vite\.config\.js: it has the plugin\nkept {5}src\/checkout\.sim\.test\.ts/);
  });

  test('leaves to people what only they know: arguments, and how their workflow is exported', async () => {
    const seen = await run(smallProject({ 'checkout.ts': CHECKOUT }), ['init']);
    expect(seen).toMatchObject({
      exit: 1,
      out: expect.stringMatching(/to do .* its arguments there: orderId: string, cents: number/),
    });
    const none = await run(smallProject({ 'a.ts': '' }), ['init']);
    expect(none).toMatchObject({ exit: 1, out: expect.stringMatching(/no exported workflow was found/) });
  });

  test('does not touch a configuration that it is not sure of: it says what to add', async () => {
    const text = `export default defineConfig({ test: { projects: [] } });\n`;
    const cwd = smallProject({ 'checkout.ts': NO_ARGUMENTS, 'vitest.config.ts': text });
    const { exit, out } = await run(cwd, ['init']);
    expect([exit, filesOf(cwd)['vitest.config.ts']]).toEqual([1, text]);
    expect(out).toMatch(/to do .*import \{ reprise \} from 'reprise\/vitest\/plugin';[\s\S]*plugins: \[reprise\(\)\]/s);
  });

  test('writes .mts where files are CommonJS', async () => {
    const cwd = smallProject({ 'checkout.ts': NO_ARGUMENTS, 'package.json': '{}' });
    await run(cwd, ['init']);
    expect(Object.keys(filesOf(cwd))).toContain('vitest.config.mts');
  });

  test('needs vitest', async () => {
    expect(await run(folderWith({}), ['init'])).toMatchObject({
      exit: 2,
      err: expect.stringMatching(/npm i -D vitest/),
    });
  });
});

describe('a configuration', () => {
  const IMPORT = `import { reprise } from 'reprise/vitest/plugin';`;

  test.each([
    [`export default defineConfig({});`, `${IMPORT}\nexport default defineConfig({\n  plugins: [reprise()],});`],
    [
      `import { defineConfig } from 'vitest/config';\n\nexport default defineConfig({ plugins: [react()] });`,
      `import { defineConfig } from 'vitest/config';\n${IMPORT}\n\nexport default defineConfig({ plugins: [reprise(), react()] });`,
    ],
    [
      `import {\n  a,\n} from 'a';\nexport default defineConfig({ test: { x: [1] }, plugins: [] });`,
      `import {\n  a,\n} from 'a';\n${IMPORT}\nexport default defineConfig({ test: { x: [1] }, plugins: [reprise()] });`,
    ],
    [
      `// no plugins: [ here\nexport default defineConfig({ name: 'plugins: [' });`,
      `${IMPORT}\n// no plugins: [ here\nexport default defineConfig({\n  plugins: [reprise()], name: 'plugins: [' });`,
    ],
  ])('that is simple gets the plugin where it belongs: %s', (text, edited) => {
    expect(withPlugin(text)).toBe(edited);
    expect(hasPlugin(edited)).toBe(true);
  });

  test.each([
    [`module.exports = { test: {} };`],
    [`export default { test: {} };`],
    [`export default defineConfig(() => ({}));`],
    [`export default defineConfig(config);`],
    [`export default mergeConfig(base, defineConfig({}));`],
    [`export default defineConfig({ test: { projects: ['a'] } });`],
    [`export default defineConfig({ build: { plugins: [] } });`],
    [`export default defineConfig({ plugins });`],
    [`export default defineConfig({ plugins: all() });`],
    [`export default defineConfig({ plugins: [a], build: { plugins: [b] } });`],
    [`const x = { plugins: [a] };\nexport default defineConfig({ ...x });`],
    [`const defineConfig = require('vitest/config');\nexport default defineConfig({});`],
    [`// export default defineConfig({})`],
  ])('that could mean something else is left alone: %s', (text) => {
    expect(withPlugin(text)).toBeNull();
  });

  test('keeps every character that it had', () => {
    const piece = fc.constantFrom(
      `'"'`,
      '/* { */',
      '// [',
      '`]`',
      ' test: { a: [1] }, ',
      ' plugins: [',
      'x()',
      '], ',
      '\n',
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const text = `import a from 'a';\nexport default defineConfig({${pieces.join('')}});\n`;
        const edited = withPlugin(text);
        if (edited === null) return;
        const bare = edited.replace(`\n${IMPORT}`, '').replace(/\n {2}plugins: \[reprise\(\)\],|reprise\(\)(, )?/, '');
        expect(bare).toBe(text);
      }),
    );
  });
});

describe('a workflow', () => {
  const found = (text: string): unknown[] =>
    workflowsIn(text, '/p/shop.ts').map(({ exported, method, parameters }) => [exported, method, parameters]);

  test.each([
    [
      'registered in place',
      `export const pay = DBOS.registerWorkflow(async (id: string) => {});`,
      ['pay', null, 'id: string'],
    ],
    [
      'without parameters',
      `export const pay = DBOS.registerWorkflow(async () => {}, { name: 'p' });`,
      ['pay', null, ''],
    ],
    [
      'over several lines',
      `export const pay = DBOS.registerWorkflow(\n  function run(a: A,\n    b: B,\n  ) {}`,
      ['pay', null, 'a: A, b: B'],
    ],
    ['by name', CHECKOUT, ['checkout', null, 'orderId: string, cents: number']],
    [
      'exported later',
      `const f = async (n: number) => n;\nconst pay = DBOS.registerWorkflow(f);\nexport { pay, f };`,
      ['pay', null, 'n: number'],
    ],
    [
      'decorated',
      `export class Shop {\n  @DBOS.step()\n  static async a() {}\n  @DBOS.workflow()\n  static async pay(id: string) {}\n}`,
      ['Shop', 'pay', 'id: string'],
    ],
  ])('is found: %s', (_, text, expected) => {
    expect(found(text)).toEqual([expected]);
  });

  test.each([
    ['not exported', `const pay = DBOS.registerWorkflow(f);`],
    ['exported by another name', `const pay = DBOS.registerWorkflow(f);\nexport { pay as other };`],
    ['in a class that is not exported', `class Shop {\n  @DBOS.workflow()\n  static async pay() {}\n}`],
    ['a step', `export const pay = DBOS.registerStep(f);`],
  ])('that nothing outside can start is passed over: %s', (_, text) => {
    expect(found(text)).toEqual([]);
  });

  test('of a class is started by its method', () => {
    const text = firstTest({ file: '/p/shop.mts', exported: 'Shop', method: 'pay', parameters: 'id: string' });
    expect(text).toContain(`import { Shop } from './shop.mjs';`);
    expect(text).toContain(`DBOS.startWorkflow(Shop, { workflowID: 'pay-1' }).pay(/* id: string */),`);
  });
});
