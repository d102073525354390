/**
 * Samplers in turn, a run of each. None is good at everything: priorities starve whole parties, uniform interleavings hit
 * what is narrow, selective ones what is lost in a crowd. Together they are never far from the best of them.
 */
import { falling } from './priorities.ts';
import { sample } from './sample.ts';
import { selectively } from './selective.ts';
import type { Strategy } from './strategy.ts';
import { evenly } from './uniform.ts';

/** Runs for ever. */
export const portfolio = (seed: string): Strategy => sample(seed, [falling(), evenly(), selectively()]);
