import { defineConfig, type ViteUserConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const inCi = process.env['GITHUB_ACTIONS'] === 'true';

/**
 * What takes longest, longest first. Vitest begins with what took long the last time; a clean clone remembers nothing, and a
 * long file that is begun last leaves the other cores idle to its end.
 */
const LONG = [
  ...['dbos/scenarios', 'scenarios/correct', 'dbos/leaks', 'conformance/confirm/command', 'mutants/mutants'],
  ...['conformance/confirm/stories', 'scenarios/bugs', 'conformance/confirm/unfaithful', 'harness/generated'],
  ...['scenarios/replay', 'dbos/author', 'harness/samplers'],
];

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const index = LONG.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
      return index < 0 ? LONG.length : index;
    };
    // oxlint-disable-next-line unicorn/no-array-sort -- no array, but a sequencer
    const usual = await super.sort(files);
    return usual.toSorted((a, b) => rank(a) - rank(b));
  }
}

const config: ViteUserConfig = defineConfig({
  test: {
    include: ['properties/**/*.test.ts'],
    // The harness replaces clocks and randomness of its process: each test file gets a process to itself.
    pool: 'forks',
    // Vitest would leave one core idle, which on two cores means one file at a time.
    maxWorkers: '100%',
    sequence: { sequencer: LongFirst },
    // One test is one law, checked over many simulated runs.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    slowTestThreshold: 10_000,
    // Named, so that no environment swaps in a reporter that hides the closing summary.
    reporters: inCi ? ['default', 'github-actions'] : ['default'],
    coverage: {
      provider: 'v8',
      include: ['harness/**/*.ts'],
      // Runs in the vitest of a user's project. Its laws start one, and what they reach in there is not counted.
      exclude: ['harness/vitest/**'],
      reporter: ['text-summary'],
      thresholds: { lines: 95 },
    },
  },
});

export default config;
