/** `npx reprise replay`: what a test says comes out, whatever it is; and every way in which no test answers has its words. */
import fc from 'fast-check';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { vitestOf } from '../../harness/cli/project.ts';
import { idOf } from '../../harness/seeds/file.ts';
import { tokenOf } from '../../harness/seeds/token.ts';
import {
  ENTRY,
  files,
  folderWith,
  leftBehind,
  realProject,
  realTest,
  run,
  SEEDS,
  smallProject,
  smallTest,
  TARGET,
} from './project.ts';

const replay = (body: string): ReturnType<typeof run> => run(smallProject(files(smallTest(body))), ['replay', TARGET]);

afterEach(() => expect(leftBehind()).toEqual([]));

describe('what the test says', () => {
  test.each([
    ['a finding', `say({ is: 'finding', entry: entry('replay'), told: told('✗ twice') })`, 1, /^✗ twice$/, /^$/],
    [
      'a finding of another law',
      `say({ is: 'finding', entry: entry('effects'), told: told('✗ twice') })`,
      1,
      /✗ twice\n\n {2}it breaks another law than when it was saved: effects, not replay/,
      /^$/,
    ],
    ['nothing broken any more', `say({ is: 'passed', told: told('the run') })`, 0, /^the run$/, /^$/],
    ['stale', `say({ is: 'stale', because: 'no step3#1' })`, 3, /^$/, /orders > are charged once: no step3#1/],
    [
      'two ways',
      `say({ is: 'failed', error: 'NotDeterministicError', message: 'went two ways' })`,
      4,
      /^$/,
      /orders > are charged once: went two ways/,
    ],
    [
      'it cannot be tried',
      `say({ is: 'failed', error: 'UnsupportedSdkError', message: 'SDK 2' })`,
      2,
      /^$/,
      /UnsupportedSdkError: SDK 2/,
    ],
  ])('decides what is printed and the exit code: %s', async (_, body, exit, out, err) => {
    expect(await replay(body)).toEqual({
      exit,
      out: expect.stringMatching(out),
      err: expect.stringMatching(err),
    });
  });

  test('reaches it in any pieces, at any time', async () => {
    const text = '✗ δύο φορές 二度 🐛'.repeat(3);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 90 }), { maxLength: 8 }), async (sizes) => {
        const seen = await replay(`
          const bytes = Buffer.from(JSON.stringify({ is: 'progress' }) + '\\n' + JSON.stringify({ is: 'finding',
            test: { file, name: 'x' }, entry: entry('replay'), told: told(${JSON.stringify(text)}) }) + '\\n{"cut');
          let at = 0;
          for (const size of ${JSON.stringify(sizes)}) {
            write(bytes.subarray(at, at += size));
            await new Promise((go) => setTimeout(go, 30));
          }
          write(bytes.subarray(at));`);
        expect(seen).toEqual({ exit: 1, out: text, err: '' });
      }),
      { numRuns: 5 },
    );
  });

  test('is asked with the script, the file and the name; vitest is not asked for reports or second tries', async () => {
    const body = `say({ is: 'passed', told: told(JSON.stringify([order, process.argv.slice(3)])) })`;
    const cwd = smallProject(files(smallTest(body)));
    const { out } = await run(cwd, ['replay', TARGET]);
    const [order, words] = JSON.parse(out.slice(out.indexOf('['))) as [object, string[]];
    const file = join(cwd, 'shop.test.js');
    expect(order).toEqual({
      ...{ do: 'replay', test: { file, name: ENTRY.scenario }, script: ENTRY.script },
      replayCommand: `npx reprise replay ${TARGET}`,
      notes: expect.any(String),
    });
    expect(words).toEqual([file, '--reporter=default', '--coverage.enabled=false', '--retry=0']);
  });

  test('is the gravest where several tests give one: two of a name, or the same in two projects', async () => {
    const answers = [
      `say({ is: 'finding', entry: entry('replay'), told: told('✗') })`,
      `say({ is: 'passed', told: told('✓') })`,
      `say({ is: 'stale', because: 'gone' })`,
    ];
    for (const some of [answers, answers.toReversed(), answers.slice(1), answers.toReversed().slice(0, 2)]) {
      const isFound = some.length === 3;
      const { exit, out } = await run(smallProject(files(smallTest(some.join(';')))), ['replay', TARGET]);
      expect({ exit, out }).toEqual({ exit: isFound ? 1 : 0, out: isFound ? '✗' : '✓' });
    }
  });

  test('is of a file whatever its name, with or without an id', async () => {
    const name = 'shop #2.test.js';
    const cwd = smallProject({
      [name]: smallTest(`say({ is: 'passed', told: told(file) })`),
      [`__seeds__/${name}.json`]: SEEDS,
    });
    for (const id of ['', `#${idOf(ENTRY)}`])
      expect(await run(cwd, ['replay', `__seeds__/${name}.json${id}`])).toMatchObject({
        exit: 0,
        out: join(cwd, name),
      });
  });

  test('is the same for a token as for a file', async () => {
    const cwd = smallProject({ 'tests/shop.test.js': smallTest(`say({ is: 'passed', told: told('') })`) });
    const token = tokenOf({ ...ENTRY, file: 'tests/shop.test.js', name: ENTRY.scenario });
    expect(await run(cwd, ['replay', token])).toMatchObject({ exit: 0, err: '' });
  });
});

