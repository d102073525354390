/** `npx reprise show` and `confirm`, as far as a simulated test answers them; and what all commands have in common. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { files, folderWith, run, smallProject, smallTest, TARGET } from './project.ts';

describe('show', () => {
  const FOUND = `say({ is: 'finding', entry: entry('replay'), told: told('✗ twice') })`;
  const show = (body: string, ...args: string[]): ReturnType<typeof run> =>
    run(smallProject(files(smallTest(body))), ['show', TARGET, ...args]);

  test.each([
    [[], '✗ twice'],
    [['--text'], '✗ twice'],
    [['--html'], '<p>✗ twice'],
    [['--trace'], '[]'],
    [['--mermaid'], 'sequenceDiagram'],
  ])('prints the form that is asked for: %j', async (args, out) => {
    expect(await show(FOUND, ...args)).toEqual({ exit: 0, out, err: '' });
  });

  test('writes it to a file that can be written', async () => {
    const cwd = smallProject(files(smallTest(FOUND)));
    expect(await run(cwd, ['show', TARGET, '--html', '--out', 'x.html'])).toMatchObject({
      exit: 0,
      out: 'written to x.html',
    });
    expect(readFileSync(join(cwd, 'x.html'), 'utf8')).toBe('<p>✗ twice\n');
    const { exit, err } = await run(cwd, ['show', TARGET, '--out', 'no/x.html']);
    expect({ exit, err }).toEqual({ exit: 2, err: expect.stringMatching(/--out: .*no\/x\.html cannot be written/) });
  });

  test.each([
    ['two forms', FOUND, ['--html', '--trace'], 2, /name one form, not --html and --trace/],
    [
      'nothing broken',
      `say({ is: 'passed', told: { text: '' } })`,
      [],
      1,
      /breaks no law any more, so there is nothing to show/,
    ],
    ['stale', `say({ is: 'stale', because: 'no step3#1' })`, [], 3, /no step3#1/],
  ])('says why there is nothing to see: %s', async (_, body, args, exit, says) => {
    expect(await show(body, ...args)).toEqual({ exit, out: '', err: expect.stringMatching(says) });
  });
});

describe('confirm, of a simulated test', () => {
  const confirm = (body: string, ...args: string[]): ReturnType<typeof run> =>
    run(smallProject(files(smallTest(body))), ['confirm', TARGET, ...args]);
  const CONFIRMED = `say({ is: 'confirmed', confirmed: true, told: { text: 'on ' + order.postgres, json: '{}' } })`;

  test.each([
    ['confirmed', CONFIRMED, [], 0, 'on null', /^$/],
    ['on a server', CONFIRMED, ['--postgres', 'postgresql://h/x'], 0, 'on postgresql://h/x', /^$/],
    ['as data', CONFIRMED, ['--json'], 0, '{}', /^$/],
    ['not confirmed', CONFIRMED.replace('true', 'false'), [], 1, 'on null', /^$/],
    ['stale', `say({ is: 'stale', because: 'no step3#1' })`, [], 3, '', /no step3#1/],
    ['no database', `say({ is: 'failed', error: 'NoDatabaseError', message: 'no PGlite' })`, [], 5, '', /no PGlite/],
    ['the model', `say({ is: 'failed', error: 'NotDbosError', message: 'only dbos()' })`, [], 2, '', /only dbos\(\)/],
  ])('is done by that test: %s', async (_, body, args, exit, out, err) => {
    expect(await confirm(body, ...args)).toEqual({ exit, out, err: expect.stringMatching(err) });
  });
});

describe('every command', () => {
  const commands = ['replay', 'show', 'fuzz', 'seeds', 'confirm', 'init', 'init-ci'];

  test.each(commands)('says with --help and with -h what it does and what it exits with: %s', async (name) => {
    const { exit, out, err } = await run(folderWith({}), [name, '--help']);
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    expect(out).toMatch(new RegExp(`^npx reprise ${name}\\b`));
    expect(out).toMatch(/exit code {2}0 {2}/);
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(120);
    expect(await run(folderWith({}), [name, 'x', '-h'])).toEqual({ exit, out, err });
  });

  test('is listed by --help; a wrong name is answered with the one that was meant', async () => {
    const { exit, out } = await run(folderWith({}), ['-h']);
    expect(exit).toBe(0);
    for (const name of commands) expect(out).toMatch(new RegExp(`^ {2}${name} `, 'm'));
    expect(await run(folderWith({}), [])).toEqual({ exit: 2, out, err: '' });
    expect(await run(folderWith({}), ['fuz'])).toEqual({
      exit: 2,
      out: '',
      err: 'reprise: there is no command "fuz": did you mean "fuzz"?\n(npx reprise --help tells more)',
    });
    expect((await run(folderWith({}), ['zzzzzzzz'])).err).toMatch(/there are (\w[\w-]*, ){6}\w/);
  });
});
