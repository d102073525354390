/** The trace of a finding is what the Trace Event Format says, and tells the same run. */
import { beforeAll, describe, expect, test } from 'vitest';
import { traceReport } from '../../harness/reports/trace.ts';
import { findings, type Told } from './support.ts';

interface Entry {
  readonly ph: string;
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  readonly cat?: string;
  readonly id?: string;
  readonly s?: string;
  readonly bp?: string;
  readonly args?: Record<string, unknown>;
}

let told: Told[] = [];
const traces = new Map<string, Entry[]>();
beforeAll(async () => {
  told = await findings();
  for (const { name, finding } of told)
    traces.set(name, (JSON.parse(traceReport(finding)) as { traceEvents: Entry[] }).traceEvents);
});

const of = (entries: readonly Entry[], ph: string): Entry[] => entries.filter((entry) => entry.ph === ph);

/** What each phase requires. */
function isWhole({ ph, name, pid, tid, ts, dur = 0, id, cat, s, bp, args }: Entry): boolean {
  if (name === '' || !Number.isInteger(pid) || !Number.isInteger(tid) || pid < 1 || tid < 1 || ts < 0) return false;
  switch (ph) {
    case 'M':
      return Object.keys(args!).length === 1;
    case 'X':
      return dur > 0;
    case 'i':
      return ['t', 'p', 'g'].includes(s!);
    case 's':
      return id !== undefined && cat !== undefined;
    case 'f':
      return id !== undefined && cat !== undefined && bp === 'e';
    default:
      return false;
  }
}

describe('the trace of a finding', () => {
  test('is JSON in the object form, and every entry has what its phase requires', () => {
    for (const { finding } of told) {
      const document = JSON.parse(traceReport(finding)) as { traceEvents: Entry[]; displayTimeUnit: string };
      expect(document.displayTimeUnit).toBe('ms');
      expect(document.traceEvents.filter((entry) => !isWhole(entry))).toEqual([]);
    }
  });

  test('names every process and every thread that anything happens in, once', () => {
    for (const entries of traces.values()) {
      const named = of(entries, 'M');
      const threads = named.filter(({ name }) => name === 'thread_name').map(({ pid, tid }) => `${pid}/${tid}`);
      const processes = named.filter(({ name }) => name === 'process_name').map(({ pid }) => pid);
      expect([new Set(threads).size, new Set(processes).size]).toEqual([threads.length, processes.length]);
      expect(entries.filter(({ pid, tid }) => !threads.includes(`${pid}/${tid}`) || !processes.includes(pid))).toEqual(
        [],
      );
    }
  });

  test('has every event of the run once, in order of its number', () => {
    for (const { name, finding } of told) {
      const events = traces.get(name)!.filter(({ pid, args }) => pid < 1_000 && args?.['event'] !== undefined);
      const numbers = events.map(({ args }) => args!['event'] as number).toSorted((a, b) => a - b);
      expect([name, numbers]).toEqual([name, finding.run.history.map(({ seq }) => seq)]);
      expect(events.filter(({ ts, args }) => ts !== (args!['event'] as number) * 1_000)).toEqual([]);
    }
  });

  test('has slices that never overlap in their thread', () => {
    for (const [name, entries] of traces) {
      const free = new Map<string, number>();
      for (const { pid, tid, ts, dur } of of(entries, 'X').toSorted((a, b) => a.ts - b.ts)) {
        const thread = `${pid}/${tid}`;
        expect([name, thread, ts >= (free.get(thread) ?? 0)]).toEqual([name, thread, true]);
        free.set(thread, ts + dur!);
      }
    }
  });

  test('has arrows that begin and end in slices of threads: from a record to its replay, from a message to its reader', () => {
    const kinds = new Set<string>();
    for (const [name, entries] of traces) {
      const [starts, ends] = [of(entries, 's'), of(entries, 'f')];
      expect([name, starts.map(({ id }) => id)]).toEqual([name, ends.map(({ id }) => id)]);
      expect(new Set(starts.map(({ id }) => id)).size).toBe(starts.length);
      for (const [index, start] of starts.entries()) {
        expect(start.ts).toBeLessThan(ends[index]!.ts);
        kinds.add(start.name);
      }
    }
    expect([...kinds].toSorted()).toEqual(['message', 'recovery']);
  });

  test('marks crashes, and every decision that is not calm', () => {
    for (const { name, finding } of told) {
      const instants = of(traces.get(name)!, 'i').filter(({ pid }) => pid < 1_000);
      const departures = instants.filter(({ cat }) => cat === 'deviation').map(({ args }) => args!['choose']);
      expect([name, departures]).toEqual([name, finding.script.map(({ choose }) => choose)]);
      const crashes = finding.run.history.filter(({ type }) => type === 'executor.crashed').length;
      expect(instants.filter(({ args }) => args?.['type'] === 'executor.crashed')).toHaveLength(crashes);
    }
  });

  test('is a function of the finding', () => {
    for (const { finding } of told) expect(traceReport(finding)).toBe(traceReport(finding));
  });
});
