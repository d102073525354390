/** What every report keeps to, whatever it tells: it fits the screen, names what is needed, and says nothing by colour alone. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { explore, type Finding, type Findings, verify, WINDOWS } from '../../harness/index.ts';
import { clean, cut, pad, type Paint, plain, tellApart, widthOf, wrap } from '../../harness/reports/layout.ts';
import { mismatch, type Row, tableData, tableReport, tally } from '../../harness/reports/table.ts';
import { meaningsOf } from '../../harness/reports/moves.ts';
import { textReport } from '../../harness/reports/text.ts';
import { timeline } from '../../harness/reports/timeline.ts';
import { TWINS } from '../../scenarios/index.ts';
import { scenarioOf } from './support.ts';

interface Told {
  readonly name: string;
  readonly finding: Finding;
}

/** A finding of every bug of the catalogue, and of each check that finds it alone; and of nothing but bad manners. */
const told: Told[] = [];
const row: Row[] = [];

beforeAll(async () => {
  for (const { scenario, expect: expected } of TWINS) {
    if (expected === 'holds') continue;
    const findings = await explore(scenario, { runsMax: 1_000 });
    row.push({ expected, findings });
    told.push({ name: scenario.name, finding: findings.finding! });
    for (const check of Object.keys(expected.alone ?? {})) {
      const { finding } = await explore(scenario, { runsMax: 1_000, checks: [check] });
      told.push({ name: `${scenario.name} by ${check}`, finding: finding! });
    }
  }
  for (const [name, finding] of await hostile()) told.push({ name, finding });
  for (const [name, check] of [
    ['different names', 'lineage'],
    ['different names', 'replay'],
    ['one name', 'results'],
  ] as const) {
    const { finding } = await explore(name === 'one name' ? oneName : differentNames, { checks: [check] });
    told.push({ name: `${name} by ${check}`, finding: finding! });
  }
});

/** One function, run twice side by side: nothing but its place in `Promise.all` tells the branches apart. */
const digests = (nameOf: (verb: string, feed: string) => string): ReturnType<typeof scenarioOf> =>
  scenarioOf(() => (ctx) => {
    const digest = async (feed: string): Promise<string> => {
      const top = await ctx.step(nameOf('list', feed), () => `top of ${feed}`);
      return ctx.step(nameOf('read', feed), () => `text of ${top}`);
    };
    return Promise.all([digest('news'), digest('mail')]);
  });
const differentNames = digests((verb, feed) => `${verb} ${feed}`);
const oneName = digests(() => 'fetch');

const ESCAPE = '\u001B[31m';

/** Programs that say things no report would like to print. */
async function hostile(): Promise<[string, Finding][]> {
  const name = `${ESCAPE}évil\n漢字漢字漢字漢字漢字漢字漢字漢字漢字\t${'long '.repeat(40)}`;
  const loud = scenarioOf(
    ({ world }) =>
      async (ctx) => {
        await ctx.step(name, () => world.bank.charge(name));
        throw new Error(`${name}\n${name}`);
      },
    { check: () => expect([name]).toEqual([`${name}!`]) },
  );
  const long = scenarioOf(
    ({ world }) =>
      async (ctx) => {
        for (let index = 0; index < 60; index++) await ctx.step(`step ${index}`, () => index);
        await ctx.step('charge', () => world.bank.charge('x'));
      },
    {
      check: ({ world }) => expect(world.bank.charges).toHaveLength(1),
    },
  );
  const findings: [string, Finding][] = [];
  for (const [title, scenario] of [
    ['hostile', loud],
    ['long', long],
  ] as const) {
    const { finding } = await explore(scenario, { runsMax: 500 });
    findings.push([title, finding!]);
  }
  return findings;
}

const lines = (text: string): string[] => text.split('\n');
/** The text with every line break and indent gone: what is said, however it is laid out. */
const said = (text: string): string => text.replaceAll(/\s+/g, ' ');
const OPTIONS = { replayCommand: 'npm start -- --replay .reprise/x.json', savedTo: '.reprise/x.json' };
const byName = (name: string): Finding => told.find((one) => one.name === name)!.finding;
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0009\u000B-\u001F\u007F-\u009F]/;

