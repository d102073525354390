/**
 * What the user told `DBOS.setConfig`. Knows nothing of runs. Source: DBOS SDK 5.3.0, `dbos.js` 225.
 */
import type { DBOSConfig } from '@dbos-inc/dbos-sdk';
import type { Sdk } from './sdk.ts';

/** Thrown through `DBOS.launch()` by `configOf`, before anything has happened. */
class Peek extends Error {}

/** The configuration that `DBOS.setConfig` was given; undefined if it was not. It is private, but shown to its translator. */
export function configOf({ DBOS, config }: Sdk): DBOSConfig | undefined {
  const target = config as { translateDbosConfig: unknown };
  const { translateDbosConfig } = target;
  let found: DBOSConfig | undefined;
  target.translateDbosConfig = (given: DBOSConfig): never => {
    found = given;
    throw new Peek();
  };
  try {
    DBOS.launch().catch(() => undefined);
  } finally {
    target.translateDbosConfig = translateDbosConfig;
  }
  return found;
}
