/** `npx reprise fuzz`: what it asks of vitest, what it makes of the notes, and what it leaves behind. */
import fc from 'fast-check';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { idOf, readScripts } from '../../harness/seeds/file.ts';
import { toldIn } from '../../harness/seeds/token.ts';
import { planOf, seedOf, sliceMs } from '../../harness/cli/plan.ts';
import { time } from '../../harness/cli/account.ts';
import { ENTRY, leftBehind, realProject, realTest, run, smallProject, smallTest } from './project.ts';

const IMPORTS = `// import { simTest } from 'reprise/vitest'\n`;
const project = (body: string): string =>
  smallProject({ 'shop.test.js': IMPORTS + smallTest(body), 'plain.test.js': '' });
const PROGRESS = `say({ is: 'progress', runs: 1200, interleavings: 345, reached: { 'crash during replay': 7 }, ended: true });`;
const FINDING = `say({ is: 'finding', entry: entry('replay', [{ after: 'start w-1', choose: 'crash executor-1' }]), told: told('✗ twice') });`;

afterEach(() => expect(leftBehind()).toEqual([]));

describe('a plan', () => {
  const part = fc
    .record({ seed: fc.string(), shards: fc.integer({ min: 1, max: 50 }), job: fc.nat(), round: fc.nat() })
    .chain((some) => fc.integer({ min: 1, max: some.shards }).map((shard) => ({ ...some, shard })));

  test('gives each part of each search a seed that no other part has', () => {
    fc.assert(
      fc.property(part, part, (a, b) => {
        const seed = ({ seed: text, shard, shards, job, round }: typeof a): string =>
          seedOf({ ...planOf({ seed: text, shard: `${shard}/${shards}` }) }, job, round);
        expect(seed(a) === seed(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
        expect(seed(a)).toBe(seed({ ...a }));
      }),
    );
  });

  test('without a seed has always the same', () => {
    expect(planOf({})).toEqual({ seed: 'reprise', forMs: 60_000, runsMax: null, shard: 1, shards: 1, jobs: 1 });
    expect(planOf({ runs: '7' })).toMatchObject({ forMs: null, runsMax: 7 });
  });

  test.each([
    [{ for: '90s' }, { forMs: 90_000 }],
    [{ for: '20m' }, { forMs: 1_200_000 }],
    [
      { for: '1.5h', runs: '9' },
      { forMs: 5_400_000, runsMax: 9 },
    ],
    [
      { shard: '3/4', jobs: '2' },
      { shard: 3, shards: 4, jobs: 2 },
    ],
  ])('is what the words say: %j', (words, plan) => {
    expect(planOf(words)).toMatchObject(plan);
  });

  test.each([
    [{ for: '20' }, /--for takes a time up to 500h, as in 90s, 20m or 8h, not "20"/],
    [{ for: '0s' }, /--for/],
    [{ for: '-1m' }, /--for/],
    [{ for: '501h' }, /--for takes a time up to 500h/],
    [{ runs: '0' }, /--runs takes a whole number from 1 on, not "0"/],
    [{ runs: '1e3' }, /--runs/],
    [{ jobs: 'two' }, /--jobs/],
    [{ shard: '0/4' }, /--shard takes a part of the search, from 1\/4 to 4\/4/],
    [{ shard: '5/4' }, /--shard/],
    [{ shard: '4' }, /--shard/],
  ])('is refused where they say nothing: %j', (words, says) => {
    expect(() => planOf(words)).toThrow(says);
  });

  test('shares its time among any tests, in few rounds', () => {
    // Each round starts vitest, and then its tests search, some of them at once.
    const machine = fc.record({
      forMs: fc.integer({ min: 10_000, max: 3_600_000 }),
      startMs: fc.integer({ min: 300, max: 4_000 }),
      tests: fc.integer({ min: 1, max: 60 }),
      atOnce: fc.integer({ min: 1, max: 4 }),
    });
    fc.assert(
      fc.property(machine, ({ forMs, startMs, tests, atOnce }) => {
        let [elapsed, rounds] = [0, 0];
        for (let last: { forMs: number; tookMs: number } | null = null; ; rounds++) {
          const slice: number | null = sliceMs(forMs, elapsed, last);
          if (slice === null) break;
          const tookMs = startMs + Math.ceil(tests / atOnce) * slice;
          elapsed += tookMs;
          last = { forMs: slice, tookMs };
        }
        // What one first look at each test costs, it costs.
        const least = startMs + Math.ceil(tests / atOnce) * Math.min(1_000, forMs / 20);
        expect(elapsed).toBeLessThanOrEqual(Math.max(least, forMs * 1.001 + startMs));
        expect(elapsed).toBeGreaterThan(forMs * 0.9 - 1);
        expect(rounds).toBeLessThan(20);
      }),
    );
  });
});

test('times are told in words', () => {
  expect([900, 61_000, 1_203_000, 7_500_000].map(time)).toEqual(['0 s', '1 m 1 s', '20 m 3 s', '2 h 5 m']);
});

describe('a search', () => {
  test('that finds nothing says what it tried, with which seed, and which fault windows it never reached', async () => {
    const cwd = project(PROGRESS);
    const { exit, out, err } = await run(cwd, [
      'fuzz',
      '--runs',
      '1200',
      '--seed',
      'abc',
      '--jobs',
      '2',
      '--shard',
      '2/3',
    ]);
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    expect(out).toMatch(
      /^1 simulated test: 2,400 runs in .*690 distinct interleavings · seed "abc", shard 2\/3, 2 jobs$/m,
    );
    expect(out).toMatch(/^ {2}reached +crash during replay \(14 runs\)$/m);
    expect(out).toMatch(/^ {2}never +a zombie writes and is fenced$/m);
    expect(out).toMatch(/^ {2}found +nothing$/m);
  });

  test('asks each job for runs of its own, in the files with simulated tests alone', async () => {
    const cwd = project(
      `say({ is: 'failed', error: order.seed, message: JSON.stringify([order, process.argv.slice(3, 5)]) })`,
    );
    const jobs = async (...args: string[]): Promise<Map<string, unknown>> => {
      const { out } = await run(cwd, ['fuzz', '--runs', '5', ...args]);
      const all = [...out.matchAll(/failed .*: (.* round 1): (.*)$/gm)];
      return new Map(all.map(([, seed, json]) => [seed!, JSON.parse(json!)]));
    };
    const one = await jobs('--seed', 'abc', '--shard', '2/3');
    expect([...one]).toEqual([
      [
        'abc shard 2/3 job 1 round 1',
        [
          {
            ...{ do: 'fuzz', seed: 'abc shard 2/3 job 1 round 1', forMs: null, runsMax: 5 },
            ...{ systematic: false, folder: cwd, notes: expect.any(String) },
          },
          [join(cwd, 'shop.test.js'), '--reporter=default'],
        ],
      ],
    ]);
  });

  test('by many jobs at once, in tests that print much, is as quiet as any', async () => {
    const cwd = project(
      `${PROGRESS} process.stdout.write('x'.repeat(3_000_000), () => { console.error('the end'); process.exit(3); });`,
    );
    const [warnings, hear] = [[] as string[], ({ message }: Error) => void warnings.push(message)];
    process.on('warning', hear);
    const { err } = await run(cwd, ['fuzz', '--runs', '1', '--jobs', '12']);
    process.off('warning', hear);
    expect(warnings).toEqual([]);
    expect(err.length).toBeLessThan(2 ** 21 + 1_000);
    expect(err).toMatch(/the end$/);
  });

  test('leaves what is systematic, and would be the same in all parts, to the first job of the first shard', async () => {
    const cwd = project(
      `say({ is: 'failed', test: { file, name: order.seed }, error: 'told', message: String(order.systematic) })`,
    );
    const parts = async (shard: string): Promise<string[]> => {
      const { out } = await run(cwd, ['fuzz', '--runs', '5', '--jobs', '2', '--shard', shard]);
      return [...out.matchAll(/job (\d) round 1: told: (\w+)/g)].map(([, job, told]) => `${job} ${told}`).toSorted();
    };
    expect(await parts('1/2')).toEqual(['1 true', '2 false']);
    expect(await parts('2/2')).toEqual(['1 false', '2 false']);
  });

  test('saves what it finds, each failure once, and says how to see it again', async () => {
    const cwd = project(`${PROGRESS} ${FINDING} ${FINDING}`);
    const { exit, out } = await run(cwd, ['fuzz', '--for', '10s', '--jobs', '2']);
    expect(exit).toBe(1);
    const [saved, ...others] = readScripts(join(cwd, '__seeds__/shop.test.js.json'));
    expect([saved?.check, others]).toEqual(['replay', []]);
    const target = `__seeds__/shop.test.js.json#${idOf(saved!)}`;
    expect(out.match(/✗ twice/g)).toHaveLength(1);
    expect(out).toContain(`  replay   npx reprise replay ${target}\n  saved    __seeds__/shop.test.js.json\n`);
    expect(out).toMatch(new RegExp(`found +orders > are charged once: replay {3}npx reprise replay ${target}`));
  });

  test('saves the shortest script of a failure, whichever came first', async () => {
    const long = `entry('replay', [{ after: 'a', choose: 'b' }, { after: 'c', choose: 'd' }])`;
    const cwd = project(`say({ is: 'finding', entry: ${long}, told: told('long') }); ${FINDING}
      say({ is: 'finding', entry: ${long}, told: told('long') });`);
    const { out } = await run(cwd, ['fuzz', '--runs', '1']);
    expect(readScripts(join(cwd, '__seeds__/shop.test.js.json')).map(({ script }) => script)).toEqual([ENTRY.script]);
    expect(out.match(/found .*/g)).toHaveLength(1);
  });

  test('in CI saves nothing: it prints the entry, and a token that replays it', async () => {
    const cwd = project(FINDING);
    const { exit, out } = await run(cwd, ['fuzz', '--runs', '1'], { env: { ...process.env, CI: 'true' } });
    expect([exit, existsSync(join(cwd, '__seeds__'))]).toEqual([1, false]);
    const [, token] = /npx reprise replay (r1\.\S+)/.exec(out)!;
    expect(toldIn(token!)).toEqual({
      ...{ file: 'shop.test.js', name: ENTRY.scenario, check: 'replay' },
      script: ENTRY.script,
    });
    expect(out).toMatch(
      /nothing is saved in CI; to keep it, add to the entries of __seeds__\/shop\.test\.js\.json:\n\{/,
    );
  });

  test('that must not write over a file that it cannot read prints instead', async () => {
    const cwd = smallProject({ 'shop.test.js': IMPORTS + smallTest(FINDING), '__seeds__/shop.test.js.json': '{"cut' });
    const { exit, out } = await run(cwd, ['fuzz', '--runs', '1']);
    expect(exit).toBe(1);
    expect(out).toMatch(/replay {3}npx reprise replay r1\.[\s\S]*not saved: .*breaks off/);
    expect(readFileSync(join(cwd, '__seeds__/shop.test.js.json'), 'utf8')).toBe('{"cut');
  });

  test('leaves files for a CI: entries, stories, timelines, traces, issues, and a summary with the diagram', async () => {
    const cwd = project(`${PROGRESS} ${FINDING}`);
    const env = { ...process.env, CI: '1', GITHUB_SHA: 'c0ffee' };
    expect((await run(cwd, ['fuzz', '--runs', '1', '--out', 'a/out'], { env })).exit).toBe(1);
    const read = (name: string): string => readFileSync(join(cwd, 'a/out', name), 'utf8');
    const [title, body] = [read('issues/replay0/title.txt'), read('issues/replay0/body.md')];
    const id = idOf(ENTRY);
    expect(readdirSync(join(cwd, 'a/out')).toSorted()).toEqual(
      [...['.html', '.json', '.trace.json', '.txt'].map((end) => id + end), 'issues', 'summary.md'].toSorted(),
    );
    expect(title).toBe('Reprise: replay: orders > are charged once (replay0)\n');
    for (const text of [body, read('summary.md')]) {
      expect(text).toMatch(/```mermaid\nsequenceDiagram\n```/);
      expect(text).toMatch(/commit c0ffee · reprise 0\.1\.0 · vitest 4\.1\.0 · Node v/);
      expect(text).toMatch(/```\nnpx reprise replay r1\.[\w-]+\n```/);
    }
    expect(read('summary.md')).toMatch(
      /\| crash during replay \| 7 \|[\s\S]*\| a zombie writes and is fenced \| never \|/,
    );
  });

  test('tells how far it is, on one line that is written over', async () => {
    const lines: string[] = [];
    const progress = { show: (text: string) => void lines.push(text), clear: () => void lines.push('') };
    await run(project(`${PROGRESS} ${FINDING}`), ['fuzz', '--for', '5m'], { progress });
    expect(lines).toEqual([
      expect.stringMatching(
        /^0 s of 5 m 0 s {2}[\d,]+ runs\/s {2}1,200 runs {2}345 distinct {2}1 of 9 fault windows {2}0 findings$/,
      ),
      '',
      expect.stringMatching(/ 1 finding$/),
      '',
    ]);
  });

  test('in which vitest fails is not called clean, whatever its tests have said until then', async () => {
    const { exit, out, err } = await run(project(`${PROGRESS} console.error('no memory'); process.exit(3);`), [
      ...['fuzz', '--runs', '1'],
    ]);
    expect({ exit, err }).toEqual({ exit: 2, err: 'no memory' });
    expect(out).toMatch(/broken +vitest failed, and not all may have been searched/);
  });

  test('leaves a diagram out of what GitHub would not take', async () => {
    const long = `say({ is: 'finding', entry: entry('replay', []), told: { ...told('✗'), mermaid: 'x'.repeat(30001) } });`;
    const cwd = project(long);
    await run(cwd, ['fuzz', '--runs', '1', '--out', 'out']);
    const body = readFileSync(join(cwd, 'out/issues/replay0/body.md'), 'utf8');
    expect(body).toContain('The diagram is too long for here');
    expect(body).not.toContain('xxx');
  });

  test('exits with 4 where a schedule went two ways, with 2 where a test cannot be tried', async () => {
    const failing = (error: string): Promise<{ exit: number; out: string }> =>
      run(project(`say({ is: 'failed', error: '${error}', message: 'what happened' })`), ['fuzz', '--runs', '1']);
    expect(await failing('NotDeterministicError')).toMatchObject({
      exit: 4,
      out: expect.stringMatching(/failed +orders > are charged once: NotDeterministicError: what happened/),
    });
    expect(await failing('UnsupportedSdkError')).toMatchObject({ exit: 2 });
  });

  test.each([
    [
      'no simulated tests',
      () => smallProject({ 'a.test.js': '' }),
      [],
      /none of the 1 test files .* imports reprise\/vitest/,
    ],
    ['no such file', () => project(''), ['nothere'], /no test file of this project is called like nothere/],
    ['no answer', () => project(''), [], /no simulated test ran in shop\.test\.js: they call no simTest/],
    [
      'an error',
      () => project(`throw new Error('plugin missing')`),
      [],
      /plugin missing[\s\S]*what vitest said is above/,
    ],
    ['a wrong plan', () => project(''), ['--for', 'ever'], /--for takes a time.*\n\(npx reprise fuzz --help/],
    ['a folder that is a file', () => project(PROGRESS), ['--out', 'shop.test.js'], /--out: .* cannot be written/],
  ])('is refused, with what to do: %s', async (_, cwd, args, says) => {
    const { exit, err } = await run(cwd(), ['fuzz', '--runs', '1', ...args]);
    expect({ exit, err }).toEqual({ exit: 2, err: expect.stringMatching(says) });
  });

  test('goes on until its time is up, and no longer, unless everything is found', async () => {
    const began = performance.now();
    const idle = await run(project(`await new Promise((go) => setTimeout(go, order.forMs)); ${PROGRESS}`), [
      'fuzz',
      '--for',
      '2s',
    ]);
    const tookMs = performance.now() - began;
    expect(idle).toMatchObject({ exit: 0, err: '' });
    expect(tookMs).toBeGreaterThan(1_800);
    const rounds = Number(/: ([\d,]+) runs/.exec(idle.out)![1]!.replace(',', '')) / 1_200;
    expect(rounds).toBeGreaterThan(1);
  });
});

/** Where nobody asks what became of it, a process that has ended may still be listed. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

describe('Ctrl-C', () => {
  test('in a real terminal process prints what there is, ends vitest and its workers, and leaves nothing behind', async () => {
    const cwd = realProject({
      'shop.test.js':
        IMPORTS +
        realTest(`${PROGRESS} ${FINDING}
        appendFileSync('pid', String(process.pid));
        const until = performance.now() + 60_000;
        while (performance.now() < until) await new Promise((go) => setTimeout(go, 50));`),
    });
    const child = spawn(process.execPath, [join(import.meta.dirname, 'main.mjs'), 'fuzz', '--for', '10m'], { cwd });
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
      if (out.includes('✗ twice')) setTimeout(() => child.kill('SIGINT'), 200);
    });
    const [exit] = (await once(child, 'close')) as [number];
    expect(exit).toBe(1);
    expect(out).toMatch(/✗ twice[\s\S]*1 simulated test: 1,200 runs/);
    const worker = Number(readFileSync(join(cwd, 'pid'), 'utf8'));
    await expect.poll(() => isRunning(worker)).toBe(false);
  });

  test('a second time ends at once what does not want to end, and still leaves nothing behind', async () => {
    const cwd = project(`process.on('SIGINT', () => {});
      appendFileSync('pid', String(process.pid));
      setInterval(() => {}, 1_000);
      await new Promise(() => {});`);
    const child = spawn(process.execPath, [join(import.meta.dirname, 'main.mjs'), 'fuzz', '--for', '10m'], { cwd });
    await expect.poll(() => existsSync(join(cwd, 'pid')), { timeout: 20_000 }).toBe(true);
    const beganAtMs = performance.now();
    child.kill('SIGINT');
    setTimeout(() => child.kill('SIGINT'), 300);
    const [exit] = (await once(child, 'close')) as [number];
    expect(exit).toBe(130);
    expect(performance.now() - beganAtMs).toBeLessThan(2_500);
    const pid = Number(readFileSync(join(cwd, 'pid'), 'utf8'));
    await expect.poll(() => isRunning(pid)).toBe(false);
  });
});
