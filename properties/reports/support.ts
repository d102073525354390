/** Findings that reports are tried on: of both engines, of many events, and of programs that say what no page would like to hear. */
import { explore, type Finding, type Scenario } from '../../harness/index.ts';
import { TWINS } from '../../scenarios/index.ts';
import { TWINS as DBOS_TWINS } from '../../scenarios/dbos/index.ts';
import { scenarioOf } from '../harness/support.ts';

/** A finding under the name of its story. */
export interface Told {
  readonly name: string;
  readonly finding: Finding;
}

const MODEL = [
  ...['interleaved-different-names', 'payment-zombie-without-key', 'quote-raced-with-sleep', 'cache-around-step'],
  ...['audit-floating', 'reminder-body-clock', 'waiting-for-ever'],
];
const DBOS = [
  'sequences-together',
  'takeover-without-key',
  'checkout-in-body',
  'settings-of-the-day',
  'fan-out-as-they-come',
];

/** A finding of each story, of both engines; a long one; a hostile one. Or only those that are named. */
export async function findings(only?: readonly string[]): Promise<Told[]> {
  const told: Told[] = [];
  const tell = async (name: string, scenario: Scenario, check?: string): Promise<void> => {
    if (only?.includes(name) === false) return;
    const { finding } = await explore(scenario, {
      runsMax: 1_000,
      ...(check === undefined ? {} : { checks: [check] }),
    });
    told.push({ name, finding: finding! });
  };
  for (const [names, twins] of [
    [MODEL, TWINS],
    [DBOS, DBOS_TWINS],
  ] as const)
    for (const name of names) await tell(name, twins.find(({ scenario }) => scenario.name === name)!.scenario);
  await tell(
    'interleaved after a crash',
    TWINS.find(({ scenario }) => scenario.name === 'interleaved-different-names')!.scenario,
    'replay',
  );
  await tell('long', long as unknown as Scenario);
  await tell('hostile', hostile as unknown as Scenario);
  return told;
}

/** What would do harm if it were taken for markup, a way out of it, or an order to a terminal. */
export const HOSTILE = [
  '</script><script>window.hurt = 1</script>',
  '<img src=x onerror="window.hurt = 1">',
  '"><svg onload=window.hurt=1>',
  "' onfocus='window.hurt=1' autofocus tabindex='1",
  '</style><style>*{display:none}</style>',
  '&lt;b&gt; &amp;amp; &#60;i&#62;',
  '<!-- --> ]]> ${hurt} `hurt` \u001B[31m\u202Eright to left\u2069\n  line; #quot; %% end',
] as const;

const hostile = scenarioOf(
  ({ world }) =>
    async (ctx) => {
      for (const text of HOSTILE) await ctx.step(text, () => world.bank.charge(text));
      throw new Error(HOSTILE.join('\n'));
    },
  {
    start: (client) => client.start('main', { id: HOSTILE[0] }),
    check: ({ world }) => {
      if (world.bank.charges.length !== HOSTILE.length) throw new Error(HOSTILE.join('\n'));
    },
  },
);

/** Some 500 events or more. */
const long = scenarioOf(
  ({ world }) =>
    async (ctx) => {
      for (let index = 0; index < 90; index++) await ctx.step(`step ${index}`, () => index);
      await ctx.step('charge', () => world.bank.charge('x'));
    },
  {
    check: ({ world }) => {
      if (world.bank.charges.length !== 1) throw new Error('charged twice');
    },
  },
);
