/**
 * `npx reprise confirm`: a saved script, on the SDK's own database.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Confirmable } from '../dbos/backing.ts';
import { NotDbosError } from '../dbos/real/confirm.ts';
import { confirmationReport } from '../dbos/real/report.ts';
import { answered, refused } from './answer.ts';
import { scenarioIn } from './modules.ts';
import { isTestFile, type Target, targetIn } from './target.ts';
import { type Command, EXIT, folderOf, type Surroundings, UsageError } from './usage.ts';

const help = `npx reprise confirm FILE[#ID] [options]

  Makes the run of a saved script once more with the SystemDatabase of the DBOS SDK itself: every call of the
  SDK goes to a real database, in the order of the script, and crashes where the script crashes. Says whether
  the database agrees with the simulation, and what the workflows came to, in the SDK's own words.

  FILE            a file of saved scripts. Of __seeds__/x.ts.json, the scenario is looked for in x.ts beside it;
                  if that is a test file, its simulated test is run by vitest. A token does in place of FILE#ID
  ID              which script of the file, by the first digits of its id; not needed if there is one

  --postgres URL  on this server, in a schema of its own that is dropped in the end (default: PGlite, in memory)
  --module FILE   the module that exports the scenario, where it is not beside the file
  --json          the confirmation as one JSON document, and nothing else
  -h, --help      this

  exit code  0  confirmed
             1  not confirmed: the database disagrees, the order cannot be followed, or the run breaks no law
             2  used wrongly: no such option, file, id, module or scenario, or one that is not on dbos()
             3  stale: the program has changed, and the saved script no longer applies
             4  not deterministic: the same schedule went two ways
             5  no database: PGlite is not installed, or the server cannot be used`;

/** `npx reprise confirm`. */
export const confirmCommand: Command = { help, run };

async function run(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { postgres: { type: 'string' }, module: { type: 'string' }, json: { type: 'boolean', default: false } },
  });
  const cwd = folderOf(surroundings);
  const target = targetIn(positionals, 'confirm', cwd);
  const { postgres } = values;
  if (postgres !== undefined && !/^postgres(ql)?:\/\//.test(postgres))
    throw new UsageError(`--postgres takes a URL, as in postgresql://user:password@127.0.0.1:5432/postgres`);
  const module = values.module === undefined ? target.module() : resolve(cwd, values.module);
  if (isTestFile(module)) return confirmedInTest({ ...target, module: () => module }, values, surroundings);
  const scenario = await scenarioIn(module, target.name);
  const { name, engine } = scenario;
  // It may come from another copy of this package than ours, so its own engine is asked.
  if (!isConfirmable(engine)) throw new NotDbosError(name, engine.name);
  const confirmation = await engine.confirm(scenario, target.script, postgres === undefined ? {} : { postgres });
  const { paint, width } = surroundings;
  surroundings.print(
    values.json ? JSON.stringify(confirmation, null, 2) : confirmationReport(confirmation, { paint, width }),
  );
  return confirmation.confirmed ? EXIT.well : EXIT.not;
}

function isConfirmable<E extends object>(engine: E): engine is E & Confirmable {
  return 'confirm' in engine;
}

interface Values {
  readonly postgres?: string | undefined;
  readonly json: boolean;
}

/** The scenario of a simulated test exists only while vitest runs its file: the test itself confirms it. */
async function confirmedInTest(target: Target, values: Values, surroundings: Surroundings): Promise<number> {
  const answer = await answered(target, { do: 'confirm', postgres: values.postgres ?? null }, surroundings);
  if (answer?.is !== 'confirmed') return refused(answer, surroundings);
  surroundings.print(values.json ? answer.told.json : answer.told.text);
  return answer.confirmed ? EXIT.well : EXIT.not;
}