describe('a report', () => {
  test('exists for every bug of the catalogue', () => {
    expect(told.length).toBeGreaterThan(20);
  });

  test('is never wider than it may be', () => {
    for (const { name, finding } of told)
      for (const width of [80, 40, 61, 120])
        for (const line of lines(textReport(finding, { ...OPTIONS, width, elapsedMs: 1_234 })))
          expect([name, width, line, widthOf(line) <= width]).toEqual([name, width, line, true]);
  });

  test('is one screen', () => {
    for (const { name, finding } of told)
      expect([name, lines(textReport(finding, OPTIONS)).length <= 48]).toEqual([name, true]);
    expect(lines(textReport(byName('different names by replay'), OPTIONS)).length).toBeLessThanOrEqual(45);
  });

  test('is plain text: no escape codes, whatever a program calls its steps', () => {
    for (const { finding } of told) {
      const text = textReport(finding, OPTIONS);
      expect(text).not.toContain('\u001B');
      expect(lines(text).filter((line) => CONTROL.test(line))).toEqual([]);
    }
  });

  test('says the same with colours and without', () => {
    const loud: Paint = (style, text) => `<${style}>${text}</>`;
    for (const { finding } of told) {
      const painted = textReport(finding, { ...OPTIONS, paint: loud }).replaceAll(
        /<(?:bad|good|strong|dim)>|<\/>/g,
        '',
      );
      expect(lines(painted).map((line) => line.trimEnd())).toEqual(lines(textReport(finding, OPTIONS)));
    }
  });

  test('is a function of the finding', () => {
    for (const { finding } of told) expect(textReport(finding, OPTIONS)).toBe(textReport(finding, OPTIONS));
  });

  test('holds every deviation of the script, to the letter', () => {
    for (const { finding } of told) {
      const text = said(textReport(finding));
      for (const { after, choose } of finding.script.map((one) => ({
        after: clean(one.after),
        choose: clean(one.choose),
      })))
        expect([text.replaceAll(' ', '').includes(`after${after}choose${choose}`.replaceAll(' ', '')), text]).toEqual([
          true,
          text,
        ]);
    }
  });

  test('says what broke, how to see it again and where it is kept', () => {
    for (const { finding } of told) {
      const text = said(textReport(finding, OPTIONS));
      expect(text).toContain(clean(finding.scenario));
      expect(text).toContain(OPTIONS.replayCommand);
      expect(text).toContain(`saved ${OPTIONS.savedTo}`);
      expect(text).toContain(said(wrap(finding.violations[0]!.because.split('\n')[0]!, 76)[0]!).trim());
    }
  });

  test('names every call that a verdict is about by a line of the program', () => {
    let named = 0;
    for (const { finding } of told)
      for (const { run, seq } of finding.violations[0]!.witnesses ?? []) {
        const event = (run === 'this' ? finding.run : finding.reference).history[seq]!;
        const site = 'site' in event ? event.site : [];
        const text = said(textReport(finding));
        expect(site.some((frame) => text.includes(frame))).toBe(true);
        named++;
      }
    expect(named).toBeGreaterThan(20);
  });

  test('names lines that are there, in the source and not in what it was compiled to', () => {
    for (const { finding } of told.filter(({ name }) => name.includes('name')))
      for (const [, file, line] of textReport(finding).matchAll(/(\S+\.ts):(\d+):\d+/g))
        expect(readFileSync(file!, 'utf8').split('\n')[Number(line) - 1]).toMatch(/\w\(/);
  });
});

describe('the report of interleaved sequences', () => {
  test('tells two branches of one function apart', () => {
    const text = textReport(byName('different names by replay'));
    expect(text).toMatch(/first execution +read news\(\)\s+digest \S+:\d+:\d+ in\s+Promise\.all\[0\]/);
    expect(text).toMatch(/after the crash +read mail\(\)\s+digest \S+:\d+:\d+ in\s+Promise\.all\[1\]/);
  });

  test('marks the position in both executions, with a sign and words', () => {
    expect(textReport(byName('different names by replay'))).toMatch(
      /▲ recorded for Promise\.all\[0\] +│ ▲ now called by Promise\.all\[1\]/,
    );
    expect(textReport(byName('different names by lineage'))).toMatch(
      /▲ here it is Promise\.all\[0\]'s +│ ▲ here it is Promise\.all\[1\]'s/,
    );
  });

  test('finds the position where results were swapped, though every call looks the same', () => {
    const text = textReport(byName('one name by results'), { width: 100 });
    expect(text).toMatch(
      /2 {2}fetch\(\) {2}all\[0\] {2}→ "text of top of news" │ fetch\(\) {2}all\[1\] {2}← "text of top of news"/,
    );
  });

  test('shows the crash, and what was read from the journal', () => {
    const text = textReport(byName('different names by replay'));
    expect(text).toContain('✗ executor-1 crashes');
    expect(text).toContain('← read from the journal, not run again');
    expect(text).toContain('✗ refused');
  });
});

describe('what a decision means', () => {
  const of = (name: string): readonly string[] => meaningsOf(byName(name).run);

  test('is said in calls, with the numbers that the table has', () => {
    expect(of('different names by lineage')).toEqual([
      expect.stringMatching(/^list mail\(\) at pos 1 is recorded before list news\(\) at pos 0$/),
    ]);
    expect(of('payment-crash-without-key')).toEqual(['executor-1 crashes before charge() at pos 0 is recorded']);
    expect(of('payment-zombie-without-key')).toEqual([
      'executor-1 stands still before charge() at pos 0 is recorded',
      'executor-2 takes over before charge() at pos 0 is recorded',
    ]);
    expect(said(textReport(byName('payment-crash-without-key')))).toContain(
      '(calm: land charge#1) so executor-1 crashes before charge() at pos 0 is recorded',
    );
  });

  test('is one line for each decision, or none, and what it says is recorded first was recorded first', () => {
    let recorded = 0;
    for (const { name, finding } of told) {
      const { run, script } = finding;
      const meanings = meaningsOf(run);
      expect([name, meanings.length]).toEqual([name, script.length]);
      for (const [index, { choose }] of script.entries()) {
        if (!choose.startsWith('land ') || !/ is recorded before /.test(meanings[index]!)) continue;
        const move = run.history.findIndex((event) => event.type === 'move.made' && event.label === choose);
        const next = run.history.findIndex(({ type }, seq) => type === 'move.made' && seq > move);
        expect(run.history.slice(move, next).map(({ type }) => type)).toContain('outcome.recorded');
        recorded++;
      }
    }
    expect(recorded).toBeGreaterThan(3);
  });
});

describe('two ends', () => {
  const ends = (left: string, right: string): string =>
    timeline(
      {
        ...{ workflow: 'w', heading: 'pos', twoRuns: true, decisive: null },
        lanes: [left, right].map((text) => ({
          ...{ title: 'run', cells: new Map() },
          notes: [{ seq: 1, text, style: 'dim' as const }],
        })) as never,
      },
      80,
      plain,
    )[1]!;
  const long = `returns ["${'x'.repeat(60)}`;

  test('that are too long are cut to where they begin to differ, and if they are the same, it is said', () => {
    expect(ends(`${long} of news"]`, `${long} of mail"]`)).toMatch(/news"\] +│ .*mail"\]$/);
    expect(ends(long, long)).toMatch(/│ returns the same$/);
    expect(ends('returns 1', 'returns 1')).toMatch(/returns 1 +│ returns 1$/);
  });
});

