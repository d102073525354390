/** Faults of the search: strategies, scripts, shrinking, campaigns, and the files that findings are kept in. */
export const SEARCH: readonly (readonly [file: string, faults: string])[] = [
  [
    'strategies/exhaustive.ts',
    `
    the last option of a choice is never tried
    - chose < decision.size; chose++)
    + chose < decision.size - 1; chose++)

    deviations in all are not bounded
    - othersMax && crashes + others <= deviationsMax;
    + othersMax && deviationsMax >= 0;

    the deepest decision is never changed
    - for (let depth = decisions.length - 1; depth >= 0; depth--) {
    + for (let depth = decisions.length - 2; depth >= 0; depth--) {
    `,
  ],
  [
    'strategies/crashes.ts',
    `
    crashes are tried singly, never in pairs
    - ({ crashesMax: index + 1, othersMax: 0 })
    + ({ crashesMax: Math.min(1, index + 1), othersMax: 0 })
    `,
  ],
  [
    'strategies/script.ts',
    `
    a stale script is accepted: what is not on offer is calm
    - const index = options.findIndex(({ label }) => label === deviation.choose);
    + const index = Math.max(0, options.findIndex(({ label }) => label === deviation.choose));

    a script that was never reached passes for a run
    - if (unreached !== undefined)
    + if (unreached?.after === '')

    a script may choose twice after one move
    - anchors.indexOf(after) !== index);
    + anchors.indexOf(after) > index);

    an ordinal that has shifted is not found again
    - const stem = (label: string): string => label.replace(/#\\d+/, '');
    + const stem = (label: string): string => label;
    `,
  ],
  [
    'strategies/strategy.ts',
    `
    of two scopes the smaller is told
    - return known === null || size(scope) > size(known) ? scope : known;
    + return known === null || size(scope) < size(known) ? scope : known;
    `,
  ],
  [
    'strategies/standard.ts',
    `
    nothing is ever sampled
    - portfolio(seed),
    + crashes(1),
    `,
  ],
  [
    'shrink.ts',
    `
    runs that do not fail are kept
    - if (!easier(run, best) || !fails(run)) continue;
    + if (!easier(run, best)) continue;

    runs that are no easier are kept
    - return differing >= 0 && left[differing]! < right[differing]!;
    + return differing >= 0 && left[differing]! > right[differing]!;

    only long spans of deviations are left out, never a single one
    - for (let span = script.length; span >= 1; span = Math.floor(span / 2))
    + for (let span = script.length; span > 1; span = Math.floor(span / 2))

    a minimum is called proved one deviation too early
    - deviationsMax < deviations; deviationsMax++) {
    + deviationsMax < deviations - 1; deviationsMax++) {

    deviations are never exchanged
    - yield [...script.filter((deviation) => deviation !== dropped && deviation !== exchanged), other];
    + yield script.filter((deviation) => deviation !== dropped && deviation !== other);
    `,
  ],
  [
    'plan.ts',
    `
    what is systematic takes the whole budget
    - const SYSTEMATIC_SHARE = 0.5;
    + const SYSTEMATIC_SHARE = 1;

    where time is limited, samples wait all the same
    - inTurns ? 0 : runsMax * SYSTEMATIC_SHARE
    + inTurns ? runsMax : runsMax * SYSTEMATIC_SHARE
    `,
  ],
  [
    'interleavings.ts',
    `
    every run counts as another interleaving
    - if ((this.#bits[bit >> 3]! & mask) !== 0) return;
    +
    `,
  ],
  [
    'campaign.ts',
    `
    a run that differs when it is repeated is believed
    - assertSame(run, again);
    + void again;

    a new result is called wrong before anyone has looked for it
    - return this.#known.searched === null ? violations.filter(({ check }) => check !== 'results') : violations;
    + return violations;

    a budget is overrun by one run
    - finding === null && this.#runs < runsMax
    + finding === null && this.#runs <= runsMax

    a saved script that was never reached is judged all the same
    - done(run);
    +

    every minimum is called proved
    - minimal: proof.ended, runs:
    + minimal: true, runs:

    what a campaign exhausted is forgotten
    - exhausted = larger(exhausted, scope,
    + exhausted = larger(exhausted, null,
    `,
  ],
  [
    'reference.ts',
    `
    no crash-free result is ever learned
    - if (run.ending.how === 'finished') this.outcomes.add(outcomeOf(run, this.compare));
    + if (run.ending.how === 'stuck') this.outcomes.add(outcomeOf(run, this.compare));
    `,
  ],
  [
    'seeds/outcome.ts',
    `
    a script that makes another run than it was saved for passes
    - if (course === undefined || courseOf(await replay(scenario, script)) === course)
    + if (course === undefined || courseOf(await replay(scenario, script)).length === course.length)
    `,
  ],
  [
    'seeds/file.ts',
    `
    the longest script is kept
    - return left === right ? idOf(a) < idOf(b) : left < right;
    + return left === right ? idOf(a) < idOf(b) : left > right;
    `,
  ],
  [
    'seeds/rewrite.ts',
    `
    a file is written over, not replaced
    - else renameSync(lock, file);
    + else writeFileSync(file, becomes);
    `,
  ],
  [
    'seeds/entry.ts',
    `
    a file that counts below nothing is read
    - v.check((value) => Number.isInteger(value) && (value as number) >= 0, 'a whole number from 0 on'),
    + v.check((value) => Number.isInteger(value), 'a whole number from 0 on'),
    `,
  ],
  [
    'adapters/fast-check.ts',
    `
    schedules are not shrunk
    - .stream(shorterScripts(script))
    + .stream([].values() as ReturnType<typeof shorterScripts>)
    `,
  ],
  [
    'adapters/fast-check.ts',
    `
    a schedule is followed to the letter when the input beside it has shrunk
    - Object.defineProperty(script, fc.cloneMethod, { value: clone });
    + void clone;
    `,
  ],
  [
    'strategies/faults.ts',
    `
    faults are placed at the start of a run only
    - if (left === 0 || draw.unit() * rest >= left) return 0;
    + if (left === 0) return 0;

    only the last of several faults is known for one
    - while (first > 1 && isFault(choice.option(first - 1).kind)) first--;
    + if (first > 1 && isFault(choice.option(first - 1).kind)) first--;

    no sampled run has more than one fault
    - let left = most === 0 ? 0 : 1 + Math.max(draw.below(most), draw.below(most));
    + let left = Math.min(1, most);
    `,
  ],
  [
    'strategies/sample.ts',
    `
    a sampled run never grows calm
    - if (choice.at >= end) return 0;
    + if (choice.at >= 100 * end) return 0;

    every sampled run is the same
    - const draw = random(seed, \`\${name} \${number}\`);
    + const draw = random(seed, name);

    the seed has no say
    - const draw = random(seed, \`\${name} \${number}\`);
    + const draw = random('x', \`\${name} \${number}\`);

    faults have ranks like any other move
    - for (let index = 0; index < end; index++) {
    + for (let index = 0; index < choice.size; index++) {
    `,
  ],
  [
    'strategies/priorities.ts',
    `
    priorities are drawn anew at every choice
    - const rank = (index: number): number => (ranks[on[index]!] ??= draw.unit());
    + const rank = (index: number): number => (ranks[on[index]!] = draw.unit());
    `,
  ],
  [
    'strategies/uniform.ts',
    `
    chains with much left move no more often than others
    - const weight = (index: number): number => Math.max(1, left[on[index]!]!);
    + const weight = (index: number): number => Math.min(1, left[on[index]!]!);
    `,
  ],
  [
    'strategies/selective.ts',
    `
    who is to call next is whoever comes first
    - caller = waiting.has(chain) ? name : (caller ?? drawn(left, draw) ?? name);
    + caller = name;
    `,
  ],
  [
    'strategies/chains.ts',
    `
    what a move brings about begins a chain of its own
    - const free = parent >= 0 && !on.includes(parent);
    + const free = parent === -2;
    `,
  ],
];
