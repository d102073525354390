/**
 * The vitest plugin: `plugins: [reprise()]`. Has every test file begin with `setup.ts`, and hands the options to the
 * workers. Runs in vitest's own process and knows nothing of simulation.
 *
 * Source: vitest 3.2, 4.1 and 5.1 (`config` and `configureVitest` of a plugin, `provide`).
 */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vitest/config';
import type { Settings } from './settings.ts';

export type { Settings } from './settings.ts';

const SETUP = fileURLToPath(import.meta.url.replace(/plugin(\.[jt]s)$/, 'setup$1'));

/** Makes `simTest` work in all test files of the project; `settings` are for all its simulated tests. */
export function reprise(settings: Settings = {}): Plugin {
  return {
    name: 'reprise',
    config(config) {
      const test = (config.test ??= {});
      // First, so that no setup file of the user's can load a module that keeps the real clock.
      test.setupFiles = [SETUP, ...[test.setupFiles ?? []].flat()];
      test.provide = { ...test.provide, reprise: { root: resolve(config.root ?? '.'), settings } };
    },
    configureVitest({ project }) {
      project.provide('reprise', { root: project.config.root, settings });
    },
  };
}
