/** Whatever fails while a file is written, nothing is lost, nothing is half there, and the message says what to do. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { formatFile, idOf, keep, readSeeds, remove, replaceEntry, writeScript } from '../../harness/seeds/file.ts';
import { rewrite } from '../../harness/seeds/rewrite.ts';
import { EXAMPLE, folderFor } from './support.ts';

const folder = folderFor('writing');
const OTHER = { ...EXAMPLE, scenario: 'another' };

/** A file with one entry, in a folder of its own. */
function file(name: string): string {
  const path = join(folder, name, 'x.json');
  writeScript(path, EXAMPLE);
  return path;
}

const beside = (path: string): string[] => readdirSync(dirname(path)).toSorted();

describe('a file that must not be touched', () => {
  const NOT_OURS = {
    'is corrupt': '{"version": 1, "entries": [',
    'is empty': '',
    'is from a newer version': '{"version": 2, "entries": []}',
    'belongs to something else': '{"name": "shop", "version": "1.0.0"}',
    'has another shape': '[1, 2, 3]',
    'holds a merge conflict': '<<<<<<< HEAD\n{"version": 1, "entries": []}\n',
  };

  test.each(Object.entries(NOT_OURS))('since it %s is left as it is by every change', (name, text) => {
    const path = file(name);
    writeFileSync(path, text);
    for (const change of [
      () => keep(path, OTHER),
      () => remove(path, [idOf(EXAMPLE)]),
      () => replaceEntry(path, idOf(EXAMPLE), OTHER),
    ])
      expect(change).toThrow(/x\.json: /);
    expect([readFileSync(path, 'utf8'), beside(path)]).toEqual([text, ['x.json']]);
  });

  test('since it holds other bytes than text is left as it is', () => {
    const path = file('bytes');
    const bytes = Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]);
    writeFileSync(path, bytes);
    expect(() => keep(path, OTHER)).toThrow(/x\.json: the file is not UTF-8 text/);
    expect([readFileSync(path), beside(path)]).toEqual([bytes, ['x.json']]);
  });

  test('since it is read-only is left as it is, and can be read', () => {
    const path = file('read-only');
    chmodSync(path, 0o444);
    expect(() => keep(path, OTHER)).toThrow('cannot be written: the file is read-only. Nothing was changed');
    expect(keep(path, EXAMPLE)).toBe('known');
    expect([readSeeds(path), beside(path)]).toEqual([[EXAMPLE], ['x.json']]);
  });
});

describe('writing', () => {
  test('takes the place of the old file: whoever reads that goes on reading it whole', () => {
    const path = file('again');
    const before = readFileSync(path, 'utf8');
    linkSync(path, `${path}.old`);
    expect(keep(path, OTHER)).toBe('added');
    expect(readFileSync(`${path}.old`, 'utf8')).toBe(before);
    expect(readSeeds(path)).toHaveLength(2);
  });

  test('leaves a file alone to which it has nothing to add', () => {
    const path = file('idle');
    const before = statSync(path);
    expect(keep(path, EXAMPLE)).toBe('known');
    expect(statSync(path)).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs });
  });

  test('follows a link, which stays a link', () => {
    const path = file('linked');
    symlinkSync(path, join(folder, 'link.json'));
    keep(join(folder, 'link.json'), OTHER);
    expect(readSeeds(path)).toHaveLength(2);
  });

  test('into a folder that is read-only says so, and changes nothing', () => {
    const path = file('closed');
    for (const [at, mode] of [
      [folder, 0o755],
      [dirname(path), 0o555],
    ] as const)
      chmodSync(at, mode);
    // To the superuser no folder is closed.
    const isRoot = process.getuid?.() === 0;
    if (isRoot) process.seteuid!('nobody');
    try {
      expect(() => keep(path, OTHER)).toThrow(
        'cannot be written: its folder is read-only (EACCES). Nothing was changed',
      );
      expect([readSeeds(path), beside(path)]).toEqual([[EXAMPLE], ['x.json']]);
    } finally {
      if (isRoot) process.seteuid!(0);
      chmodSync(dirname(path), 0o755);
    }
  });

  test('into something that is no folder says so', () => {
    writeFileSync(join(folder, 'in-the-way'), '');
    expect(() => keep(join(folder, 'in-the-way', 'x.json'), EXAMPLE)).toThrow(/x\.json: cannot be (written|read)/);
  });

  test('over a folder says so, and leaves nothing beside it', () => {
    const path = join(folder, 'taken', 'x.json');
    mkdirSync(path, { recursive: true });
    expect(() => keep(path, EXAMPLE)).toThrow(/is a folder; name the file in it/);
    expect(beside(path)).toEqual(['x.json']);
  });

  test('that dies between writing and renaming has changed nothing, and is waited for no longer than it takes', () => {
    const path = file('dead');
    // What a killed process leaves behind: half of the next version.
    writeFileSync(`${path}.lock`, formatFile({ entries: [OTHER] }).slice(0, 60));
    expect(readSeeds(path)).toEqual([EXAMPLE]);
    expect(keep(path, OTHER)).toBe('added');
    expect([readSeeds(path).length, beside(path)]).toEqual([2, ['x.json']]);
  });

  test('begins again when its lock was taken for that of a dead process', () => {
    const path = file('stolen');
    let tries = 0;
    rewrite(path, (text) => {
      if (tries++ === 0) {
        // Another process comes in between, as after a long sleep of this one, and is done before this one wakes up.
        writeFileSync(`${path}.new`, formatFile({ entries: [EXAMPLE, OTHER] }));
        rmSync(`${path}.lock`);
        renameSync(`${path}.new`, path);
      }
      return `${text} `;
    });
    expect(tries).toBe(2);
    expect([readSeeds(path).length, beside(path)]).toEqual([2, ['x.json']]);
  });
});

