/**
 * The SDK's own loops. Those that poll the database every second do not run: what they do are moves (see `background`).
 * The loop that fires schedules runs as it is, except for its naps: it sleeps until it is told that schedules have
 * changed, or until the next one is due. Source: DBOS SDK 5.3.0, `dbos-executor.js` (`initEventReceivers`),
 * `scheduler/scheduler.js`.
 */
import { place } from '../lineage.ts';
import { ringAt } from '../retry.ts';
import type { Sdk } from './sdk.ts';
import { type Replacement, type Takeover, wrapped } from './takeover.ts';

/** How often simulated processes are told to look for schedules: no time that anything else naps for, so that this nap is known. */
export const UNTIL_TOLD_MS = -1;

/** Beyond this, the SDK does not sleep at once. */
const NAP_MS_MAX = 3_600_000;

type Receivers = (this: unknown, listenQueues: string[] | null) => Promise<unknown>;

/** What is replaced in `sdk`, for as long as it is taken over. */
export function loops({ executor, utils, crontab }: Sdk, takeover: Takeover): Replacement[] {
  let wakeUpMs = 0;
  return [
    wrapped<Receivers>(executor.DBOSExecutor.prototype, 'initEventReceivers', (original) => {
      return function (this: unknown, listenQueues): Promise<unknown> {
        const slot = takeover.simulated;
        if (slot === null) return original.call(this, listenQueues);
        slot.listenQueues = listenQueues === null ? null : new Set(listenQueues);
        return Promise.resolve();
      };
    }),
    wrapped<(this: unknown, after: Date | number) => Date>(
      crontab.TimeMatcher.prototype,
      'nextWakeupTime',
      (original) => {
        return function (this: unknown, after): Date {
          const next = original.call(this, after);
          wakeUpMs = next.getTime();
          return next;
        };
      },
    ),
    wrapped<typeof utils.interruptibleSleep>(utils, 'interruptibleSleep', (original) => (ms, signal) => {
      const slot = takeover.simulated;
      if (slot === null) return original(ms, signal);
      if (ms === UNTIL_TOLD_MS) return new Promise((resolve) => (slot.wakeScheduler = resolve));
      // A schedule's loop has just asked when that is.
      return nap(ms < NAP_MS_MAX ? ms : Math.max(ms, wakeUpMs - place()!.executor.clock.nowMs), signal);
    }),
  ];
}

/** Sleeps on the clock of the process whose code is running, unless it is told to stop. */
function nap(ms: number, signal: AbortSignal): Promise<void> {
  const { executor } = place()!;
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const stop = (): void => {
      callOff();
      signal.removeEventListener('abort', stop);
      resolve();
    };
    const callOff = ringAt(executor.clock, executor.clock.nowMs + Math.ceil(ms), executor.name('cron'), stop);
    signal.addEventListener('abort', stop);
  });
}
