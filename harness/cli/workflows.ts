/**
 * Finds a workflow of DBOS in the sources of a project, and writes a first test for it. Reads text only: nothing of the
 * project is run.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { filesBelow } from './folders.ts';

/** A workflow that a module exports. */
export interface FoundWorkflow {
  /** The absolute path of the module. */
  readonly file: string;
  /** What the module exports: the workflow, or the class whose static method it is. */
  readonly exported: string;
  readonly method: string | null;
  /** The parameters as they are written; empty where there are none, or none can be seen. */
  readonly parameters: string;
}

const FOREIGN = /^(\.|node_modules$|dist$|build$|out$|coverage$|__)/;
const SOURCE = /(?<!\.d)\.[cm]?[jt]s$/;
const TEST = /\.(test|spec)\.[cm]?[jt]s$/;

/** The workflows that the sources below `folder` export, by path. */
export function workflowsBelow(folder: string): FoundWorkflow[] {
  return filesBelow(folder, FOREIGN)
    .filter((file) => SOURCE.test(file) && !TEST.test(file))
    .flatMap((file) => workflowsIn(readFileSync(file, 'utf8'), file));
}

/** The workflows that a module with this text exports. */
export function workflowsIn(text: string, file: string): FoundWorkflow[] {
  const registered = [...text.matchAll(/^(export )?(?:const|let|var) (\w+) = DBOS\.registerWorkflow\(\s*/gm)];
  const decorated = [
    ...text.matchAll(/@DBOS\.workflow\([^)]*\)\s*(?:@[^\n]*\s+)*(?:public )?static (?:async )?(\w+)\(([^)]*)\)/g),
  ];
  const exported = (name: string): boolean =>
    new RegExp(`^export \\{[^}]*\\b${name}\\b(?! as)[^}]*\\}`, 'm').test(text);
  return [
    ...registered
      .filter(([, keyword, name]) => keyword !== undefined || exported(name!))
      .map(({ 0: head, 2: name, index }) => {
        const parameters = parametersOf(text.slice(index + head.length), text);
        return { file, exported: name!, method: null, parameters };
      }),
    ...decorated.flatMap(({ 1: method, 2: parameters, index }) => {
      const [, name] = [...text.slice(0, index).matchAll(/^export (?:default )?class (\w+)/gm)].at(-1) ?? [];
      return name === undefined ? [] : [{ file, exported: name, method: method!, parameters: oneLine(parameters!) }];
    }),
  ];
}

/** Of what is registered, which begins `body`: a function written there, or the name of one that is written elsewhere in the module. */
function parametersOf(body: string, text: string): string {
  const [, there] = /^(?:async )?(?:function\s*\w*\s*)?\(([^)]*)\)/.exec(body) ?? [];
  if (there !== undefined) return oneLine(there);
  const [name] = /^\w+/.exec(body) ?? [];
  if (name === undefined) return '';
  const written = new RegExp(`(?:function ${name}|\\b${name} = (?:async )?(?:function)?)\\s*\\(([^)]*)\\)`).exec(text);
  return oneLine(written?.[1] ?? '');
}

const oneLine = (text: string): string =>
  text
    .replaceAll('*/', '')
    .replace(/\s+/g, ' ')
    .replace(/,?\s*$/, '')
    .trim();

/** Where the first test of a workflow lies: beside its module. */
export function testPathOf({ file }: FoundWorkflow): string {
  return file.replace(/(\.[cm]?[jt]s)$/, '.sim.test$1');
}

/** A first test of `workflow`. Its arguments are left to whoever knows them. */
export function firstTest({ file, exported, method, parameters }: FoundWorkflow): string {
  const name = method ?? exported;
  const module = `./${basename(file).replace(/ts$/, 'js')}`;
  const given = parameters === '' ? '' : `/* ${parameters} */`;
  const options = `{ workflowID: '${name}-1' }`;
  const call =
    method === null ? `(${exported}, ${options})(${given})` : `(${exported}, ${options}).${method}(${given})`;
  return `import { simTest } from 'reprise/vitest';
import { DBOS } from '@dbos-inc/dbos-sdk';
import { ${exported} } from '${module}';

simTest('${name}', {
  // What a client does: any calls of DBOS. This is tried under many schedules, with crashes everywhere.
  start: () => DBOS.startWorkflow${call},
  // What must hold after every run, whoever was faster and whatever crashed; fakes of the outside world go here, too:
  // setup: () => bank.reset(),
  // check: () => expect(bank.charges).toHaveLength(1),
});
`;
}
