/** Versions of the application, and schedules. */
import fc from 'fast-check';
import { call, type Commands, maybe, time, version } from './words.ts';

const application = maybe(fc.constantFrom('simulated', 'other'), 4);

export const VERSIONS: Commands = [
  { weight: 2, arbitrary: call('createApplicationVersion', version, application) },
  { weight: 1, arbitrary: call('updateApplicationVersionTimestamp', version, time, application) },
  { weight: 1, arbitrary: call('getLatestApplicationVersion') },
  { weight: 1, arbitrary: call('listApplicationVersions') },
];

const name = fc.constantFrom('s1', 's2');
const definition = {
  schedule: fc.constantFrom('* * * * *', '0 0 * * *'),
  context: fc.constantFrom('null', '{"json":1}'),
  automaticBackfill: fc.boolean(),
  cronTimezone: fc.option(fc.constant('Europe/Rome')),
  queueName: fc.option(fc.constant('q1')),
};
/** Ids of schedules are random in the SDK: no two schedules share one. */
const schedule = fc
  .record({
    ...{ ...definition, scheduleId: fc.constantFrom('i', 'j'), scheduleName: name },
    ...{ workflowName: fc.constantFrom('f', 'g'), workflowClassName: fc.constantFrom('', 'C') },
    ...{ status: fc.constantFrom('ACTIVE', 'PAUSED'), lastFiredAt: fc.constant(null), applicationName: application },
  })
  .map((made) => ({ ...made, scheduleId: `${made.scheduleId} of ${made.scheduleName}` }));
const several = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | T[]> =>
  fc.oneof(one, fc.array(one, { minLength: 1, maxLength: 2 }));
const filters = fc.record(
  {
    status: several(fc.constantFrom('ACTIVE', 'PAUSED')),
    workflowName: several(fc.constantFrom('f', 'g')),
    scheduleNamePrefix: several(fc.constantFrom('s', 's1', 'x', '_1', String.raw`s\1`)),
    applicationName: several(fc.constantFrom('simulated', 'other')),
  },
  { requiredKeys: [] },
);
export const SCHEDULES: Commands = [
  { weight: 2, arbitrary: call('createSchedule', schedule) },
  { weight: 1, arbitrary: call('deleteSchedule', name) },
  { weight: 1, arbitrary: call('setScheduleStatus', name, fc.constantFrom('ACTIVE', 'PAUSED')) },
  { weight: 1, arbitrary: call('updateSchedule', name, fc.record(definition, { requiredKeys: [] })) },
  { weight: 1, arbitrary: call('updateLastFiredAt', name, fc.constant('2026-01-01T00:00:00.000Z')) },
  { weight: 1, arbitrary: call('applySchedules', fc.array(schedule, { maxLength: 2 })) },
  { weight: 1, arbitrary: call('listSchedules', maybe(filters)) },
  { weight: 1, arbitrary: call('getSchedule', name) },
];
