/** The rules of ARCHITECTURE.md, held by reading the sources. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOMS: readonly (readonly [room: string, parts: readonly string[]])[] = [
  ['data', ['decision', 'idiom', 'claim', 'history', 'run', 'verdict', 'random', 'values', 'strategies/strategy']],
  [
    'machine',
    [
      'handle',
      'clock',
      'loop',
      'settle',
      'globals',
      'ambient',
      'site',
      'lineage',
      'executor',
      'errors',
      'queue',
      'offer',
      'rows',
      'journal',
      'world',
      'scheduler',
      'request',
      'cluster',
    ],
  ],
  [
    'program',
    [
      'program',
      'retry',
      'call',
      'execution',
      'runtime',
      'context',
      'engine',
      'arrivals',
      'client',
      'model',
      'scenario',
    ],
  ],
  ['loop', ['ending', 'hook', 'simulation']],
  ['judgement', ['observed', 'observe', 'lives', 'phrase', 'windows', 'checker', 'reference', 'memory', 'checks/']],
  ['search', ['strategies/', 'shrink', 'findings', 'interleavings', 'plan', 'campaign', 'explore']],
  ['telling', ['reports/', 'reports/html/']],
  [
    'edges',
    [
      ...['index', 'adapters/', 'seeds/', 'vitest/', 'cli/'],
      ...['dbos/', 'dbos/tables/', 'dbos/doors/', 'dbos/datasources/', 'dbos/real/', 'dbos/cold/'],
    ],
  ],
];

/** Rooms that see only data: the machine is hidden from them even though it stands above. */
const DATA_ONLY = ['judgement', 'telling'];
const MAY_IMPORT_NODE = ['clock', 'settle', 'globals', 'lineage'];

interface Source {
  readonly part: string;
  readonly room: number;
  readonly text: string;
  readonly imports: readonly string[];
}

const HOME = join(import.meta.dirname, '../../harness');

function roomOf(part: string): number {
  const exact = ROOMS.findIndex(([, parts]) => parts.includes(part));
  return exact >= 0 ? exact : ROOMS.findIndex(([, parts]) => parts.includes(`${dirname(part)}/`));
}