/** A process of its own that runs `code` with the functions of files. It says `ready` when it has loaded them. */
function child(code: string, shell: readonly string[] = []): ChildProcessWithoutNullStreams {
  const home = join(import.meta.dirname, '../../harness/seeds/file.ts');
  const program = `
    const { runnerImport } = await import('vite');
    const { keep, readSeeds } = (await runnerImport(${JSON.stringify(home)})).module;
    const EXAMPLE = ${JSON.stringify(EXAMPLE)};
    console.log('ready');
    ${code}`;
  const [command, ...args] = [...shell, process.execPath, '--input-type=module', '-e', program];
  return spawn(command, args, { stdio: 'pipe' });
}

/** What a child printed, once it is done. */
async function output(process: ChildProcessWithoutNullStreams): Promise<string> {
  const text: string[] = [];
  for (const stream of [process.stdout, process.stderr]) stream.on('data', (part) => text.push(String(part)));
  await once(process, 'close');
  return text.join('').replace('ready\n', '');
}

describe('several processes', () => {
  test('that write one file at once lose nothing of each other, and whoever reads it meanwhile reads it whole', async () => {
    const path = file('shared');
    const writers = [0, 1, 2].map((writer) =>
      child(
        `for (let n = 0; n < 6; n++)
          keep(${JSON.stringify(path)}, { ...EXAMPLE, scenario: 'writer ${writer}', fingerprint: 'failure ' + n, check: 'check ' + n });`,
      ),
    );
    const outputs = Promise.all(writers.map(output));
    let reads = 0;
    for (; writers.some(({ exitCode }) => exitCode === null); reads++) {
      expect(readSeeds(path).length).toBeGreaterThan(0);
      await setImmediate();
    }
    expect(await outputs).toEqual(['', '', '']);
    expect(reads).toBeGreaterThan(10);
    expect([readSeeds(path).length, beside(path)]).toEqual([1 + 3 * 6, ['x.json']]);
  });

  test('that are killed while they write leave a whole file, and no lock that holds for ever', async () => {
    const path = file('killed');
    for (let victim = 0; victim < 3; victim++) {
      const writer = child(
        `for (let n = 0; ; n++)
          keep(${JSON.stringify(path)}, { ...EXAMPLE, script: [{ after: 'a', choose: ' '.repeat(n % 2) }] }, readSeeds(${JSON.stringify(path)}).map(() => 'x'));`,
      );
      await once(writer.stdout, 'data');
      await setTimeout(20 + 7 * victim);
      writer.kill('SIGKILL');
      await once(writer, 'close');
      expect(readSeeds(path).length).toBeGreaterThan(0);
    }
    expect(keep(path, OTHER)).toBe('added');
    expect(beside(path)).toEqual(['x.json']);
  });

  test('that may write no more (the disk is full) change nothing, and say so', async () => {
    const path = file('full');
    const before = readFileSync(path, 'utf8');
    // More than a block: to the process it is as if the disk ended there.
    const limited = child(
      `try { keep(${JSON.stringify(path)}, { ...EXAMPLE, check: 'x'.repeat(5_000) }); } catch (error) { console.log(error.message); }`,
      ['bash', '-c', `trap '' XFSZ; ulimit -f 1; exec "$@"`, 'bash'],
    );
    expect(await output(limited)).toBe(`${path}: cannot be written: the disk is full (EFBIG). Nothing was changed\n`);
    expect([readFileSync(path, 'utf8'), beside(path)]).toEqual([before, ['x.json']]);
  });
});