describe('no answer', () => {
  test.each<readonly [what: string, cwd: () => string, says: RegExp]>([
    [
      'no such file',
      () => smallProject({ '__seeds__/shop.test.js.json': SEEDS }),
      /shop\.test\.js: there is no such test file/,
    ],
    ['no vitest', () => folderWith(files('')), /no vitest is installed here: npm i -D vitest/],
    ['an old vitest', () => smallProject(files(''), '2.1.9'), /vitest 2\.1\.9 is too old: npm i -D vitest@\^3\.2/],
    [
      'an error before any test',
      () => smallProject(files(`throw new Error('reprise: the plugin is missing');`)),
      /Error: reprise: the plugin is missing\n[\s\S]*vitest ended with exit code 1 before a simulated test began/,
    ],
    ['no simulated test', () => smallProject(files(smallTest(''))), /shop\.test\.js: no simulated test ran in it/],
    [
      'another name',
      () =>
        smallProject(
          files(
            smallTest(`for (const name of ['orders > is charged once', 'refunds'])
              say({ is: 'skipped', test: { file, name } })`),
          ),
        ),
      /no simulated test "orders > are charged once" any more.*is it "orders > is charged once" now\? There are\n {2}orders > is charged once\n {2}refunds/,
    ],
    [
      'a module that is no test',
      () => smallProject({ 'shop.js': '', '__seeds__/shop.test.js.json': SEEDS }),
      /there is no such test file/,
    ],
  ])('is explained: %s', async (_, cwd, says) => {
    const { exit, err } = await run(cwd(), ['replay', TARGET]);
    expect({ exit, err }).toEqual({ exit: 2, err: expect.stringMatching(says) });
  });

  test.each([
    ['no target', ['replay'], /name one saved script: npx reprise replay FILE#ID, or a token/],
    ['two targets', ['replay', TARGET, TARGET], /name one saved script/],
    ['no such seeds', ['replay', '__seeds__/none.json#1'], /no such file/],
    ['a damaged token', ['replay', 'r1.abc'], /the token is damaged/],
    ['an option', ['replay', TARGET, '--fast'], /--fast/],
    ['a scenario module', ['replay', '__seeds__/lib.js.json'], /lib\.js: it is no test file/],
  ])('is expected of a wrong command line: %s', async (_, args, says) => {
    const cwd = smallProject({ ...files(''), 'lib.js': '', '__seeds__/lib.js.json': SEEDS });
    const { exit, err } = await run(cwd, args);
    expect({ exit, err }).toEqual({ exit: 2, err: expect.stringMatching(says) });
    expect(err).toContain('(npx reprise replay --help tells more)');
  });

  test('is what an interrupted test gives, and nothing of it goes on', async () => {
    const cwd = smallProject(
      files(
        smallTest(`say({ is: 'progress' }); process.on('SIGINT', () => {}); setInterval(() => {}, 1000);
        await new Promise(() => {});`),
      ),
    );
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 300);
    expect(await run(cwd, ['replay', TARGET], { interrupted: controller.signal })).toMatchObject({
      exit: 130,
      out: '',
    });
  });
});

describe('a folder of projects', () => {
  const manifest = JSON.stringify({ name: 'vitest', version: '4.1.0', bin: './vitest.mjs' });
  const CONFIG = 'vitest.config.ts';
  const places = (configurations: Readonly<Record<string, string>>): ((path: string) => string) => {
    const folder = folderWith({ 'node_modules/vitest/package.json': manifest, 'a/b/x.test.ts': '', ...configurations });
    return (path) => join(folder, path);
  };

  test.each([
    ['its own, where it has one', { 'vite.config.js': '', 'a/vitest.config.ts': '' }, '.', '.'],
    ['the nearest above the test file', { [`a/${CONFIG}`]: '', [`a/c/${CONFIG}`]: '' }, '.', 'a'],
    ['the innermost', { [`a/b/${CONFIG}`]: '', [`a/${CONFIG}`]: '' }, '.', 'a/b'],
    ['its own, where there is none', {}, '.', '.'],
    ['none above the folder of the command', { [CONFIG]: '' }, 'a', 'a'],
  ])('is run with a configuration: %s', (_, configurations, cwd, root) => {
    const at = places(configurations);
    expect(vitestOf(at(cwd), at('a/b/x.test.ts'))).toEqual({
      ...{ bin: at('node_modules/vitest/vitest.mjs'), version: '4.1.0' },
      root: at(root),
    });
  });

  test('may have a vitest of its own', () => {
    const at = places({
      [`a/${CONFIG}`]: '',
      'a/node_modules/vitest/package.json': manifest.replace('4.1.0', '5.1.1'),
    });
    expect(vitestOf(at('.'), at('a/b/x.test.ts')).version).toBe('5.1.1');
  });
});

describe('with the real vitest', () => {
  test.each(['forks', 'threads', 'vmThreads'])('a test in %s answers', async (pool) => {
    const cwd = realProject({
      'vitest.config.js': `export default { test: { pool: '${pool}', reporters: ['json'], retry: 2 } };`,
      ...files(
        realTest(`say({ is: 'finding', entry: entry('replay'), told: told('✗ twice') }); throw new Error('no');`),
      ),
    });
    expect(await run(cwd, ['replay', TARGET])).toEqual({ exit: 1, out: '✗ twice', err: '' });
  });

  test('what it says of a configuration that it cannot read is shown', async () => {
    const cwd = realProject({ 'vitest.config.js': `throw new Error('no such preset');`, ...files(realTest('')) });
    const { exit, err } = await run(cwd, ['replay', TARGET]);
    expect({ exit, err }).toEqual({
      exit: 2,
      err: expect.stringMatching(/no such preset[\s\S]*before a simulated test/),
    });
  });
});
