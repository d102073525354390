/**
 * The catalogue of stories in plain DBOS code: what a user of the SDK writes, and what becomes of it.
 */
import type { Story, Twin } from '../story.ts';
import { alerts } from './museum/alert.ts';
import { timers } from './museum/timer.ts';
import { gathered } from './museum/gathered.ts';
import { numbers } from './museum/numbered.ts';
import { reapers } from './museum/reaper.ts';
import { receivers } from './museum/receiver.ts';
import { rows } from './museum/rows.ts';
import { nightlies } from './patterns/nightly.ts';
import { checkouts } from './patterns/checkout.ts';
import { fanOuts } from './patterns/fan-out.ts';
import { inboxes } from './patterns/inbox.ts';
import { backfills } from './backfill.ts';
import { cancellations } from './cancelled.ts';
import { childIds } from './child-id.ts';
import { clocks } from './clock.ts';
import { deadlines } from './deadline.ts';
import { declines } from './declined.ts';

import { caches } from './memory.ts';
import { messages } from './message.ts';
import { nextIds } from './next-id.ts';
import { patches } from './patch.ts';
import { races } from './receive.ts';
import { sagas } from './saga.ts';
import { sequences } from './sequences.ts';
import { operators } from './resume.ts';
import { rollOuts } from './settings.ts';
import { statuses } from './status.ts';
import { streams } from './stream.ts';
import { takeovers } from './takeover.ts';
import { unawaited } from './unawaited.ts';

/** What the DBOS documentation shows how to build. */
const PATTERNS: readonly Story[] = [checkouts, fanOuts, inboxes, nightlies];

/** Public reports of what went wrong in production, re-enacted. */
const MUSEUM: readonly Story[] = [gathered, rows, timers, numbers, alerts, receivers, reapers];

export const STORIES: readonly Story[] = [
  sequences,
  deadlines,
  sagas,
  declines,
  caches,
  clocks,
  childIds,
  unawaited,
  messages,
  takeovers,
  cancellations,
  races,
  rollOuts,
  statuses,
  patches,
  nextIds,
  streams,
  operators,
  backfills,
  ...PATTERNS,
  ...MUSEUM,
];

/** Every twin of every story. */
export const TWINS: readonly Twin[] = STORIES.flatMap(({ twins }) => twins);
