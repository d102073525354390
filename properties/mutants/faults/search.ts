/** Faults of the search: strategies, scripts, shrinking, campaigns, and the files that findings are kept in. */
export const SEARCH: readonly (readonly [file: string, faults: string])[] = [
  [
    'strategies/random.ts',
    `
    faults are placed at the start of a run only
    - () => draw.below(horizon)).toSorted(
    + () => draw.below(2)).toSorted(

    a run never grows calm
    - if (choice.at >= 2 * horizon) return 0;
    + if (choice.at >= 2_000 * horizon) return 0;

    every run of a plan is the same
    - randomDecider(stream(seed, \`schedule \${run}\`), horizon)
    + randomDecider(stream(seed, 'schedule'), horizon)

    the seed has no say
    - yield randomDecider(stream(seed,
    + yield randomDecider(stream('x',
    `,
  ],
  [
    'strategies/exhaustive.ts',
    `
    the last option of a choice is never tried
    - chose < decision.options.length; chose++)
    + chose < decision.options.length - 1; chose++)

    deviations in all are not bounded
    - othersMax && crashes + others <= deviationsMax;
    + othersMax && deviationsMax >= 0;

    crashes count as any other deviation
    - return isCrash(options[chose]!.kind) ? { crashes: crashes + 1, others } : { crashes, others: others + 1 };
    + return { crashes, others: others + 1 };

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
    'strategies/priorities.ts',
    `
    priorities are drawn anew at every choice
    - if (priority === undefined) known.set(label, (priority = draw.unit()));
    + priority ??= draw.unit();

    faults have priorities like any other move
    - (isFault(kind) ? -1 : priorityOf(label))
    + (isFault(kind) ? priorityOf(label) : priorityOf(label))
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
    - random(seed),
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
    'campaign.ts',
    `
    a run that differs when it is repeated is believed
    - if (fingerprint(again) === fingerprint(run)) return;
    + if (again.moves >= 0) return;

    a new result is called wrong before anyone has looked for it
    - return this.#known.searched === null ? violations.filter(({ check }) => check !== 'results') : violations;
    + return violations;

    a budget is overrun by one run
    - if (this.#runs >= runsMax || native.nowMs() > endMs)
    + if (this.#runs > runsMax || native.nowMs() > endMs)

    a saved script that was never reached is judged all the same
    - done(run);
    +

    every minimum is called proved
    - minimal: proof.ended, runs:
    + minimal: true, runs:

    what a campaign exhausted is forgotten
    - return { finding: null, exhausted: step.value, ended: true };
    + return { finding: null, exhausted: null, ended: true };
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
    'adapters/files.ts',
    `
    a file is written over, not replaced
    - const temporary = \`\${path}.\${process.pid}.tmp\`;
    + const temporary = path;

    a file without a choice is read
    - choose: string(deviation['choose'], \`$.script[\${index}].choose\`, wrong),
    + choose: String(deviation['choose']),

    a file of another version is read
    - if (root['version'] !== 1) wrong('$.version', versionProblem(root['version']));
    + if (root['version'] === undefined) wrong('$.version', versionProblem(root['version']));
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
];
