/** What the laws of the harness share: fixed seeds, and short ways to run a program of the model engine. */
import fc from 'fast-check';

// Equal on every machine: a law that fails in CI fails at home.
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: 20_300_101 });
