/**
 * The catalogue: every story, from the pattern of the DBOS documentation to the rarer ways of breaking a replay.
 */
import { approvals } from './approval.ts';
import { audits } from './audit.ts';
import { caches } from './cache.ts';
import { interleaved } from './interleaved.ts';
import { invoices } from './invoice.ts';
import { parallel } from './parallel.ts';
import { payments } from './payment.ts';
import { pools } from './pool.ts';
import { quotes } from './quote.ts';
import { reminders } from './reminder.ts';
import type { Story, Twin } from './story.ts';
import { transfers } from './transfer.ts';
import { trips } from './trip.ts';
import { waits } from './waiting.ts';

export type { Caught, CheckName, Story, Twin } from './story.ts';

export const STORIES: readonly Story[] = [
  parallel,
  interleaved,
  pools,
  trips,
  quotes,
  approvals,
  reminders,
  invoices,
  caches,
  payments,
  transfers,
  audits,
  waits,
];

/** Every twin of every story. */
export const TWINS: readonly Twin[] = STORIES.flatMap(({ twins }) => twins);
