/**
 * What the notes of a search come to, over all its tests, jobs and rounds. Pure, but for what it has counted so far.
 */
import { idOf } from '../seeds/file.ts';
import type { Note, TestName } from '../vitest/command.ts';
import { type Window, WINDOWS } from '../windows.ts';

/** A broken law as it was noted. */
export type Found = Extract<Note, { is: 'finding' }>;

/** A test that could not be tried, or went two ways. */
export type Failed = Extract<Note, { is: 'failed' }>;

type Progress = Extract<Note, { is: 'progress' }>;

/** Numbers of a search so far. */
export interface Counts {
  readonly runs: number;
  /** Different orders of moves; those that two processes have both met count twice. */
  readonly interleavings: number;
  readonly reached: Readonly<Record<Window, number>>;
  readonly tests: number;
  readonly findings: number;
}

/** Which failure it is: the same in all searches, whatever script shows it. */
export const fingerprintOf = ({ entry }: Found): string => entry.fingerprint ?? idOf(entry);

const keyOf = ({ file, name }: TestName): string => JSON.stringify([file, name]);

/** The notes of a search, counted. */
export class Tally {
  /** By part (a job in a round) and test: each test counts from its beginning in each part. */
  readonly #progress = new Map<string, Progress>();
  readonly #findings = new Map<string, Found>();
  readonly #failures = new Map<string, Failed>();
  readonly #tests = new Map<string, TestName>();
  readonly #answered = new Set<string>();

  /** Takes in a note of `part`. `new`: a failure that was not known before; `shorter`: a shorter script of one that was. */
  hear(part: string, note: Note): 'new' | 'shorter' | null {
    this.#answered.add(note.test.file);
    if (note.is === 'skipped') return null;
    const test = keyOf(note.test);
    this.#tests.set(test, note.test);
    if (note.is === 'progress') this.#progress.set(`${part} ${test}`, note);
    if (note.is === 'failed') this.#failures.set(test, note);
    return note.is === 'finding' ? this.#found(`${test} ${fingerprintOf(note)}`, note) : null;
  }

  #found(key: string, found: Found): 'new' | 'shorter' | null {
    const known = this.#findings.get(key);
    if (known !== undefined && found.entry.script.length >= known.entry.script.length) return null;
    this.#findings.set(key, found);
    return known === undefined ? 'new' : 'shorter';
  }

  /** Numbers so far. */
  get counts(): Counts {
    const all = [...this.#progress.values()];
    const sum = (of: (note: Progress) => number): number => all.reduce((total, note) => total + of(note), 0);
    const reached = WINDOWS.map((window) => [window, sum((note) => note.reached[window] ?? 0)] as const);
    return {
      runs: sum(({ runs }) => runs),
      interleavings: sum(({ interleavings }) => interleavings),
      reached: Object.fromEntries(reached) as Record<Window, number>,
      tests: this.#tests.size,
      findings: this.#findings.size,
    };
  }

  /** One for each failure of each test: that with the shortest script. By file, test and failure. */
  get findings(): readonly Found[] {
    return [...this.#findings].toSorted(([a], [b]) => Number(a > b) - Number(a < b)).map(([, found]) => found);
  }

  /** Tests that went two ways, or could not be tried. */
  get failures(): readonly Failed[] {
    return [...this.#failures.values()];
  }

  /** Whether there is nothing left to search: each test has a finding, or cannot be tried. */
  get isOver(): boolean {
    const done = new Set([...this.#findings.values(), ...this.#failures.values()].map(({ test }) => keyOf(test)));
    return done.size === this.#tests.size;
  }

  /** Those of `files` in which no simulated test has said anything. */
  silent(files: readonly string[]): string[] {
    return files.filter((file) => !this.#answered.has(file));
  }
}
