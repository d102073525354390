/** Queues, and claims from them. */
import fc from 'fast-check';
import { call, type Commands, executor, maybe, partition, queue, token, version } from './words.ts';
import { batch } from './workflows.ts';

const limit = maybe(fc.nat({ max: 2 }));
const rate = fc.record({ limitPerPeriod: fc.nat({ max: 2 }), periodSec: fc.constantFrom(2, 60) });
const nothing = fc.constant(undefined);

/** What a queue allows, as whoever claims from it knows it. */
const plain = fc.record({ name: queue, concurrency: limit, workerConcurrency: limit, rateLimit: maybe(rate, 5) });
const partitioned = fc.record({
  ...{ name: queue, concurrency: maybe(fc.nat({ max: 2 }), 4), workerConcurrency: limit },
  ...{ partitionConcurrency: limit, partitionWorkerConcurrency: limit, partitionRateLimit: maybe(rate, 4) },
});
const swept = fc
  .record({ name: queue, partitionConcurrency: fc.constant(1) })
  .map((one) => ({ ...one, partitionQueue: true }));
const running = fc.nat({ max: 2 });
const by = fc.option(token, { freq: 8 });

const nullable = fc.option(fc.nat({ max: 2 }));
const limits = {
  ...{ concurrency: nullable, workerConcurrency: nullable, rateLimitMax: nullable, rateLimitPeriodSec: nullable },
  ...{ partitionConcurrency: nullable, partitionWorkerConcurrency: nullable },
  ...{ partitionRateLimitMax: nullable, partitionRateLimitPeriodSec: nullable },
};
const name = fc.constantFrom('q1', 'q2');
const record = fc.record({
  ...{ ...limits, name, partitionQueue: fc.boolean(), pollingIntervalSec: fc.constantFrom(1, 2) },
  applicationName: maybe(fc.constantFrom('simulated', 'other'), 4),
});
const application = maybe(fc.constantFrom('simulated', 'other'), 3);

export const QUEUES: Commands = [
  {
    weight: 6,
    arbitrary: call('findAndMarkStartableWorkflows', plain, executor, version, nothing, running, fc.constant(0), by),
  },
  {
    weight: 3,
    arbitrary: call('findAndMarkStartableWorkflows', partitioned, executor, version, partition, running, running, by),
  },
  {
    weight: 2,
    arbitrary: call('findAndMarkStartablePartitionedWorkflows', swept, executor, version, fc.constant(10_000), by),
  },
  { weight: 2, arbitrary: call('enqueueWorkflows', batch) },
  { weight: 1, arbitrary: call('getQueuePartitions', queue) },
  { weight: 1, arbitrary: call('getQueue', name) },
  { weight: 1, arbitrary: call('listQueues', application) },
  { weight: 2, arbitrary: call('upsertQueue', record, fc.boolean()) },
  { weight: 1, arbitrary: call('updateQueue', name, fc.record(limits, { requiredKeys: [] })) },
  { weight: 1, arbitrary: call('deleteQueue', name) },
];

/** A claim, and the recovery of what the claimant then leaves. */
export const recovered = fc.record({ queue, executor, version, token }).chain(({ queue: of, ...who }) => {
  const [from, as, on] = [fc.constant({ name: of }), fc.constant(who.executor), fc.constant(who.version)];
  const claimed = call(
    'findAndMarkStartableWorkflows',
    from,
    as,
    on,
    nothing,
    fc.constant(0),
    fc.constant(0),
    fc.constant(who.token),
  );
  return fc.tuple(claimed, call('reenqueueWorkflowsForRecovery', as, on, fc.constant('_dbos_internal_queue')));
});
