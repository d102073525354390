/**
 * `simTest`: a test whose workflows are simulated under every schedule that its time allows.
 *
 * Says what is tried and hands it to vitest; `trial.ts` tries it.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject, test as vitestTest, type TestContext } from 'vitest';
import type { Engine } from '../engine.ts';
import type { AnyScenario, Scenario } from '../scenario.ts';
import { callSite, placed, SimTestError } from './frames.ts';
import { loaded } from './loading.ts';
import { nameOf, orderGiven } from './order.ts';
import { merged, type Provided, SET_UP, type Settings, spendingOf } from './settings.ts';
import { type Trial, triedOut } from './trial.ts';

/** What a simulated test says: a scenario, and how much of it to try. */
export interface SimTest<Client = unknown, World = unknown, Tables = unknown>
  extends Settings, Omit<Scenario<Client, World, Tables>, 'name' | 'engine' | 'limits'> {
  /** What runs the workflows. Default: the `@dbos-inc/dbos-sdk` of the project, as `dbos()` from `reprise/dbos` does. */
  readonly engine?: Engine<Client, World, Tables>;
  /** For the default engine: imports the modules of the application, so that a crash takes their variables. */
  readonly app?: () => Client | Promise<Client>;
}

/** Defines a test. A scenario brings its name with it. */
interface Define {
  <Client = unknown, World = unknown, Tables = unknown>(name: string, test: SimTest<Client, World, Tables>): void;
  <Client, World, Tables>(scenario: Scenario<Client, World, Tables>, settings?: Settings): void;
}

/** `simTest`, with what it can be asked for. */
export interface SimTestApi extends Define {
  /** Of this file, only this test. */
  readonly only: Define;
  /** Not this test. */
  readonly skip: Define;
  /** A test that is still to be written. */
  readonly todo: (name: string) => void;
  /** One test for each case. In the name, `%s` and `$key` stand for what is in the case, as in vitest's `test.for`. */
  readonly each: <Case>(
    cases: readonly Case[],
  ) => <Client = unknown, World = unknown, Tables = unknown>(
    name: string,
    describe: (one: Case) => SimTest<Client, World, Tables>,
  ) => void;
  /** `simTest` with settings for several tests: those of a file, say. */
  readonly with: (settings: Settings) => SimTestApi;
}

/** A simulated test, whatever its client is. */
type AnySimTest = SimTest<never, never, never>;
type Body = (context: TestContext) => Promise<void>;
/** `meta` says to `setup.ts` that the test is a simulated one. */
type Options = { readonly timeout: number; readonly meta: object };

const order = orderGiven();

/** Added to what a test may search for: imports, saved scripts, shrinking and proving. The search itself ends on its own. */
const BESIDES_MS = 120_000;

/** The test and all that its plugin and its file say. */
const inFull = (further: Settings, test: AnySimTest): AnySimTest =>
  merged(merged(inject('reprise')?.settings ?? {}, further), test);

/** What vitest is told of a test. An order may give it any time. */
function optionsOf(tests: Iterable<AnySimTest>): Options {
  const longestMs = Math.max(...Array.from(tests, (test) => spendingOf(test).forMs));
  const timeout = order !== null || longestMs === Infinity ? 0 : longestMs + BESIDES_MS;
  return { timeout, meta: { reprise: true } };
}

const { only, skip, todo } = vitestTest;
const forEach = vitestTest.for.bind(vitestTest);

function simTestWith(further: Settings): SimTestApi {
  const definedBy = (define: (name: string, options: Options, body: Body) => void): Define => {
    const defined = (first: string | AnyScenario, second: AnySimTest | Settings = {}): void => {
      const site = callSite();
      const [name, own] =
        typeof first === 'string' ? [first, second as AnySimTest] : [first.name, merged(first, second) as AnySimTest];
      const test = inFull(further, own);
      define(name, optionsOf([test]), (context) => run(test, context, site));
    };
    return defined as unknown as Define;
  };
  const each: SimTestApi['each'] = (cases) => (name, describe) => {
    const site = callSite();
    const tests = new Map(cases.map((one) => [one, inFull(further, describe(one) as unknown as AnySimTest)]));
    forEach(cases)(name, optionsOf(tests.values()), (one, context) => run(tests.get(one)!, context, site));
  };
  return Object.assign(definedBy(vitestTest), {
    only: definedBy(only),
    skip: definedBy(skip),
    todo,
    each,
    with: (settings: Settings) => simTestWith(merged(further, settings)),
  });
}

/** Defines a test that simulates its workflows. It needs the plugin: `plugins: [reprise()]` in the configuration of vitest. */
export const simTest: SimTestApi = simTestWith({});

async function run(own: AnySimTest, context: TestContext, site: readonly string[]): Promise<void> {
  try {
    const provided = inject('reprise');
    if (provided === undefined || !(SET_UP in globalThis)) throw new SimTestError(NO_PLUGIN);
    const test = nameOf(context.task);
    const trial = async (): Promise<Trial> => {
      const { forMs: _forMs, runsMax: _runsMax, seed: _seed, engine: _engine, app: _app, ...rest } = own;
      const scenario: AnyScenario = { ...rest, name: test.name, engine: await engineOf(own, provided) };
      return { test, scenario, spending: spendingOf(own), root: provided.root, site, attach: attachTo(context) };
    };
    if (order !== null) return await (await loaded(() => import('./obey.ts'))).obeyed(order, test, trial);
    await context.annotate(await triedOut(await trial()), 'reprise');
  } catch (error) {
    throw placed(error, site);
  }
}

/** Vitest copies the page to where it keeps attachments, and says where that is. */
const attachTo =
  (context: TestContext) =>
  async (html: string): Promise<string | null> => {
    const folder = mkdtempSync(join(tmpdir(), 'reprise-'));
    const path = join(folder, 'timeline.html');
    try {
      writeFileSync(path, html);
      const { attachment } = await context.annotate('timeline', 'reprise', { path, contentType: 'text/html' });
      return attachment?.path ?? null;
    } catch {
      // Whatever keeps the page from being attached must not keep the finding from being told.
      return null;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };

const NO_PLUGIN =
  'simTest needs the plugin of Reprise, which this vitest project does not have. In vitest.config.ts:\n\n' +
  "  import { reprise } from 'reprise/vitest/plugin';\n" +
  '  export default defineConfig({ plugins: [reprise()] });\n\n' +
  'Where the configuration has `projects`, the plugin belongs into that of this project.';

async function engineOf({ engine, app }: AnySimTest, { root }: Provided): Promise<AnyScenario['engine']> {
  if (engine !== undefined && app !== undefined)
    throw new SimTestError('`app` is for the engine that simTest makes; give it to yours: engine: dbos({ app })');
  if (engine !== undefined) return engine;
  const { dbos } = await loaded(() => import('../dbos/engine.ts'));
  const made: unknown = dbos({ root, ...(app !== undefined && { app }) });
  return made as AnyScenario['engine'];
}
