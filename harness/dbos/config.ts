/**
 * What the user has told the SDK, and what the SDK tells the user. Source: DBOS SDK 5.3.0, `config.js`, `telemetry/`.
 */
import type { DBOSConfig } from '@dbos-inc/dbos-sdk';
import type { Sdk } from './sdk.ts';

/** Thrown through `DBOS.launch()` by `configOf`, before anything has happened. */
class Peek extends Error {}

/** The configuration that `DBOS.setConfig` was given; undefined if it was not. It is private, but shown to its translator. */
export function configOf({ DBOS, config, utils: { globalParams } }: Sdk): DBOSConfig | undefined {
  const target = config as { overwriteConfigForDBOSCloud: unknown };
  const [{ overwriteConfigForDBOSCloud }, { dbosCloud }] = [target, globalParams];
  let found: DBOSConfig | undefined;
  // In the cloud of DBOS a configuration is translated before anything is asked of it, also that it has a name.
  globalParams.dbosCloud = true;
  target.overwriteConfigForDBOSCloud = (given: DBOSConfig): never => {
    found = given;
    throw new Peek();
  };
  try {
    DBOS.launch().catch(() => undefined);
  } finally {
    Object.assign(target, { overwriteConfigForDBOSCloud });
    globalParams.dbosCloud = dbosCloud;
  }
  // None is shown as one that says nothing.
  return Object.keys(found ?? {}).length === 0 ? undefined : found;
}

const nothing = (): void => undefined;

/** A logger that says nothing: a run is made thousands of times. */
export const SILENT = { info: nothing, debug: nothing, warn: nothing, error: nothing };

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
