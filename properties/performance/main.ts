/** `npm run bench`: what Reprise costs and what it finds, beside what one would use instead. Tables, or one JSON object. */
import { parseArgs } from 'node:util';
import { type ArmRow, measureComparison } from './comparison.ts';
import { type BesideRow, type DbosFigures, measureDbos } from './dbos.ts';
import { type HeapRow, type Memory, measureDbosMemory, measureMemory } from './memory.ts';
import { measureScaling, type SizeRow } from './scaling.ts';
import { type ExhaustiveRow, measureExhaustive, measureStrategies, type Row } from './strategies.ts';
import { table } from './table.ts';

const HELP = `npm run bench -- [options]

  Measures, in one process and in rounds, so that figures of one table can be compared.

  --only PARTS   some of them, with commas: comparison, scaling, strategies, exhaustive, memory, dbos, dbosMemory
  --json         one JSON object on stdout, and nothing else
  --help         this

  exit code  0  measured
             2  used wrongly`;

const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** What can be measured, in this order. */
const PARTS = {
  comparison: measureComparison,
  scaling: measureScaling,
  strategies: () => measureStrategies({ seeds: 40, runsMax: 2_000 }),
  exhaustive: measureExhaustive,
  memory: () => measureMemory((runs) => say(`  ${runs} runs`)),
  dbos: measureDbos,
  dbosMemory: () => measureDbosMemory((runs) => say(`  ${runs} runs`)),
} as const;

type Part = keyof typeof PARTS;
type Measured = { readonly [P in Part]: Awaited<ReturnType<(typeof PARTS)[P]>> };

const isPart = (name: string): name is Part => name in PARTS;

const TABLES: { readonly [P in Part]: (figures: Measured[P]) => string } = {
  comparison: (rows: readonly ArmRow[]) =>
    table(
      'two workflows of two steps, one crash, recovery',
      ['', 'runs a second', 'Reprise makes'],
      rows.map(({ arm, runsPerSecond, repriseIsTimes }) => [
        arm,
        runsPerSecond.toLocaleString('en-US'),
        `${repriseIsTimes.toFixed(1)} times as many`,
      ]),
    ),
  scaling: ({ steps, workflows }) =>
    [
      sizes('steps', steps, ({ steps: size }) => size),
      sizes('workflows', workflows, ({ workflows: size }) => size),
    ].join('\n'),
  strategies: runsToFirstBug,
  exhaustive: (rows: readonly ExhaustiveRow[]) =>
    table(
      'every run',
      ['program', 'crashes', 'runs', 'seconds', 'outcomes'],
      rows.map(({ program, crashesMax, runs, seconds, outcomes }) => [
        program,
        `≤ ${crashesMax}`,
        runs.toLocaleString('en-US'),
        seconds.toFixed(1),
        `${outcomes}`,
      ]),
    ),
  memory: ({ runs, earlyRuns, earlyMb, lateMb }: Memory) =>
    table(
      'heap in use after a collection',
      ['runs', 'MB'],
      [
        [earlyRuns.toLocaleString('en-US'), earlyMb.toFixed(1)],
        [runs.toLocaleString('en-US'), lateMb.toFixed(1)],
      ],
    ),
  dbos: dbosTables,
  dbosMemory: (rows: readonly HeapRow[]) =>
    table(
      'heap in use after a collection, on the dbos engine',
      ['runs', 'MB'],
      rows.map(({ runs, mb }) => [runs.toLocaleString('en-US'), mb.toFixed(1)]),
    ),
};

