/**
 * The user's copy of the DBOS SDK: finds it, checks that it is one we know, and names the parts of it that the engine uses.
 *
 * The SDK is CommonJS and its files look each other up by property, so what they find can be replaced in memory, once, and
 * given back. Nothing on disk is touched. Knows nothing of runs. Source: DBOS SDK 5.3.0, `dist/src/`.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as Package from '@dbos-inc/dbos-sdk';
import type * as DataSource from '@dbos-inc/dbos-sdk/datasource';
import type * as Logs from '@dbos-inc/dbos-sdk/internal/telemetry/logs';
import type * as Telemetry from '@dbos-inc/dbos-sdk/internal/telemetry/collector';
import type * as Context from '@dbos-inc/dbos-sdk/internal/context';
import type * as DbosExecutor from '@dbos-inc/dbos-sdk/internal/dbos-executor';
import type * as SystemDatabase from '@dbos-inc/dbos-sdk/internal/system_database';
import type * as Decorators from '@dbos-inc/dbos-sdk/internal/decorators';
import type * as Debouncing from '@dbos-inc/dbos-sdk/internal/debouncer';
import type * as Enqueue from '@dbos-inc/dbos-sdk/internal/enqueue_workflow';
import type * as Errors from '@dbos-inc/dbos-sdk/internal/error';
import type * as Utils from '@dbos-inc/dbos-sdk/internal/utils';
import type * as Queues from '@dbos-inc/dbos-sdk/internal/wfqueue';
import type * as Crontab from '@dbos-inc/dbos-sdk/internal/scheduler/crontab';
import type * as Streams from '@dbos-inc/dbos-sdk/internal/streams';
import type * as Config from '@dbos-inc/dbos-sdk/internal/config';
import type * as Serialization from '@dbos-inc/dbos-sdk/internal/serialization';
import { unknownMembers } from './surface.ts';

const PACKAGE = '@dbos-inc/dbos-sdk';
/** Minor versions whose system database we know member by member. */
const SUPPORTED = ['5.3'];

/** The files of the SDK that the engine uses. */
interface Files {
  readonly context: typeof Context;
  readonly 'dbos-executor': typeof DbosExecutor;
  readonly system_database: typeof SystemDatabase;
  readonly decorators: typeof Decorators;
  readonly error: typeof Errors;
  readonly utils: typeof Utils;
  readonly wfqueue: typeof Queues;
  readonly config: typeof Config;
  readonly streams: typeof Streams;
  readonly serialization: typeof Serialization;
  readonly datasource: typeof DataSource;
  readonly enqueue_workflow: typeof Enqueue;
  readonly debouncer: typeof Debouncing;
  readonly 'scheduler/crontab': typeof Crontab;
  readonly 'telemetry/logs': typeof Logs;
  readonly 'telemetry/collector': typeof Telemetry;
}

/** The parts of the SDK that the engine uses: one module instance, the user's own. */
export interface Sdk {
  readonly version: string;
  /** The folder whose files import it. */
  readonly root: string;
  /** Its main file. */
  readonly path: string;
  readonly DBOS: (typeof Package)['DBOS'];
  readonly context: typeof Context;
  readonly executor: typeof DbosExecutor;
  readonly database: typeof SystemDatabase;
  readonly decorators: typeof Decorators;
  readonly errors: typeof Errors;
  readonly utils: typeof Utils;
  readonly queues: typeof Queues;
  readonly config: typeof Config;
  readonly streams: typeof Streams;
  readonly serialization: typeof Serialization;
  readonly datasource: typeof DataSource;
  readonly enqueuing: typeof Enqueue;
  readonly debouncer: typeof Debouncing;
  readonly crontab: typeof Crontab;
  readonly logs: typeof Logs;
  /** The path of one of its files. */
  readonly file: (part: keyof Files) => string;
  readonly telemetry: typeof Telemetry;
  /** Whether values may be serialized by recipes of the user's. */
  readonly recipes: () => boolean;
}

const found = new Map<string, Sdk>();

/**
 * The SDK as files in the folder `root` would import it. Throws an Error if there is none, if its version is not supported,
 * or if its system database has members we know nothing of.
 */
