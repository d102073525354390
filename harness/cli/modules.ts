/**
 * Finds the scenario that a saved script names, in a module. Modules in TypeScript are loaded by Node where it can, else
 * by the user's own vite.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { Scenario } from '../scenario.ts';
import { nearest } from './nearest.ts';
import { UsageError } from './usage.ts';

/** The scenario of this name that the module at the absolute `file` exports. Rejects with `UsageError`. */
export async function scenarioIn(file: string, name: string): Promise<Scenario> {
  if (!existsSync(file))
    throw new UsageError(`${file}: there is no such module; name the one that exports the scenario with --module FILE`);
  const scenarios = Object.values(await load(file)).filter(isScenario);
  const found = scenarios.find((scenario) => scenario.name === name);
  if (found !== undefined) return found;
  const names = scenarios.map((scenario) => scenario.name);
  const [meant] = nearest(name, names);
  const hint = meant === undefined ? '' : ` (is it "${meant}" now?)`;
  throw new UsageError(
    `${file}: it exports no scenario called "${name}"${hint}; ${names.length === 0 ? 'it exports none at all' : `there are ${names.join(', ')}`}`,
  );
}

function isScenario(value: unknown): value is Scenario {
  if (typeof value !== 'object' || value === null) return false;
  const { name, engine, start } = value as Partial<Scenario>;
  return typeof name === 'string' && typeof engine === 'object' && typeof start === 'function';
}

type Module = Readonly<Record<string, unknown>>;

async function load(file: string): Promise<Module> {
  try {
    return (await import(pathToFileURL(file).href)) as Module;
  } catch (error) {
    if (!isForVite(file, error)) throw unloadable(file, error);
    return loadWithVite(file, error);
  }
}

/** What a Node that knows no TypeScript, or not all of it, says to a module in it. */
const TYPESCRIPT =
  /^ERR_(UNKNOWN_FILE_EXTENSION|(UNSUPPORTED|INVALID)_TYPESCRIPT_SYNTAX|NO_TYPESCRIPT|MODULE_NOT_FOUND)$/;

function isForVite(file: string, error: unknown): boolean {
  const { code, name } = error as NodeJS.ErrnoException;
  return /\.[cm]?tsx?$/.test(file) && (TYPESCRIPT.test(code ?? '') || name === 'SyntaxError');
}

interface Vite {
  readonly runnerImport: (
    file: string,
    options: { readonly logLevel: 'error' },
  ) => Promise<{ readonly module: Module }>;
}

async function loadWithVite(file: string, refused: unknown): Promise<Module> {
  let vite: Vite;
  try {
    vite = (await import(pathToFileURL(createRequire(file).resolve('vite')).href)) as Vite;
  } catch {
    throw new UsageError(
      `${file}: Node ${process.version} cannot load it (${messageOf(refused)}), and there is no vite beside it that could: npm i -D vite (it comes with vitest), or use Node 24`,
    );
  }
  try {
    return (await vite.runnerImport(file, { logLevel: 'error' })).module;
  } catch (error) {
    throw unloadable(file, error);
  }
}

function unloadable(file: string, error: unknown): UsageError {
  return new UsageError(`${file}: it cannot be loaded: ${messageOf(error)}`, { cause: error });
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