function dbosTables({ arms, besidePostgres, shares, cold }: DbosFigures): string {
  const ms = (part: number): string => part.toFixed(0);
  return [
    table(
      'two interleaved sequences of three steps of the DBOS SDK',
      ['', 'runs a second', 'µs of processors', 'a run of the engine takes'],
      arms.map(({ arm, runsPerSecond, cpuUs, timesTheEngine }) => [
        arm,
        runsPerSecond.toLocaleString('en-US', { maximumFractionDigits: runsPerSecond < 1_000 ? 1 : 0 }),
        cpuUs.toFixed(0),
        timesTheEngine > 1
          ? `${timesTheEngine.toFixed(1)} times less`
          : `${(1 / timesTheEngine).toFixed(2)} times that`,
      ]),
    ),
    ...(besidePostgres.length === 0 ? [] : [besides(besidePostgres)]),
    table(
      'where the time of the engine goes',
      ['', 'share'],
      Object.entries(shares).map(([whose, share]) => [whose, `${(share * 100).toFixed(0)} %`]),
    ),
    table(
      `a process that starts from nothing finds the bug of these sequences, in ${cold.runs} runs`,
      ['', 'ms'],
      [
        ['Node starts', ms(cold.nodeMs)],
        ['the SDK is imported', ms(cold.sdkMs)],
        ['Reprise is imported', ms(cold.repriseMs)],
        ['found, confirmed, shrunk, proved minimal', ms(cold.exploreMs)],
        ['all', ms(cold.totalMs)],
      ],
    ),
  ].join('\n');
}

/** No engine that runs the SDK's own code is above the last line: there, nothing else takes any time. */
function besides(rows: readonly BesideRow[]): string {
  return table(
    'runs, for each that PostgreSQL makes; an engine that took no time at all would be in the last line',
    ['', 'it does not wait for the disk', 'as it comes'],
    rows.map(({ arm, timesPostgres, timesDurable }) => [arm, timesPostgres.toFixed(0), timesDurable.toFixed(0)]),
  );
}

function sizes(what: string, rows: readonly SizeRow[], sizeOf: (row: SizeRow) => number): string {
  return table(
    `what a decision costs, by ${what}`,
    [what, 'µs', 'of the first', 'µs of processors', 'of the first'],
    rows.map((row) => [
      sizeOf(row).toLocaleString('en-US'),
      row.clockUs.toFixed(2),
      `${row.timesTheFirst.clockUs.toFixed(2)} times`,
      row.cpuUs.toFixed(2),
      `${row.timesTheFirst.cpuUs.toFixed(2)} times`,
    ]),
  );
}

/** One line for each program, one column for each strategy. */
function runsToFirstBug(rows: readonly Row[]): string {
  const programs = [...new Set(rows.map(({ program }) => program))];
  const strategies = [...new Set(rows.map(({ strategy }) => strategy))];
  const cell = (program: string, strategy: string): string => {
    const row = rows.find((one) => one.program === program && one.strategy === strategy);
    if (row?.runs == null) return '–';
    const mean = row.runs.toFixed(row.runs < 10 ? 1 : 0);
    return row.found === row.of ? mean : `${mean} (${row.found}/${row.of})`;
  };
  return table(
    `mean runs to the first find over ${Math.max(...rows.map(({ of }) => of))} seeds; –: not in ${rows[0]!.runsMax.toLocaleString('en-US')}`,
    ['program', ...strategies],
    programs.map((program) => [program, ...strategies.map((strategy) => cell(program, strategy))]),
  );
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean' } },
  });
  if (values.help === true) {
    process.stdout.write(`${HELP}\n`);
    return 0;
  }
  const asked = values.only?.split(',') ?? Object.keys(PARTS);
  const unknown = asked.find((name) => !isPart(name));
  if (unknown !== undefined)
    throw new TypeError(`there is no part "${unknown}"; there are ${Object.keys(PARTS).join(', ')}`);
  const document: Record<string, unknown> = { node: process.version };
  for (const part of asked.filter(isPart)) {
    say(`${part} ...`);
    const figures = await PARTS[part]();
    document[part] = figures;
    if (values.json !== true) process.stdout.write(`${(TABLES[part] as (figures: unknown) => string)(figures)}\n`);
  }
  if (values.json === true) process.stdout.write(`${JSON.stringify(document)}\n`);
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof TypeError)) throw error;
  say(`${error.message}\n\n${HELP}`);
  process.exitCode = 2;
}
