/** `npx reprise init-ci`: the workflow is YAML, asks for no more than it needs, and its script does what it says. */
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { planOf, seedOf } from '../../harness/cli/plan.ts';
import { folderWith, run } from './project.ts';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly if?: string;
  readonly env?: Readonly<Record<string, string>>;
}
interface Job {
  readonly if: string;
  readonly permissions?: object;
  readonly needs?: string;
  readonly 'timeout-minutes': number;
  readonly strategy?: { readonly matrix: { readonly shard: readonly number[] } };
  readonly steps: readonly Step[];
}
interface Workflow {
  readonly on: object;
  readonly permissions: object;
  readonly jobs: Readonly<Record<'test' | 'fuzz' | 'issues', Job>>;
}

const YAML = createRequire(import.meta.url)('yaml') as { readonly parse: (text: string) => unknown };
const PATH = '.github/workflows/reprise.yml';

async function workflow(files: Readonly<Record<string, string>> = {}, ...args: string[]): Promise<Workflow> {
  const { exit, out } = await run(folderWith(files), ['init-ci', '--print', ...args]);
  expect(exit).toBe(0);
  return YAML.parse(out) as Workflow;
}
const runs = ({ steps }: Job): string[] => steps.flatMap((step) => step.run ?? []);

describe('the workflow', () => {
  test('is written once, and then never again', async () => {
    const cwd = folderWith({});
    expect(await run(cwd, ['init-ci'])).toMatchObject({
      exit: 0,
      out: `wrote    ${PATH}: look it over, and commit it`,
    });
    const text = readFileSync(join(cwd, PATH), 'utf8');
    writeFileSync(join(cwd, PATH), `${text}# mine\n`);
    expect(await run(cwd, ['init-ci', '--shards', '2'])).toMatchObject({
      exit: 1,
      err: expect.stringMatching(/is there already/),
    });
    expect(readFileSync(join(cwd, PATH), 'utf8')).toBe(`${text}# mine\n`);
  });

  test('may only read, but for the job that opens issues, which may do nothing else', async () => {
    const { permissions, jobs } = await workflow();
    expect(permissions).toEqual({ contents: 'read' });
    expect([jobs.test.permissions, jobs.fuzz.permissions, jobs.issues.permissions]).toEqual([
      undefined,
      undefined,
      { issues: 'write' },
    ]);
  });

  test("uses only GitHub's own actions, by major version", async () => {
    const { jobs } = await workflow();
    const uses = Object.values(jobs).flatMap(({ steps }) => steps.flatMap((step) => step.uses ?? []));
    expect(uses.length).toBeGreaterThan(4);
    for (const action of uses) expect(action).toMatch(/^actions\/[\w-]+@v\d+$/);
  });

  test('puts nothing that others can write into the text of a script', async () => {
    const { jobs } = await workflow();
    for (const script of Object.values(jobs).flatMap(runs)) expect(script).not.toContain('${{');
  });

  test('gives pull requests the commit as seed, and each shard of each night a part of its own', async () => {
    const { on, jobs } = await workflow({}, '--shards', '3', '--for', '50m');
    expect(on).toEqual({ pull_request: null, schedule: [{ cron: '17 3 * * *' }], workflow_dispatch: null });
    expect(jobs.test.steps.at(-1)!.env).toEqual({ REPRISE_SEED: '${{ github.event.pull_request.head.sha }}' });
    expect(jobs.fuzz['timeout-minutes']).toBe(70);
    const { run: command, env } = jobs.fuzz.steps.find((step) => step.run?.includes('fuzz'))!;
    expect(command).toBe('npx reprise fuzz --for 50m --shard "$SHARD" --seed "$SEED" --out reprise-out');
    const seeds = [1, 2].flatMap((night) =>
      jobs.fuzz.strategy!.matrix.shard.map((shard) => {
        const filled = (text: string): string =>
          text
            .replace('${{ matrix.shard }}', String(shard))
            .replace('${{ github.sha }}', 'c0ffee')
            .replace('${{ github.run_number }}', String(night));
        return seedOf(planOf({ shard: filled(env!['SHARD']!), seed: filled(env!['SEED']!) }), 1, 1);
      }),
    );
    expect([seeds[0], new Set(seeds).size]).toEqual(['c0ffee-1 shard 1/3 job 1 round 1', 6]);
  });

  test.each([
    ['npm', { 'package-lock.json': '' }, ['npm ci', 'npx vitest run']],
    ['npm without a lock', {}, ['npm install', 'npx vitest run']],
    ['pnpm', { 'pnpm-lock.yaml': '' }, ['corepack enable', 'pnpm install --frozen-lockfile', 'pnpm exec vitest run']],
    ['yarn', { 'yarn.lock': '' }, ['corepack enable', 'yarn install --immutable', 'yarn vitest run']],
    ['a test script', { 'package.json': '{ "scripts": { "test": "x" } }' }, ['npm install', 'npm test']],
  ])('installs and tests as the project does: %s', async (_, files, expected) => {
    expect(runs((await workflow(files as Record<string, string>)).jobs.test)).toEqual(expected);
  });

  test.each([
    [['--shards', '0'], /--shards takes a whole number from 1 to 999, not "0"/],
    [['--for', 'long'], /--for takes a time/],
    [['--fast'], /--fast/],
  ])('is refused for a wrong command line: %j', async (args, says) => {
    expect(await run(folderWith({}), ['init-ci', ...args])).toMatchObject({
      exit: 2,
      err: expect.stringMatching(says),
    });
  });

  test('that cannot be written is no half a file', async () => {
    const cwd = folderWith({ '.github': 'a file' });
    expect(await run(cwd, ['init-ci'])).toMatchObject({ exit: 2, err: expect.stringMatching(/cannot be written/) });
    expect(existsSync(join(cwd, PATH))).toBe(false);
  });
});

