/** What the README says of DBOS is true: its example is run, word for word. */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dbos, MemoryDataSource } from '../../harness/dbos/index.ts';
import { explore, scenario } from '../../harness/index.ts';
import { expectUnderCrashes, program } from './support.ts';

const load = (page: string) => DBOS.runStep(() => Promise.resolve(page), { name: 'load' });
// oxfmt-ignore
const gather = DBOS.registerWorkflow(() => {
  const news = async () => [await load('news 1'), await load('news 2')];
  const mail = async () => [await load('mail 1'), await load('mail 2')];
  return Promise.allSettled([news(), mail()]);
}, { name: 'gather' });

const home = scenario({
  name: 'home',
  engine: dbos(),
  start: () => DBOS.startWorkflow(gather, { workflowID: 'w-1' })(),
});

// oxfmt-ignore
const bank = new MemoryDataSource('bank', { accounts: { ada: 100 } });
// oxfmt-ignore
const withdraw = DBOS.registerWorkflow((cents: number) => bank.runTransaction(async () => {
  const held = await bank.client.getForUpdate('accounts', 'ada');
  await bank.client.put('accounts', 'ada', held! - cents);
}, { name: 'withdraw' }), { name: 'withdraw' });

const read = (path: string): string => readFileSync(join(import.meta.dirname, path), 'utf8');
const [readme, source] = [read('../../README.md'), read('readme.test.ts')];

test('its transaction commits once, whatever crashes', async () => {
  const withdrawing = {
    ...program('withdraw', () => DBOS.startWorkflow(withdraw, { workflowID: 'w-1' })(10)),
    check: () => expect(bank.committed('accounts').get('ada')).toBe(90),
  };
  await expectUnderCrashes(withdrawing);
  const example = /from 'reprise\/dbos';\n\n(const bank[\s\S]*?)\n\n/.exec(readme)![1]!;
  for (const line of example.split('\n')) expect(source).toContain(line);
});

test('its example is the one that is run here, and prints what the README says', async () => {
  const { finding } = await explore(home, { seed: 'any text' });
  expect(finding?.violations[0]?.because).toContain('function id 2 of workflow w-1 belongs to two branches');
  const example = /from 'reprise\/dbos';\n\n([\s\S]*?)\nconst \{ finding \}/.exec(readme)![1]!;
  for (const line of example.split('\n')) expect(source).toContain(line);
});
