/** Where the command `npm run conformance` runs. */

export interface Surroundings {
  /** What it came to. */
  readonly print: (text: string) => void;
  /** Progress. */
  readonly warn: (text: string) => void;
}