/** A `gh` that knows the issues of one repository: \`issues\` holds lines of number, state and title. */
const GH = `#!/bin/bash
echo "$@" >> "$LOG"
case "$1 $2" in
  'issue list')
    expression="\${@: -1}"
    while IFS=$'\\t' read -r number title; do printf '{"number":%s,"title":"%s"}\\n' "$number" "$title"; done < "$ISSUES" | jq -s -r "$expression" ;;
  'issue create')
    printf '%s\\t%s\\n' "$(($(wc -l < "$ISSUES") + 1))" "$4" >> "$ISSUES" ;;
esac
`.replaceAll('\\`', '`');

const hasJq = (): boolean => {
  try {
    execFileSync('jq', ['--version']);
    return true;
  } catch {
    return false;
  }
};

test.skipIf(!hasJq())(
  'opens one issue for each failure, whichever shards and nights find it, and refreshes it then',
  async () => {
    const { jobs } = await workflow();
    const finding = (shard: number, fingerprint: string, title: string): Record<string, string> => ({
      [`found/reprise-${shard}/issues/${fingerprint}/title.txt`]: `${title} (${fingerprint})\n`,
      [`found/reprise-${shard}/issues/${fingerprint}/body.md`]: 'the story\n',
    });
    const cwd = folderWith({
      ...{ 'bin/gh': GH, issues: '', log: '' },
      ...finding(1, 'aaaa', 'Reprise: replay: an order; $(touch hacked) is charged once'),
      ...finding(2, 'aaaa', 'Reprise: replay: an order; $(touch hacked) is charged once'),
      ...finding(2, 'bbbb', 'Reprise: effects: a refund'),
    });
    chmodSync(join(cwd, 'bin/gh'), 0o755);
    const env = {
      ...{ PATH: `${join(cwd, 'bin')}:${process.env['PATH']}`, LOG: join(cwd, 'log'), ISSUES: join(cwd, 'issues') },
      RUN_URL: 'https://example.com/runs/7',
    };
    const night = (): string[] => {
      writeFileSync(env.LOG, '');
      execFileSync('bash', ['--norc', '-e', '-o', 'pipefail', '-c', jobs.issues.steps.at(-1)!.run!], { cwd, env });
      const said = readFileSync(env.LOG, 'utf8').trim().split('\n');
      return said
        .filter((line) => !/ (list|create reprise) /.test(line))
        .map((line) => line.replace(/ Reprise:.*\(| --body.*/g, ' ').trim());
    };
    expect(night()).toEqual(['issue create --title aaaa)', 'issue create --title bbbb)']);
    expect(readFileSync(join(cwd, 'found/reprise-1/issues/aaaa/body.md'), 'utf8')).toContain(
      'Last found by https://example.com/runs/7',
    );
    expect(existsSync(join(cwd, 'hacked'))).toBe(false);
    expect(night()).toEqual(['issue edit 1', 'issue reopen 1', 'issue edit 2', 'issue reopen 2']);
  },
);
