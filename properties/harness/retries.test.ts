/** The attempts of a step: retries and their pauses, timeouts, and options that make no sense. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Run, type StepOptions, type Workflow } from '../../harness/index.ts';
import { bodies, crashAfter, ended, eventsOf, moves, run, valueOf } from './support.ts';

class Declined extends Error {
  override readonly name = 'Declined';
}
const decline = (): never => {
  throw new Declined('no money');
};
const messageOf = (error: unknown): string => (error as Error).message;

describe('retries', () => {
  const failing = (failures: number, options: Omit<StepOptions, 'name'>): Workflow => {
    return (ctx) => {
      let tries = 0;
      return ctx.step({ name: 'pay', ...options }, () =>
        ++tries <= failures ? Promise.reject(new Declined(`no ${tries}`)) : tries,
      );
    };
  };
  const pausesOf = (made: Run): number[] => {
    const times = eventsOf(made, 'step.ran').map(({ atMs }) => atMs);
    return times.slice(1).map((atMs, index) => atMs - times[index]!);
  };

  test('come after growing pauses of at most an hour, until one succeeds or all are spent', async () => {
    const ms = fc.integer({ min: 1, max: 1_000_000 });
    await fc.assert(
      fc.asyncProperty(
        fc.nat(5),
        fc.integer({ min: 2, max: 5 }),
        ms,
        fc.integer({ min: 1, max: 5 }),
        async (failures, attemptsMax, backoffMs, backoffRate) => {
          const made = await run(failing(failures, { attemptsMax, backoffMs, backoffRate }));
          const tries = Math.min(failures + 1, attemptsMax);
          expect(eventsOf(made, 'step.ran').map(({ tryNumber }) => tryNumber)).toEqual(
            Array.from({ length: tries }, (_, index) => index + 1),
          );
          expect(pausesOf(made)).toEqual(
            Array.from({ length: tries - 1 }, (_, index) => Math.min(3_600_000, backoffMs * backoffRate ** index)),
          );
          expect(ended(made)!.status).toBe(failures < attemptsMax ? 'SUCCESS' : 'ERROR');
        },
      ),
    );
  });

  test('that are spent say so, in the words of the SDK', async () => {
    expect(ended(await run(failing(9, { attemptsMax: 2 })))).toEqual({
      status: 'ERROR',
      error:
        'RetriesExhaustedError: Step pay has exceeded its maximum of 2 retries. Previous errors: Error 1: no 1. Error 2: no 2',
    });
  });

  test('are not made unless asked for: one attempt, and its own error', async () => {
    const made = await run(failing(9, {}));
    expect(bodies(made)).toEqual(['pay']);
    expect(ended(made)).toEqual({ status: 'ERROR', error: 'Declined: no 1' });
  });

  test('pause for a second, then two, by default', async () => {
    expect(pausesOf(await run(failing(2, { attemptsMax: 3 })))).toEqual([1_000, 2_000]);
  });

  test('end when shouldRetry says so, after whichever attempt, with the error it was asked about', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.boolean(), async (stopAfter, later) => {
        const asked: string[] = [];
        const shouldRetry = (error: unknown): boolean | Promise<boolean> => {
          const go = asked.push(messageOf(error)) < stopAfter;
          return later ? Promise.resolve(go) : go;
        };
        const made = await run(failing(9, { attemptsMax: 4, shouldRetry }));
        expect(asked).toEqual(Array.from({ length: stopAfter }, (_, index) => `no ${index + 1}`));
        expect(ended(made)).toEqual({ status: 'ERROR', error: `Declined: no ${stopAfter}` });
      }),
    );
  });

  test('end with what shouldRetry throws', async () => {
    const shouldRetry = (): never => {
      throw new RangeError('cannot tell');
    };
    expect(ended(await run(failing(9, { attemptsMax: 4, shouldRetry })))).toEqual({
      status: 'ERROR',
      error: 'RangeError: cannot tell',
    });
  });

  test('are not durable: after a crash they count from one again', async () => {
    const made = await run(failing(2, { attemptsMax: 3 }), crashAfter('fire backoff pay#1.1'));
    expect(eventsOf(made, 'step.ran').map(({ tryNumber }) => tryNumber)).toEqual([1, 2, 1, 2, 3]);
    expect(valueOf(made)).toBe(3);
  });
});

describe('a timeout', () => {
  const slow = (bodyMs: number, options: Omit<StepOptions, 'name'>, finished: string[] = []): Workflow => {
    return (ctx) =>
      ctx.step({ name: 'slow', ...options }, async () => {
        await new Promise((resolve) => setTimeout(resolve, bodyMs));
        finished.push('finished');
        return 'in time';
      });
  };

  test('ends the attempt and not its body, which runs on', async () => {
    const finished: string[] = [];
    const main: Workflow = async (ctx, input) => {
      const said = await Promise.resolve(slow(50, { timeoutMs: 20 }, finished)(ctx, input)).catch(messageOf);
      await ctx.sleep(100);
      return [said, finished.length];
    };
    expect(valueOf(await run(main))).toEqual(['Step slow timed out after 20ms', 1]);
  });

  test('is for each attempt: a retry overlaps the body that was given up', async () => {
    const finished: string[] = [];
    const made = await run(slow(50, { timeoutMs: 20, attemptsMax: 2, backoffMs: 1 }, finished));
    expect(ended(made)).toMatchObject({
      status: 'ERROR',
      error: expect.stringContaining('Error 1: Step slow timed out after 20ms.') as string,
    });
    expect(bodies(made)).toEqual(['slow', 'slow']);
  });

  test('is called off when the body ends in time', async () => {
    const main: Workflow = async (ctx, input) => {
      const said = await slow(50, { timeoutMs: 60 })(ctx, input);
      await ctx.sleep(100);
      return said;
    };
    const made = await run(main);
    expect(valueOf(made)).toBe('in time');
    expect(moves(made).filter((label) => label.startsWith('fire'))).toEqual(['fire timer#1', 'fire sleep#1']);
  });

  test('may be longer than a timer can be set', async () => {
    expect(valueOf(await run(slow(50, { timeoutMs: 2 ** 40 })))).toBe('in time');
    expect(ended(await run(slow(2 ** 30, { timeoutMs: 2 ** 29 })))).toMatchObject({ status: 'ERROR' });
  });
});

describe('options', () => {
  test.each<[keyof StepOptions, number]>([
    ...[0, -1, 1.5, NaN, Infinity].map((value): [keyof StepOptions, number] => ['attemptsMax', value]),
    ...[0, -1, NaN, Infinity].map((value): [keyof StepOptions, number] => ['timeoutMs', value]),
  ])('%s: %d is refused before anything is done, by name', async (option, value) => {
    const main: Workflow = async (ctx) => [
      await ctx.step({ name: 'odd', [option]: value }, () => 1).catch(messageOf),
      await ctx.step('next', () => 2),
    ];
    const made = await run(main);
    expect(valueOf(made)).toEqual([expect.stringMatching(`^step odd: ${option} must be .*, not ${value}$`), 2]);
    expect(eventsOf(made, 'call.entered').map(({ position, name }) => [position, name])).toEqual([[0, 'next']]);
  });

  test('a pause of nothing is no pause, and a name may be empty', async () => {
    let tries = 0;
    const main: Workflow = (ctx) =>
      ctx.step({ name: '', attemptsMax: 2, backoffMs: 0 }, () => (++tries === 1 ? decline() : tries));
    const made = await run(main);
    expect(valueOf(made)).toBe(2);
    expect(moves(made).filter((label) => label.startsWith('fire'))).toEqual([]);
  });
});
