/**
 * What simulated processes log and send: nothing, as a run is made thousands of times. Knows nothing of runs.
 * Source: DBOS SDK 5.3.0, `telemetry/logs.js`, `telemetry/collector.js`.
 */
import type { Sdk } from './sdk.ts';

const nothing = (): void => undefined;

/** Says nothing: a run is made thousands of times. */
const SILENT = { info: nothing, debug: nothing, warn: nothing, error: nothing };

/** The SDK's logger, of which every process and every client has one: silent, unless it is given where to write. */
export function silentLogger({ logs }: Sdk): Sdk['logs']['GlobalLogger'] {
  return class extends logs.GlobalLogger {
    constructor(...[collector, config, application]: ConstructorParameters<Sdk['logs']['GlobalLogger']>) {
      super(collector, { ...config, logger: config?.logger ?? SILENT }, application);
    }
  };
}

type Collector = Sdk['telemetry']['TelemetryCollector'];

/** A collector of telemetry that never sends anything: no simulated process traces, and its timer would be set for nothing. */
export function silentCollector({ telemetry }: Sdk): Collector {
  const { prototype } = telemetry.TelemetryCollector;
  return function (exporter: unknown): object {
    const signals = { push: nothing, pop: nothing, size: () => 0 };
    return Object.assign(Object.create(prototype) as object, { exporter, signals });
  } as unknown as Collector;
}