const sources: readonly Source[] = readdirSync(HOME, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .toSorted()
  .map((file) => {
    const part = file.replace(/\.ts$/, '');
    const text = readFileSync(join(HOME, file), 'utf8');
    const imports = [...text.matchAll(/^(?:import|export)\s[^;]*?from '([^']+)';|^import '([^']+)';/gm)].map(
      (match) => match[1] ?? match[2]!,
    );
    return { part, room: roomOf(part), text, imports };
  });

const inside = (source: Source): string[] =>
  source.imports
    .filter((path) => path.startsWith('.'))
    .map((path) => normalize(join(dirname(source.part), path)).replace(/\.ts$/, ''));

const offenders = (rule: (source: Source) => boolean): string[] => sources.filter(rule).map(({ part }) => part);
/** The text without comments, strings, regular expressions in constants, and the heads of methods. */
const code = ({ text }: Source): string =>
  text
    .replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
    .replaceAll(/= \/.*\/\w*;$/gm, '')
    .replaceAll(/\(\/[^/\n]+\/\w*, /g, '(')
    .replaceAll(/'(?:[^'\\\n]|\\.)*'/g, "''")
    .replaceAll(/^ {2}set\w+\(.*\{$/gm, '');
const inRoom = (...rooms: string[]): ((source: Source) => boolean) => {
  return ({ room }) => rooms.includes(ROOMS[room]?.[0] ?? '');
};

describe('the architecture', () => {
  test('every file has a room', () => {
    expect(offenders(({ room }) => room < 0)).toEqual([]);
    expect(sources.length).toBeGreaterThan(40);
  });

  test('a file imports from its own room and the rooms above, never from below', () => {
    expect(
      sources.flatMap((source) =>
        inside(source)
          .filter((part) => roomOf(part) > source.room)
          .map((part) => `${source.part} → ${part}`),
      ),
    ).toEqual([]);
  });

  test('checks and reports see data, and never the machine, the program or the loop', () => {
    const hidden = ['machine', 'program', 'loop'];
    const seen = sources.filter(inRoom(...DATA_ONLY)).flatMap((source) =>
      inside(source)
        .filter((part) => hidden.includes(ROOMS[roomOf(part)]![0]))
        .map((part) => `${source.part} → ${part}`),
    );
    expect(seen).toEqual([]);
  });

  test('strategies see data, and never the machine, the program or the loop', () => {
    const hidden = ['machine', 'program', 'loop'];
    const strategies = sources.filter(({ part }) => part.startsWith('strategies/') || part === 'shrink');
    expect(strategies.length).toBeGreaterThan(5);
    expect(
      strategies.flatMap((source) => inside(source).filter((part) => hidden.includes(ROOMS[roomOf(part)]![0]))),
    ).toEqual([]);
  });

  test('there are no import cycles', () => {
    const graph = new Map(sources.map((source) => [source.part, inside(source)]));
    const cyclic = (part: string, path: readonly string[]): string[] =>
      path.includes(part)
        ? [[...path.slice(path.indexOf(part)), part].join(' → ')]
        : (graph.get(part) ?? []).flatMap((next) => cyclic(next, [...path, part]));
    // Types may refer to each other; values may not. Type-only imports vanish when compiled.
    for (const source of sources) graph.set(source.part, inside({ ...source, imports: valueImports(source) }));
    expect([...new Set(sources.flatMap(({ part }) => cyclic(part, [])))]).toEqual([]);
  });

  test('only edges and the four files that need it import node modules', () => {
    expect(
      offenders(
        (source) =>
          !inRoom('edges')(source) &&
          !MAY_IMPORT_NODE.includes(source.part) &&
          source.imports.some((path) => path.startsWith('node:')),
      ),
    ).toEqual([]);
  });

  test('only edges print', () => {
    expect(
      offenders((source) => !inRoom('edges')(source) && /\bconsole\.|process\.std(?:out|err)/.test(code(source))),
    ).toEqual([]);
  });

  test('only globals.ts touches ambient time and randomness', () => {
    const ambient =
      /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bperformance\.now\(|(?<![.\w])(?:setTimeout|setImmediate|setInterval)\(|\brandomUUID\(/;
    expect(offenders((source) => source.part !== 'globals' && ambient.test(code(source)))).toEqual([]);
  });

  test('async functions live in the runtime, the loops and the edges', () => {
    const allowed = ['runtime', 'retry', 'execution', 'client', 'simulation', 'explore'];
    expect(
      offenders(
        (source) =>
          !inRoom('edges')(source) &&
          !allowed.includes(source.part) &&
          /\basync (?:function|\*|\(|[#\w]+[<(])/.test(code(source)),
      ),
    ).toEqual([]);
  });

  test('only random.ts imports seedrandom, only clock.ts fake-timers, only values.ts superjson', () => {
    const users = (name: string): string[] => offenders(({ imports }) => imports.includes(name));
    expect([users('seedrandom'), users('@sinonjs/fake-timers'), users('superjson')]).toEqual([
      ['random'],
      ['clock'],
      ['values'],
    ]);
  });

  test('what every test file of a project begins with loads the shims, and no clock, no engine and no search', () => {
    const loads = (part: string): string[] => {
      const source = sources.find((one) => one.part === part)!;
      return inside({ ...source, imports: valueImports(source) }).flatMap((next) => [next, ...loads(next)]);
    };
    expect([...new Set(loads('vitest/setup'))].toSorted()).toEqual([
      ...['ambient', 'globals', 'handle'],
      ...['vitest/command', 'vitest/order', 'vitest/settings'],
    ]);
  });

  test('files have at most 260 lines', () => {
    expect(
      sources
        .filter(({ text }) => text.trimEnd().split('\n').length > 260)
        .map(({ part, text }) => `${part}: ${text.split('\n').length}`),
    ).toEqual([]);
  });

  test('functions have at most 60 lines', () => {
    expect(sources.flatMap(longFunctions)).toEqual([]);
  });

  test('every file opens with its job', () => {
    expect(offenders(({ text }) => !/^(?:#!.*\n)?\/\*\*/.test(text))).toEqual([]);
  });

  test('every exported function, class and constant has a sentence of documentation', () => {
    const undocumented = sources.flatMap(({ part, text }) =>
      [...text.matchAll(/^(?!\/\/|\/?\s?\*).*\n(export (?:abstract )?(?:async )?(?:function\*?|class|const) \w+)/gm)]
        .filter(([whole]) => !/\*\/\s*\n/.test(whole.split('\n')[0]! + '\n'))
        .map(([, what]) => `${part}: ${what}`),
    );
    expect(undocumented).toEqual([]);
  });
});

function valueImports({ text }: Source): string[] {
  return [...text.matchAll(/^(?:import|export) (?!type )([^;]*?)from '([^']+)';/gm)]
    .filter(([, names]) => !/^\{(?:\s*type \w+,?)+\s*\} $/.test(names!))
    .map((match) => match[2]!);
}

/** Functions and methods by indentation, as the formatter leaves it: from the opening line to the brace that closes it. */
function longFunctions({ part, text }: Source): string[] {
  const lines = text.split('\n');
  return lines.flatMap((line, start) => {
    const head =
      /^(\s*)(?:export )?(?:async )?(?:function\*? \w+|(?:get |static |async |\*)*#?\w+(?:<[^>]*>)?\([^;]*)(?:.*)\{$/.exec(
        line,
      );
    if (head === null || /^\s*(?:if|for|while|switch|return|else|catch|class|interface|const|new)\b/.test(line))
      return [];
    const length = lines.slice(start).indexOf(`${head[1]}}`);
    return length > 60 ? [`${part}:${start + 1} ${line.trim()} (${length} lines)`] : [];
  });
}
