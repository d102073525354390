/** Queues, claims, and versions of the application. */
import fc from 'fast-check';
import { call, type Commands, executor, queue, token, version } from './words.ts';

const limit = fc.option(fc.nat({ max: 2 }), { nil: undefined });
const limits = fc.record({ name: queue, concurrency: limit, workerConcurrency: limit });
const none = fc.constant(undefined);
const no = fc.constant(null);

const record = fc.record({
  name: fc.constantFrom('q1', 'q2'),
  concurrency: fc.option(fc.nat({ max: 2 })),
  workerConcurrency: fc.option(fc.nat({ max: 2 })),
  ...{ rateLimitMax: no, rateLimitPeriodSec: no, partitionQueue: fc.constant(false) },
  ...{ partitionConcurrency: no, partitionWorkerConcurrency: no },
  ...{ partitionRateLimitMax: no, partitionRateLimitPeriodSec: no },
  pollingIntervalSec: fc.constant(1),
  applicationName: fc.option(fc.constantFrom('app', 'other'), { nil: undefined, freq: 4 }),
});

export const QUEUES: Commands = [
  {
    weight: 6,
    arbitrary: call(
      'findAndMarkStartableWorkflows',
      ...[limits, executor, version, none, fc.nat({ max: 2 }), fc.constant(0), fc.option(token, { freq: 8 })],
    ),
  },
  { weight: 1, arbitrary: call('getQueue', fc.constantFrom('q1', 'q2')) },
  { weight: 1, arbitrary: call('listQueues') },
  { weight: 1, arbitrary: call('upsertQueue', record, fc.boolean()) },
  { weight: 1, arbitrary: call('createApplicationVersion', version) },
  { weight: 1, arbitrary: call('getLatestApplicationVersion') },
  { weight: 1, arbitrary: call('listApplicationVersions') },
];
