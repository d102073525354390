/**
 * `npx reprise confirm`: a saved script, on the SDK's own database.
 */
import { parseArgs } from 'node:util';
import { idOf, readScripts, type SavedScript } from '../seeds/file.ts';
import type { Confirmable } from '../dbos/backing.ts';
import { NotDbosError } from '../dbos/real/confirm.ts';
import { confirmationReport } from '../dbos/real/report.ts';
import { moduleBeside, scenarioIn } from './modules.ts';
import { EXIT, type Surroundings, UsageError } from './usage.ts';

const HELP = `npx reprise confirm FILE[#ID] [options]

  Makes the run of a saved script once more with the SystemDatabase of the DBOS SDK itself: every call of the
  SDK goes to a real database, in the order of the script, and crashes where the script crashes. Says whether
  the database agrees with the simulation, and what the workflows came to, in the SDK's own words.

  FILE            a file of saved scripts. Of __seeds__/x.ts.json, the scenario is looked for in x.ts beside it
  ID              which script of the file, by the first digits of its id; not needed if there is one

  --postgres URL  on this server, in a schema of its own that is dropped in the end (default: PGlite, in memory)
  --module FILE   the module that exports the scenario, where it is not beside the file
  --json          the confirmation as one JSON document, and nothing else
  --help          this

  exit code  0  confirmed
             1  not confirmed: the database disagrees, the order cannot be followed, or the run breaks no law
             2  used wrongly: no such option, file, id, module or scenario, or one that is not on dbos()
             3  stale: the program has changed, and the saved script no longer applies
             4  not deterministic: the same schedule went two ways
             5  no database: PGlite is not installed, or the server cannot be used`;

/** Runs the command; resolves to the exit code. */
export async function confirmCommand(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      postgres: { type: 'string' },
      module: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    surroundings.print(HELP);
    return EXIT.well;
  }
  const [target] = positionals;
  if (target === undefined || positionals.length > 1)
    throw new UsageError('name one file of saved scripts: npx reprise confirm FILE#ID (npx reprise confirm --help)');
  const { postgres } = values;
  if (postgres !== undefined && !/^postgres(ql)?:\/\//.test(postgres))
    throw new UsageError(`--postgres takes a URL, as in postgresql://user:password@127.0.0.1:5432/postgres`);
  const [path, id] = splitTarget(target);
  const entry = entryCalled(readScripts(path), path, id);
  const scenario = await scenarioIn(values.module ?? moduleBeside(path), entry.scenario);
  const { name, engine } = scenario;
  if (!isConfirmable(engine)) throw new NotDbosError(name, engine.name);
  const confirmation = await engine.confirm(scenario, entry.script, postgres === undefined ? {} : { postgres });
  const { paint, width } = surroundings;
  surroundings.print(
    values.json ? JSON.stringify(confirmation, null, 2) : confirmationReport(confirmation, { paint, width }),
  );
  return confirmation.confirmed ? EXIT.well : EXIT.not;
}

function isConfirmable<E extends object>(engine: E): engine is E & Confirmable {
  return 'confirm' in engine;
}

/** A file and the id in it, which is what follows the last `#`. */
function splitTarget(target: string): readonly [path: string, id: string | null] {
  const at = target.lastIndexOf('#');
  return at < 0 ? [target, null] : [target.slice(0, at), target.slice(at + 1)];
}

function entryCalled(entries: readonly SavedScript[], path: string, id: string | null): SavedScript {
  const there = (): string => entries.map((entry) => `  ${idOf(entry)}  ${entry.scenario}  ${entry.check}`).join('\n');
  const fitting = entries.filter((entry) => id === null || (id !== '' && idOf(entry).startsWith(id)));
  if (fitting.length === 1) return fitting[0]!;
  if (entries.length === 0) throw new UsageError(`${path}: the file holds no script`);
  const problem =
    id === null
      ? 'holds several scripts: name one'
      : `${fitting.length === 0 ? 'no' : 'more than one'} id begins with "${id}"`;
  throw new UsageError(`${path}: ${problem}. There are\n${there()}`);
}