export function findSdk(root: string): Sdk {
  let sdk = found.get(root);
  if (sdk === undefined) found.set(root, (sdk = load(root)));
  return sdk;
}

function load(root: string): Sdk {
  const require = createRequire(join(root, 'package.json'));
  const version = versionFrom(require, root);
  assertSupported(version);
  const part = <P extends keyof Files>(path: P): Files[P] => require(`${PACKAGE}/internal/${path}`) as Files[P];
  const { DBOS } = require(PACKAGE) as typeof Package;
  const database = part('system_database');
  assertSurface(version, membersOf(database.SystemDatabase.prototype));
  return {
    version,
    root,
    path: require.resolve(PACKAGE),
    file: (path) => require.resolve(`${PACKAGE}/internal/${path}`),
    DBOS,
    database,
    context: part('context'),
    executor: part('dbos-executor'),
    decorators: part('decorators'),
    errors: part('error'),
    utils: part('utils'),
    queues: part('wfqueue'),
    config: part('config'),
    streams: part('streams'),
    serialization: part('serialization'),
    datasource: part('datasource'),
    enqueuing: part('enqueue_workflow'),
    debouncer: part('debouncer'),
    crontab: part('scheduler/crontab'),
    logs: part('telemetry/logs'),
    telemetry: part('telemetry/collector'),
    recipes: recipesOf(createRequire(require.resolve(PACKAGE))),
  };
}

/** What superjson keeps of recipes, by name. (The name of the property is spelt like that.) */
interface Recipes {
  readonly defaultInstance?: { readonly customTransformerRegistry?: { readonly transfomers?: object } };
}

/** The recipes of the SDK, for instances of classes. Recipes that are kept elsewhere than we look may be anything. */
const OWN_RECIPES: ReadonlySet<string> = new Set(['Buffer', 'DBOS.WorkflowHandle']);

function recipesOf(requireOfSdk: NodeJS.Require): Sdk['recipes'] {
  const { default: superjson } = requireOfSdk('superjson') as { readonly default: Recipes };
  const known = superjson.defaultInstance?.customTransformerRegistry;
  return () => {
    if (known?.transfomers === undefined) return true;
    // Asked for every value that is written or read: no list is made of them.
    for (const name in known.transfomers) if (!OWN_RECIPES.has(name)) return true;
    return false;
  };
}

function versionFrom(require: NodeJS.Require, root: string): string {
  try {
    const utils = require(`${PACKAGE}/internal/utils`) as typeof Utils;
    return utils.globalParams.dbosVersion;
  } catch (error) {
    // Older minors do not export their parts: their version is still worth naming.
    const known = (error as { readonly code?: string }).code === 'ERR_PACKAGE_PATH_NOT_EXPORTED';
    if (known) return 'older than 5.3';
    throw new Error(`${PACKAGE} cannot be loaded from ${root}: install it there (npm i ${PACKAGE}@5.3)`, {
      cause: error,
    });
  }
}

/** Throws an Error unless `version` is one whose system database we know. */
export function assertSupported(version: string): void {
  if (SUPPORTED.some((minor) => version.startsWith(`${minor}.`))) return;
  throw new Error(
    `${PACKAGE} ${version} is not supported: this version of Reprise simulates ${SUPPORTED.map((minor) => `${minor}.x`).join(', ')}`,
  );
}

/** Throws an Error naming the members of a system database that are neither simulated nor inherited on purpose, or are gone. */
export function assertSurface(version: string, members: readonly string[]): void {
  const { unknown, missing } = unknownMembers(members);
  if (unknown.length === 0 && missing.length === 0) return;
  const parts = [
    ...(unknown.length > 0 ? [`has members Reprise knows nothing of: ${unknown.join(', ')}`] : []),
    ...(missing.length > 0 ? [`lacks members Reprise counts on: ${missing.join(', ')}`] : []),
  ];
  throw new Error(`the SystemDatabase of ${PACKAGE} ${version} ${parts.join(', and ')}`);
}

/** The public members of a prototype: what other classes can call. */
export function membersOf(prototype: object): string[] {
  return Object.getOwnPropertyNames(prototype).filter((name) => name !== 'constructor');
}
