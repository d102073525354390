/**
 * Which law killed each fault when somebody last asked to remember it. It is tried first: a fault that is killed as ever
 * costs one law. What is forgotten or out of date costs time and nothing else, as the other laws follow.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Row } from './table.ts';

const pathIn = (project: string): string => join(project, 'properties/mutants/killers.json');

/** The name of a law by the name of a fault. */
export type Killers = Readonly<Record<string, string>>;

/** What is remembered. */
export const killersIn = (project: string): Killers => JSON.parse(readFileSync(pathIn(project), 'utf8')) as Killers;

/** Remembers who killed what in `rows`, and forgets the faults that are not in `faults`. */
export function remember(rows: readonly Row[], faults: readonly string[], project: string): void {
  const now = rows.flatMap(({ mutant, verdict }) =>
    verdict.how === 'killed' ? [[mutant.fault, verdict.law] as const] : [],
  );
  const all: Killers = { ...killersIn(project), ...Object.fromEntries(now) };
  const kept = faults.flatMap((fault) => (all[fault] === undefined ? [] : [[fault, all[fault]] as const]));
  writeFileSync(pathIn(project), `${JSON.stringify(Object.fromEntries(kept), null, 2)}\n`);
}
