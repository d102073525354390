/** Classes: decorated methods, and instances that are found again by their name after a crash. */
import { ConfiguredInstance, DBOS } from '@dbos-inc/dbos-sdk';
import { beforeEach, describe, expect, test } from 'vitest';
import { explore, replay } from '../../harness/index.ts';
import { crashAfter, eventsOf, valueOf } from '../harness/support.ts';
import { expectUnderCrashes, program, type Program } from './support.ts';

/** Which instances were initialized, in order. */
let initialized: string[] = [];
beforeEach(() => void (initialized = []));

class Shop extends ConfiguredInstance {
  readonly city: string;
  constructor(name: string, city: string) {
    super(name);
    this.city = city;
  }

  override async initialize(): Promise<void> {
    initialized.push(this.name);
  }

  @DBOS.step({ name: 'charge' })
  async pay(amount: number): Promise<string> {
    return `${amount} in ${this.city}`;
  }

  @DBOS.step()
  static async greet(whom: string): Promise<string> {
    return `hello ${whom}`;
  }

  @DBOS.workflow()
  async order(amount: number): Promise<string> {
    const greeting = await Shop.greet(this.name);
    return `${greeting}: ${await this.pay(amount)}`;
  }

  /** Two sequences side by side: wrong, decorated or not. */
  @DBOS.workflow()
  async mixed(): Promise<void> {
    const sequence = async (from: number): Promise<void> => {
      for (const amount of [from, from + 1]) await this.pay(amount);
    };
    await Promise.all([sequence(1), sequence(11)]);
  }

  @DBOS.workflow({ name: 'visit' })
  static async tour(): Promise<readonly string[]> {
    const handle = await DBOS.startWorkflow(south).order(2);
    return [await north.order(1), await handle.getResult()];
  }
}

@DBOS.className('Renamed')
// oxlint-disable-next-line typescript/no-extraneous-class -- the SDK decorates static methods
class Old {
  @DBOS.workflow()
  static async only(): Promise<string> {
    return DBOS.runStep(async () => 'kept', { name: 'only' });
  }
}
// Its decorators are what it is for.
void Old;

const north = new Shop('north', 'Oslo');
const south = new Shop('south', 'Rome');

const ordering = (shop: Shop): Program =>
  program('order', () => DBOS.startWorkflow(shop, { workflowID: 'w' }).order(5), { crashesMax: 2 });

const ORDER = 'hello south: 5 in Rome';

describe('an instance', () => {
  test('runs the workflow that was started on it, and its steps, under their names', async () => {
    const run = await replay(ordering(south), []);
    expect(valueOf(run)).toBe(ORDER);
    expect(eventsOf(run, 'outcome.recorded').map(({ name }) => name)).toEqual(['greet', 'charge']);
  });

  test('is the same after a crash: it is found by its name', async () => {
    const check: Program['check'] = ({ results }) => expect(results['w']).toEqual({ status: 'SUCCESS', value: ORDER });
    expect(await expectUnderCrashes({ ...ordering(south), check }, 2)).toBeGreaterThan(40);
  });

  test('is initialized at every launch: that of the client, of each executor, and of each that is restarted', async () => {
    await replay(ordering(north), []);
    expect(initialized.toSorted()).toEqual(['north', 'north', 'south', 'south']);
    initialized = [];
    await replay(ordering(north), crashAfter('start w'));
    expect(initialized).toHaveLength(6);
  });

  test('keeps its name and its class in the row of its workflow', async () => {
    const rows: object[] = [];
    const check: Program['check'] = ({ tables }) => void rows.push(tables.workflows.get('w')!.status);
    await replay({ ...ordering(south), check }, []);
    expect(rows).toMatchObject([{ workflowClassName: 'Shop', workflowName: 'order', workflowConfigName: 'south' }]);
  });

  test('is told apart by arguments, as any: two sequences side by side are found', async () => {
    const tried = program('mixed', () => DBOS.startWorkflow(north, { workflowID: 'w' }).mixed());
    const { finding } = await explore(tried, { seed: 'mixed' });
    expect(finding?.violations[0]?.because).toMatch(/function id 2 of workflow w belongs to two branches/);
  });

  test('must be one that the SDK can find again', async () => {
    const stray = { order: Shop.prototype.order.bind(null as never) };
    const start = async (): Promise<void> => {
      await expect(async () => DBOS.startWorkflow(stray as never)).rejects.toMatchObject({ dbosErrorCode: 21 });
    };
    expect((await replay(program('stray', start), [])).complaints).toEqual([]);
  });
});

describe('workflows of classes', () => {
  test('call and start each other, whatever crashes', async () => {
    const tried = program('tour', () => DBOS.startWorkflow(Shop, { workflowID: 'w' }).tour(), { crashesMax: 1 });
    expect(valueOf(await replay(tried, []))).toEqual(['hello north: 1 in Oslo', 'hello south: 2 in Rome']);
    await expectUnderCrashes(tried, 1);
  });

  test('are found under the name their class was given', async () => {
    const start = async (): Promise<void> => {
      await DBOS.registerQueue('queue', {});
      const options = { workflowName: 'only', workflowClassName: 'Renamed', queueName: 'queue', workflowID: 'w' };
      await DBOS.enqueueWorkflowWithOptions(options);
    };
    expect(valueOf(await replay(program('renamed', start), []))).toBe('kept');
    await expectUnderCrashes(program('renamed', start), 1);
  });
});
