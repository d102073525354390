/**
 * What a user lives through, in a project of their own: a bug is found and saved, replayed by the printed command, gone
 * after the fix, and its script stays as a test that passes.
 */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A project that is ready to be tested, and what runs it. */
export interface Project {
  readonly folder: string;
  /** The program of the Node that runs it. */
  readonly node: string;
  readonly pool: string;
  /** The files that mend the bug, by path. */
  readonly fix: Readonly<Record<string, string>>;
}

/** What was not as it should be, with all that the command printed; null: the journey went well. */
export type Trouble = { readonly at: string; readonly because: string; readonly printed: string } | null;

interface Printed {
  readonly code: number;
  readonly text: string;
}

/** Makes the journey. */
export async function journey(project: Project): Promise<Trouble> {
  const { folder, fix } = project;
  const test = `npx vitest run --pool=${project.pool}`;
  let printed: Printed = { code: 0, text: '' };
  let at = '';
  const run = async (step: string, command: string): Promise<Printed> => {
    at = step;
    return (printed = await shell(command, project));
  };
  const trouble = (because: string): Trouble => ({ at, because, printed: printed.text });

  const found = await run('the first run', test);
  if (found.code === 0) return trouble('the bug was not found');
  for (const words of ['belongs to two branches', 'news', 'mail', 'saved'])
    if (!found.text.includes(words)) return trouble(`the report does not say "${words}"`);
  const [, command] = /^\s*replay\s+(npx reprise replay \S+)\s*$/m.exec(found.text) ?? [];
  if (command === undefined) return trouble('no command to replay it was printed, on a line of its own');
  const [seeds, ...others] = seedFiles(folder);
  if (seeds === undefined || others.length > 0) return trouble(`not one file of seeds but ${others.length + 1}`);
  const saved = readFileSync(seeds, 'utf8');

  const replayed = await run('the replay', command);
  if (replayed.code !== 1) return trouble(`exit code ${replayed.code}, not 1`);
  if (!replayed.text.includes('belongs to two branches')) return trouble('the replay tells another story');

  for (const [path, text] of Object.entries(fix)) writeFileSync(join(folder, path), text);
  const mended = await run('the run after the fix', `${test} --reporter=verbose`);
  if (mended.code !== 0) return trouble('it is still red');
  if (!/1 saved script/.test(mended.text)) return trouble('it does not say that the saved script was replayed');
  const passed = await run('the replay after the fix', command);
  if (passed.code !== 0) return trouble(`exit code ${passed.code}, not 0`);
  if (readFileSync(seeds, 'utf8') !== saved) return trouble('the saved script has changed');
  return null;
}

const seedFiles = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /(^|[\\/])__seeds__[\\/][^\\/]+\.json$/.test(path) && !path.includes('node_modules'))
    .map((path) => join(folder, path));

/** Runs a line of text as a shell would, with the Node of the project first on the path. */
function shell(line: string, { folder, node }: Project): Promise<Printed> {
  const { CI: _ci, GITHUB_ACTIONS: _actions, ...env } = process.env;
  const PATH = `${dirname(node)}:${env['PATH']}`;
  const how = { cwd: folder, env: { ...env, PATH, NO_COLOR: '1', COLUMNS: '120' }, maxBuffer: 2 ** 26 };
  return new Promise((resolve) => {
    execFile('sh', ['-c', line], how, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      resolve({ code, text: `${stdout}\n${stderr}` });
    });
  });
}
