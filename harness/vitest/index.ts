/** What `reprise/vitest` exports: simulated tests, for vitest. The plugin is `reprise/vitest/plugin`. */
export { type Scenario, scenario, type State } from '../scenario.ts';
export type { Settings } from './settings.ts';
export { simTest, type SimTest, type SimTestApi } from './simtest.ts';
