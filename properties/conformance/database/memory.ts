/**
 * A witness that remembers. What the real side says depends on nothing but the calls since it was empty: so it is asked
 * only what nobody asked before, and a database is there only if something has to be asked.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import type { Call } from './call.ts';
import type { Rows } from './side.ts';
import type { Answer, Witness } from './witness.ts';

interface Asked {
  readonly call: Call;
  readonly nowMs: number;
}

/** Answers by a digest of all that was asked up to there. */
export type Answers = Map<string, Answer | Rows>;

/** What another process saved at `path`. */
export const saved = (path: string): Answers => deserialize(readFileSync(path)) as Answers;

/** A witness that asks another one what it does not remember. */
export class Memory implements Witness {
  readonly #answers: Answers;
  readonly #other: () => Promise<Witness>;
  #asked: Asked[] = [];
  #digest = '';
  /** Who answers the rest of this sequence: it has been asked all of its calls. */
  #asking: Witness | null = null;

  /** `other` is called for each sequence with something in it that `answers` do not have. */
  constructor(other: () => Promise<Witness>, answers: Answers = new Map()) {
    this.#other = other;
    this.#answers = answers;
  }

  /** Saves what is remembered. */
  save(path: string): void {
    writeFileSync(path, serialize(this.#answers));
  }

  empty(): Promise<void> {
    [this.#asked, this.#digest, this.#asking] = [[], '', null];
    return Promise.resolve();
  }

  answer(call: Call, nowMs: number): Promise<Answer> {
    this.#asked.push({ call, nowMs });
    return this.#recalled({ call, nowMs }, (other) => other.answer(call, nowMs));
  }

  rows(): Promise<Rows> {
    return this.#recalled('rows', (other) => other.rows());
  }

  async #recalled<T extends Answer | Rows>(what: unknown, ask: (other: Witness) => Promise<T>): Promise<T> {
    this.#digest = createHash('sha256').update(this.#digest).update(inspect(what, WHOLE)).digest('base64');
    const known = this.#answers.get(this.#digest) as T | undefined;
    // Whoever is being asked must hear all that changes the database.
    if (known !== undefined && this.#asking === null) return known;
    this.#asking ??= await this.#caughtUp(what === 'rows' ? this.#asked : this.#asked.slice(0, -1));
    const answer = await ask(this.#asking);
    this.#answers.set(this.#digest, answer);
    return answer;
  }

  /** One that has been asked `asked`, and nothing else. */
  async #caughtUp(asked: readonly Asked[]): Promise<Witness> {
    const other = await this.#other();
    await other.empty();
    for (const { call, nowMs } of asked) await other.answer(call, nowMs);
    return other;
  }
}

/** Two values that differ are told differently. */
const WHOLE = {
  ...{ depth: Infinity, breakLength: Infinity },
  ...{ maxArrayLength: Infinity, maxStringLength: Infinity },
};
