/** The fingerprint of a failure: one for all scripts that show a bug, another for another bug. */
import { describe, expect, test } from 'vitest';
import { explore, type Finding, portfolio, random } from '../../harness/index.ts';
import { failureOf } from '../../harness/seeds/failure.ts';
import { TWINS } from '../../scenarios/index.ts';

/** A bug, a check that finds it, and how many searches to try: the calm run is always the same, and results take long. */
const bugs = TWINS.flatMap(({ scenario, expect: expected }) =>
  expected === 'holds'
    ? []
    : [expected.caughtBy, ...Object.keys(expected.alone ?? {})].map((check) => {
        const searches = check === 'results' ? 5 : 20;
        return { scenario, check, searches: expected.deviations === 0 ? 1 : searches };
      }),
);

/** What searches find, each with a seed and a strategy of its own. */
async function findingsOf({ scenario, check, searches }: (typeof bugs)[number]): Promise<Finding[]> {
  const found: Finding[] = [];
  for (let seed = 0; seed < searches; seed++) {
    const strategies = [[random, portfolio][seed % 2]!(`seed ${seed}`)];
    const { finding } = await explore(scenario, { strategies, checks: [check] });
    found.push(finding!);
  }
  return found;
}

const fingerprints = (findings: readonly Finding[]): readonly string[] =>
  [...new Set(findings.map(failureOf))].toSorted();

describe('the fingerprint of a failure', { timeout: 120_000 }, () => {
  const known = new Map<string, readonly Finding[]>();

  test('is one for all scripts that 20 searches find for a bug; two where a bug has two faces', async () => {
    const several: string[] = [];
    for (const bug of bugs) {
      const findings = await findingsOf(bug);
      known.set(`${bug.scenario.name} ${bug.check}`, findings);
      const { length } = fingerprints(findings);
      if (length > 1) several.push(`${bug.scenario.name} ${bug.check} ${length}`);
    }
    // The pool parts at a position of two uploads, or of an upload and the next photo; or only what it returns does.
    expect(several).toEqual(['pool-two-steps lineage 2', 'pool-two-steps replay 2', 'cache-around-step lineage 2']);
  });

  test('differs between bugs, even in a test of one name', () => {
    const nameless = [...known].map(
      ([name, findings]) =>
        [name, fingerprints(findings.map((finding) => ({ ...finding, scenario: 'a test' })))] as const,
    );
    const alike = nameless.flatMap(([name, prints], index) =>
      nameless
        .slice(index + 1)
        .filter(([, others]) => others.some((print) => prints.includes(print)))
        .map(([other]) => `${name} = ${other}`),
    );
    // A charge without a key, made twice: after a crash, after a lost answer, or by a zombie. One bug, one message.
    expect(alike).toEqual([
      'payment-crash-without-key check = payment-retry-without-key check',
      'payment-crash-without-key check = payment-zombie-without-key check',
      'payment-retry-without-key check = payment-zombie-without-key check',
    ]);
  });

  test('does not hang on values, ids and numbers in what the user said', () => {
    const [finding] = known.get('payment-crash-without-key check')!;
    const saying = (because: string): string =>
      failureOf({ ...finding!, violations: [{ ...finding!.violations[0]!, because }] });
    expect(saying('order-1 was charged 2 times: "a", "b"')).toBe(saying('order-1 was charged 31 times: "x", "y z"'));
    expect(saying('order-1 was charged 2 times')).not.toBe(saying('order-1 was paid 2 times'));
  });
});
