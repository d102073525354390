/** Taking measurements: processor time, which a busy machine disturbs less than time on the clock; and medians. */

/** Processor time that `body` takes, in microseconds, garbage collection included. */
export async function cpuUs(body: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await body();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** The middle one of `values`, of which there is at least one. */
export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
