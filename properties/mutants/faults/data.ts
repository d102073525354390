/** Faults of the room of plain data: how runs and values are written down, and what is drawn. */
export const DATA: readonly (readonly [file: string, faults: string])[] = [
  [
    'decision.ts',
    `
    a script leaves out the last option of a choice
    - .filter(({ chose }) => chose > 0)
    + .filter(({ chose, options }) => chose > 0 && chose < options.length - 1)

    anything with an anchor passes for a deviation
    - return typeof after === 'string' && typeof choose === 'string';
    + return typeof after === 'string' || typeof choose === 'string';
    `,
  ],
  [
    'run.ts',
    `
    two runs with other events are called the same
    - history: run.history.map(behaviour), ending
    + ending
    `,
  ],
  [
    'random.ts',
    `
    all streams of a seed are one
    - seedrandom.alea(\`\${this.#seed.length}:\${this.#seed}/\${this.#name}\`)
    + seedrandom.alea(this.#seed)
    `,
  ],
  [
    'values.ts',
    `
    NaN, infinities and -0 are trusted to JSON
    - return Number.isFinite(value) && !Object.is(value, -0);
    + return true;

    causes of errors are lost
    - const because = cause === undefined || path.includes(cause) ? {}
    + const because = cause !== undefined || path.includes(cause) ? {}

    a function deep in a value is dropped without a word
    - refuse(value, '', new Set());
    + if (typeof value === 'function') refuse(value, '', new Set());
    `,
  ],
];
