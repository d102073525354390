/**
 * Runs in every worker before the user's modules are loaded: puts the shims where they can be found by modules that keep
 * a clock of their own. Outside of runs they change nothing.
 *
 * Costs every test file its time, simulated tests or not: imports only what the shims need.
 */
import { beforeEach } from 'vitest';
import { installGlobals } from '../globals.ts';
import { nameOf, orderGiven, tell } from './order.ts';
import { SET_UP } from './settings.ts';

try {
  installGlobals(() => null);
} catch {
  // Fake timers are there already: a simulated test will say so, and all others may have them.
}

Object.assign(globalThis, { [SET_UP]: true });

const order = orderGiven();
if (order !== null)
  beforeEach(({ task, skip }) => {
    const test = nameOf(task);
    const isSimulated = 'reprise' in task.meta;
    if ('test' in order ? order.test.file === test.file && order.test.name === test.name : isSimulated) return;
    if (isSimulated) tell(order, { is: 'skipped', test });
    skip();
  });
