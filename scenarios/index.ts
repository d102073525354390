/**
 * The catalogue: every story, from the pattern of the DBOS documentation to the rarer ways of breaking a replay.
 */
import { interleaved } from './interleaved.ts';
import { parallel } from './parallel.ts';
import type { Story, Twin } from './story.ts';

export type { Caught, CheckName, Story, Twin } from './story.ts';

export const STORIES: readonly Story[] = [parallel, interleaved];

/** Every twin of every story. */
export const TWINS: readonly Twin[] = STORIES.flatMap(({ twins }) => twins);