describe('the fix', () => {
  test('names the sequences, where they have names', () => {
    expect(said(textReport(byName('interleaved-different-names')))).toContain('start each sequence (seqA, seqB) as');
    expect(said(textReport(byName('different names by lineage')))).toContain('start each sequence as');
  });

  test('blames a repeated step for what a check says only if it did the damage', () => {
    expect(said(textReport(byName('payment-crash-without-key')))).toMatch(
      /fix if running a step twice did the damage: /,
    );
  });
});

describe('a timeline', () => {
  test('leaves out the middle of a long story, and says how much', () => {
    expect(textReport(byName('long'))).toMatch(/… 5\d more calls, the same on both sides …/);
  });

  test('says which executor ran what, when there are several', () => {
    const text = textReport(byName('payment-zombie-without-key'));
    expect(text).toContain('first execution, on executor-1');
    expect(text).toContain('after the takeover, on executor-2');
    expect(text).toContain('wakes: a zombie');
  });
});

describe('what a report claims', () => {
  test('a minimum is claimed only where it was proved', async () => {
    const finding = byName('payment-crash-without-key');
    expect(said(textReport(finding))).toContain('(no run with fewer fails)');
    expect(said(textReport({ ...finding, minimal: false }))).toContain('minimal: best found');
    expect(said(textReport({ ...finding, minimal: false }))).not.toContain('proved');
    const { scenario } = TWINS.find((twin) => twin.scenario.name === finding.scenario)!;
    const again = await verify(scenario, finding.script);
    expect(textReport(again!)).not.toMatch(/proved|best found|fewer/);
  });

  test('repeated effects are counted and blamed on attempts', () => {
    expect(said(textReport(byName('payment-crash-without-key')))).toMatch(
      /took effect 2 times: in attempt 1 of \S+, in attempt 2/,
    );
  });
});

