/** Taking measurements: time on the clock; processor time, which a busy machine disturbs less; and medians. */

/** Time spent, in microseconds: on the clock, and by all processors, on which V8 collects garbage beside the program. */
export interface Spent {
  readonly clockUs: number;
  readonly cpuUs: number;
}

/** What has been spent up to now. */
export function spent(): Spent {
  const { user, system } = process.cpuUsage();
  return { clockUs: performance.now() * 1_000, cpuUs: user + system };
}

/** Processor time that `body` takes, in microseconds. */
export async function cpuUs(body: () => unknown): Promise<number> {
  const before = spent();
  await body();
  return spent().cpuUs - before.cpuUs;
}

/** The middle one of `values`, of which there is at least one. */
export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
