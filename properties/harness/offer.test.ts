/** Queues and offers: what was on offer at a choice stays on record, however the queues go on changing. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Move, Offer } from '../../harness/offer.ts';
import { Queue } from '../../harness/queue.ts';
import './support.ts';

const act = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ do: 'add' as const, which: 0 }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), which: fc.nat() }) },
  fc.constant({ do: 'keep' as const, which: 0 }),
);
/** Long ones go over several chunks. */
const acts = fc.oneof(fc.array(act, { maxLength: 20 }), fc.array(act, { minLength: 150, maxLength: 400 }));

const move = (label: string): Move => ({ kind: 'reply', label, apply: () => false });

describe('a queue', () => {
  test('is a list without repeats, in order of adding', () => {
    fc.assert(
      fc.property(acts, (script) => {
        const queue = new Queue<number>();
        let expected: number[] = [];
        for (const [index, { do: what, which }] of script.entries()) {
          const entry = what === 'delete' ? expected[which % Math.max(1, expected.length)] : undefined;
          if (what === 'add') {
            queue.add(index);
            expected.push(index);
          } else if (entry !== undefined) {
            queue.delete(entry);
            expected = expected.filter((one) => one !== entry);
          } else for (const chunk of queue.chunks) chunk.shared = true;
        }
        queue.delete(-1);
        expect(queue.list()).toEqual(expected);
        expect(queue.chunks.flatMap(({ entries }) => entries)).toEqual(expected);
        expect(queue.chunks.slice(1).every(({ entries }) => entries.length > 0)).toBe(true);
      }),
    );
  });

  test('never writes to a chunk that somebody keeps', () => {
    fc.assert(
      fc.property(acts, (script) => {
        const queue = new Queue<number>();
        const kept: { entries: readonly number[]; were: readonly number[] }[] = [];
        for (const [index, { do: what, which }] of script.entries()) {
          if (what === 'add') queue.add(index);
          else if (what === 'delete') queue.delete(queue.list()[which % Math.max(1, queue.list().length)] ?? -1);
          else
            for (const chunk of queue.chunks) {
              chunk.shared = true;
              kept.push({ entries: chunk.entries, were: [...chunk.entries] });
            }
        }
        for (const { entries, were } of kept) expect(entries).toEqual(were);
      }),
    );
  });

  test('with a thousand entries takes some dozens of chunks, also after most of it has changed', () => {
    const queue = new Queue<number>();
    for (let entry = 0; entry < 3_000; entry++) {
      queue.add(entry);
      if (entry >= 1_000) queue.delete(queue.list()[(entry * 7_919) % 1_000]!);
    }
    expect(queue.list()).toHaveLength(1_000);
    expect(queue.chunks.length).toBeLessThan(100);
  });
});

describe('an offer', () => {
  const shapes = fc.record({
    chunks: fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 5 }),
    singles: fc.nat({ max: 70 }),
  });

  test('has its moves in the order in which they were added, by index and as options', () => {
    fc.assert(
      fc.property(shapes, ({ chunks, singles }) => {
        const offer = new Offer();
        const labels: string[] = [];
        const named = (label: string): Move => {
          labels.push(label);
          return move(label);
        };
        chunks.forEach((length, chunk) =>
          offer.addAll({ entries: Array.from({ length }, (_, at) => named(`${chunk}.${at}`)), shared: false }),
        );
        for (let at = 0; at < singles; at++) offer.add(named(`single ${at}`));
        expect(offer.size).toBe(labels.length);
        expect(labels.map((_, at) => offer.at(at).label)).toEqual(labels);
        const fork = offer.fork(3, 'begin');
        expect(fork.size).toBe(labels.length);
        expect(labels.map((_, at) => fork.option(at).label)).toEqual(labels);
        expect(fork.options.map(({ label }) => label)).toEqual(labels);
      }),
    );
  });

  test.each([5, 500])('of %i moves stays on record as it was, whatever becomes of them', (count) => {
    const queue = new Queue<Move>();
    const offer = new Offer();
    const records: { options: () => readonly string[]; were: readonly string[] }[] = [];
    for (let at = 0; at < count; at++) queue.add(move(`${at}`));
    for (let round = 0; round < 200; round++) {
      offer.clear();
      for (const chunk of queue.chunks) offer.addAll(chunk);
      offer.add(move('crash'));
      const fork = offer.fork(round, 'begin');
      const options = (): string[] => fork.options.map(({ label }) => label);
      records.push({ options, were: options() });
      queue.delete(queue.list()[(round * 31) % count]!);
      queue.add(move(`new ${round}`));
    }
    for (const { options, were } of records) expect(options()).toEqual(were);
    expect(new Set(records.map(({ were }) => were.join())).size).toBe(200);
  });

  test('of nothing but single moves of one kind is what is left when the others are left out', () => {
    const offer = new Offer();
    offer.add({ ...move('a'), kind: 'timer' });
    offer.add({ ...move('b'), kind: 'wake' });
    offer.add({ ...move('c'), kind: 'timer' });
    expect([offer.has('wake'), offer.has('crash')]).toEqual([true, false]);
    offer.keepOnly('timer');
    expect([offer.size, offer.at(0).label, offer.at(1).label, offer.has('wake')]).toEqual([2, 'a', 'c', false]);
  });
});