describe('text in columns', () => {
  const width = fc.integer({ min: 12, max: 60 });
  const text = fc.string({ unit: 'grapheme', maxLength: 200 });

  test('a cut is no wider than asked, and a padded text exactly as wide', () => {
    fc.assert(
      fc.property(text, width, (value, columns) => {
        expect(widthOf(cut(value, columns))).toBeLessThanOrEqual(columns);
        expect(widthOf(pad(value, columns))).toBe(columns);
      }),
    );
  });

  test('wrapping loses nothing but blanks', () => {
    fc.assert(
      fc.property(text, width, (value, columns) => {
        const wrapped = wrap(value, columns);
        expect(wrapped.every((line) => widthOf(line) <= columns)).toBe(true);
        expect(wrapped.join('').replaceAll(' ', '')).toBe(clean(value).replaceAll(' ', ''));
      }),
    );
  });

  test('two different texts never look the same for having been cut', () => {
    const ascii = fc.string({ unit: fc.constantFrom('a', 'b', '-'), maxLength: 90 });
    fc.assert(
      fc.property(ascii, ascii, ascii, width, (start, a, b, columns) => {
        fc.pre(a !== b);
        const [left, right] = tellApart(start + a, start + b, [columns, columns]);
        expect(left).not.toBe(right);
        expect(widthOf(left)).toBeLessThanOrEqual(columns);
        expect(widthOf(right)).toBeLessThanOrEqual(columns);
      }),
    );
  });

  test('nothing printable is left that moves the cursor', () => {
    const character = fc.integer({ min: 0, max: 0x24f }).map((code) => String.fromCodePoint(code));
    fc.assert(fc.property(fc.string({ unit: character }), (value) => !CONTROL.test(clean(value))));
  });
});

describe('the table', () => {
  const holds = (findings: Findings): Row => ({ expected: 'holds', findings });

  test('is 80 columns at most, with a line for every campaign', () => {
    const table = tableReport(row);
    expect(lines(table).filter((line) => widthOf(line) > 80)).toEqual([]);
    for (const { findings } of row) expect(table).toContain(findings.scenario.slice(0, 20));
  });

  test('counts what is as expected and what is not', () => {
    expect(tally(row)).toBe(`${row.length} scenarios as expected, 0 not`);
    expect(tally([holds(row[0]!.findings), row[1]!])).toBe('1 scenario as expected, 1 not');
  });

  test('explains each expectation that failed', () => {
    const [{ expected, findings } = row[0]!] = row;
    const nothing = { ...findings, finding: null };
    expect(mismatch({ expected, findings })).toBeNull();
    expect(mismatch(holds(nothing))).toBeNull();
    expect(mismatch(holds(findings))).toMatch(/^should hold, but was caught by /);
    expect(mismatch({ expected, findings: nothing })).toMatch(/but nothing was found$/);
    expect(mismatch({ expected: { caughtBy: 'effects', deviations: 1 }, findings })).toMatch(
      /^should be caught by effects/,
    );
    expect(mismatch({ expected: { ...(expected as object), deviations: 9 } as never, findings })).toMatch(
      /with 9 decisions, but it took \d/,
    );
    expect(tableReport([holds(findings)])).toContain(`✗ ${findings.scenario} should hold`);
  });

  test('says where results were not judged, and why', () => {
    const loose = { ...row[0]!.findings, finding: null, unjudged: 'every run comes to something else' };
    expect(said(tableReport([holds(loose)]))).toContain(
      `${loose.scenario}: results are not judged: every run comes to something else`,
    );
    expect(said(tableReport([holds({ ...loose, unjudged: null })]))).not.toContain('not judged');
  });

  test('names the fault windows that no campaign entered', () => {
    const never = Object.fromEntries(WINDOWS.map((window) => [window, 0])) as Findings['reached'];
    const quiet = { ...row[0]!.findings, finding: null, reached: never };
    expect(said(tableReport([holds(quiet)]))).toContain(
      `never entered, so nothing is known of it: ${WINDOWS.join(' · ')}`,
    );
  });

  test('is the same document when everything is done again', async () => {
    const [first, second] = await Promise.all([0, 1].map(() => sample()));
    expect(first).toBe(second);
    expect(first).not.toContain(process.cwd());
    expect(() => JSON.parse(first!) as unknown).not.toThrow();
  });

  async function sample(): Promise<string> {
    const rows: Row[] = [];
    for (const { scenario, expect: expected } of TWINS.slice(0, 6))
      rows.push({ expected, findings: await explore(scenario, { runsMax: 50, seed: 'again' }) });
    return JSON.stringify(tableData(rows, 'again', '1.2.3'));
  }
});
