/**
 * What confirming must come to, for every story and every feature: a real database says of a bug, and of what comes of it,
 * what the simulation says; and it follows what is correct, crashed or not, to the same end.
 */
import { confirm, type Confirmation, type RealDatabase } from '../../../harness/dbos/index.ts';
import { explore, replay, type Scenario, type Script } from '../../../harness/index.ts';
import { TWINS } from '../../../scenarios/dbos/index.ts';
import { FEATURES } from './features.ts';

/** Bugs whose minimal finding, or the harm that is looked for, is a workflow that comes to something else, and to what. */
const HARM: Readonly<Record<string, readonly string[]>> = {
  'sequences-together': ['SUCCESS'],
  'deadline-raced': ['SUCCESS'],
  'declined-by-class': ['error 26'],
  'fan-out-as-they-come': ['SUCCESS'],
  'gathered-when-ready': ['error 26'],
  'memory-around-step': ['error 26'],
  'message-from-step': ['SUCCESS'],
  'numbered-as-they-come': ['SUCCESS'],
  'patch-in-branch': ['SUCCESS'],
  'reaper-keyed-by-workflow': ['CANCELLED', 'SUCCESS'],
  'receive-raced': ['SUCCESS'],
  'settings-of-the-day': ['error 26'],
  'settings-swallowed': ['SUCCESS'],
  'status-asked-first': ['error 26'],
  'stream-read-early': ['error 37'],
  'timer-raced': ['SUCCESS'],
};

/** One scenario, and what a database has against it; null: nothing. */
export interface Case {
  readonly name: string;
  readonly judge: (database: RealDatabase) => Promise<string | null>;
}

const bug = (scenario: Scenario): Case => ({ name: scenario.name, judge: (database) => confirmed(scenario, database) });
const correct = (scenario: Scenario): Case => ({
  name: scenario.name,
  judge: (database) => followed(scenario, database),
});

/** All of them. */
export const CASES: readonly Case[] = [
  ...TWINS.map(({ expect: outcome, scenario }) => (outcome === 'holds' ? correct(scenario) : bug(scenario))),
  ...FEATURES.map((scenario) => correct(scenario as unknown as Scenario)),
];

/** The finding of a bug is confirmed, by the same check, and so is the harm that comes of it. */
async function confirmed(scenario: Scenario, database: RealDatabase): Promise<string | null> {
  const { finding } = await explore(scenario, { runsMax: 300 });
  if (finding === null) return 'nothing was found';
  const confirmation = await confirm(scenario, finding.script, { database });
  if (!confirmation.confirmed) return said(confirmation);
  const [{ check }, harmful] = [confirmation.violation!, confirmation.damage ?? confirmation];
  if (check !== finding.violations[0]!.check) return `${check} objects, where ${finding.violations[0]!.check} did`;
  if (!harmful.confirmed) return `what comes of it: ${said(harmful)}`;
  const harmed = harmful.workflows.filter(({ calm, real }) => JSON.stringify(calm) !== JSON.stringify(real));
  const harm = harmed.map(({ real, code }) => (code === null ? real?.status : `error ${code}`));
  const [came, expected] = [harm.join(', '), (HARM[scenario.name] ?? []).join(', ')];
  return came === expected ? null : `what comes of it is [${came}], not [${expected}]`;
}

/** The calm run, and crashed at the first, the middle and the last moment of it, the scenario breaks no law. */
async function followed(scenario: Scenario, database: RealDatabase): Promise<string | null> {
  for (const script of [[], ...(await crashesOf(scenario))]) {
    const confirmation = await confirm(scenario, script, { database });
    if (confirmation.differences.length > 0 || !/breaks no law/.test(confirmation.because))
      return `${JSON.stringify(script)}: ${said(confirmation)}`;
  }
  return null;
}

const said = ({ because, differences }: Confirmation): string =>
  [because, ...differences.map((difference) => JSON.stringify(difference))].join('\n  ');

async function crashesOf(scenario: Scenario): Promise<Script[]> {
  const { decisions } = await replay(scenario, []);
  const moments = decisions.flatMap(({ after, options }) => {
    const crash = options.find(({ label }) => /^(crash|suspend) /.test(label));
    return crash === undefined ? [] : [{ after, choose: crash.label }];
  });
  const chosen = new Set([0, moments.length >> 1, moments.length - 1]);
  return [...chosen].filter((index) => index in moments).map((index) => [moments[index]!]);
}
