/** Places, and what libraries keep in storages of their own beside them. */
import { AsyncLocalStorage } from 'node:async_hooks';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Clock } from '../../harness/clock.ts';
import { Executor } from '../../harness/executor.ts';
import {
  enter,
  enterEngine,
  inAttempt,
  inEngine,
  inStep,
  place,
  sharing,
  storageBehind,
} from '../../harness/lineage.ts';
import { random } from '../../harness/random.ts';
import './support.ts';

const executor = new Executor('executor-1', 1, new Clock(), random('', ''), () => undefined);
const attempt = { workflow: 'w', number: 1 };

/** What code does: keep a value while more of it runs, take a place, wait, run a body, do two things side by side. */
type Code =
  | { readonly does: 'keep'; readonly value: number; readonly inside: readonly Code[] }
  | { readonly does: 'step' | 'engine' | 'call' | 'beside'; readonly inside: readonly Code[] }
  | { readonly does: 'enter' | 'wait' };

const { code } = fc.letrec<{ code: Code[] }>((tie) => ({
  code: fc.array(
    fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.record({ does: fc.constantFrom('enter' as const, 'wait' as const) }),
      fc.record({ does: fc.constant('keep' as const), value: fc.nat(9), inside: tie('code') }),
      fc.record({ does: fc.constantFrom('step' as const, 'engine' as const, 'call' as const), inside: tie('code') }),
      fc.record({ does: fc.constant('beside' as const), inside: tie('code') }),
    ),
    { maxLength: 4 },
  ),
}));

type Storage = Pick<AsyncLocalStorage<unknown>, 'getStore' | 'run'>;

/** Runs code, and writes down after each of its parts where it stands and what the storage says there. */
async function runs(all: readonly Code[], storage: Storage, log: unknown[]): Promise<void> {
  for (const part of all) {
    const inside = (): Promise<void> => runs('inside' in part ? part.inside : [], storage, log);
    const here = place();
    if (part.does === 'wait') await Promise.resolve();
    else if (part.does === 'enter') void (here !== undefined && enter(executor, attempt));
    else if (part.does === 'keep') await storage.run(part.value, inside);
    else if (part.does === 'beside') await Promise.all([inside(), inside()]);
    else if (here === undefined) await inside();
    else if (part.does === 'call') await enterEngine(executor, attempt, inside);
    else await (part.does === 'step' ? inStep(here, 1, inside, []) : inEngine(here, inside));
    const at = place();
    log.push([part.does, at?.branch, at?.position, at?.engine, storage.getStore()]);
  }
}

test('what the engine does for a call is done on the branch that the call takes', () => {
  fc.assert(
    fc.property(fc.nat(5), (before) => {
      const branches = (call: () => number): readonly unknown[] =>
        inAttempt(executor, attempt, () => {
          for (let made = 0; made < before; made++) enter(executor, attempt);
          return [call(), place()?.branch, place()?.engine];
        });
      const program = branches(() => enter(executor, attempt).branch);
      const engine = branches(() => enterEngine(executor, attempt, () => (place()!.engine ? place()!.branch : -1)));
      expect(engine).toEqual(program);
    }),
  );
});

describe('a storage that shares the context of places', () => {
  const plain = new AsyncLocalStorage<unknown>();
  const shared = sharing(new AsyncLocalStorage<unknown>());

  test('says what one of its own would say, and leaves places as they are', async () => {
    await fc.assert(
      fc.asyncProperty(code, async (all) => {
        const [expected, found]: [unknown[], unknown[]] = [[], []];
        await inAttempt(executor, attempt, () => runs(all, plain, expected));
        await inAttempt(executor, attempt, () => runs(all, shared, found));
        expect(found).toEqual(expected);
      }),
    );
  });

  test('is an ordinary one for code of no simulated process', async () => {
    await fc.assert(
      fc.asyncProperty(code, async (all) => {
        const [expected, found]: [unknown[], unknown[]] = [[], []];
        await runs(all, plain, expected);
        await runs(all, shared, found);
        expect(found).toEqual(expected);
      }),
    );
  });

  test('gives back what it kept also when code throws', () => {
    inAttempt(executor, attempt, () => {
      const fails = (): never => {
        throw new Error('as it must');
      };
      expect(() => shared.run(1, fails)).toThrow('as it must');
      expect(shared.getStore()).toBeUndefined();
    });
  });
});

describe('the storage behind a function', () => {
  test('is the one that the function looks into', () => {
    const storage = new AsyncLocalStorage<number>();
    expect(storageBehind(() => storage.getStore())).toBe(storage);
    expect(storage.run(7, () => storage.getStore())).toBe(7);
  });

  test('is refused where there is none', () => {
    expect(() => storageBehind(() => undefined)).toThrow('no AsyncLocalStorage is looked into');
  });
});
