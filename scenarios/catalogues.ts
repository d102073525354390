/**
 * What `npm start` can be asked for: a catalogue for each engine, and the twins of each by name.
 */
import { nearest } from '../harness/cli/nearest.ts';
import { UsageError } from '../harness/cli/usage.ts';
import { STORIES, TWINS } from './index.ts';
import type { Story, Twin } from './story.ts';

/** What one engine is tried on. */
export interface Catalogue {
  readonly stories: readonly Story[];
  readonly twins: readonly Twin[];
  /** The story that is told in full: what the DBOS documentation warns of. */
  readonly shown: string;
  /** The command that tries it. */
  readonly command: string;
}

/** The catalogues by engine. Whoever does not ask for the SDK does not load it. */
const CATALOGUES: Readonly<Record<string, () => Promise<Catalogue>>> = {
  model: () =>
    Promise.resolve({ stories: STORIES, twins: TWINS, shown: 'interleaved-different-names', command: 'npm start --' }),
  dbos: async () => {
    const { STORIES: stories, TWINS: twins } = await import('./dbos/index.ts');
    return { stories, twins, shown: 'sequences-together', command: 'npm start -- --engine dbos' };
  },
};

/** The catalogue of an engine. Throws a UsageError if there is none. */
export function catalogueOf(engine: string): Promise<Catalogue> {
  const catalogue = Object.hasOwn(CATALOGUES, engine) ? CATALOGUES[engine] : undefined;
  if (catalogue !== undefined) return catalogue();
  throw new UsageError(`no engine is called "${engine}"; there are ${Object.keys(CATALOGUES).join(', ')}`);
}

/** The twin of this name. Throws a UsageError that names the nearest if there is none. */
export function twinCalled(name: string, { twins }: Catalogue): Twin {
  const names = twins.map(({ scenario }) => scenario.name);
  const twin = twins.find(({ scenario }) => scenario.name === name);
  if (twin !== undefined) return twin;
  const near = nearest(name, names);
  const hint = near.length === 0 ? `there are ${names.join(', ')}` : `did you mean ${near.join(', or ')}?`;
  throw new UsageError(`no scenario is called "${name}"; ${hint}`);
}
