import { defineConfig, type ViteUserConfig } from 'vitest/config';

const inCi = process.env['GITHUB_ACTIONS'] === 'true';

const config: ViteUserConfig = defineConfig({
  test: {
    include: ['properties/**/*.test.ts'],
    // The harness replaces clocks and randomness of its process: each test file gets a process to itself.
    pool: 'forks',
    // Vitest would leave one core idle, which on two cores means one file at a time.
    maxWorkers: '100%',
    // One test is one law, checked over many simulated runs.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    slowTestThreshold: 10_000,
    // Named, so that no environment swaps in a reporter that hides the closing summary.
    reporters: inCi ? ['default', 'github-actions'] : ['default'],
    coverage: {
      provider: 'v8',
      include: ['harness/**/*.ts'],
      reporter: ['text-summary'],
      thresholds: { lines: 95 },
    },
  },
});

export default config;
