/**
 * The workflow of GitHub Actions that `npx reprise init-ci` writes. Pure text.
 *
 * Source: GitHub's documentation of workflow syntax, contexts and permissions, and `gh help issue`. No action but those of
 * GitHub itself, by major version; no token but the built-in one, and no right of it that a job does not use.
 */

/** How a project installs its packages and runs its tests. */
export interface Manager {
  /** Steps before the installation; empty where Node brings the package manager along. */
  readonly prepare: string | null;
  readonly install: string;
  readonly test: string;
}

/** How much is searched at night. */
export interface Night {
  readonly shards: number;
  /** As `fuzz --for` takes it. */
  readonly time: string;
  readonly minutesMax: number;
}

/** The text of the workflow. */
export function actionsWorkflow(manager: Manager, night: Night): string {
  return `# Written by npx reprise init-ci, and yours from now on.
name: Reprise

on:
  pull_request:
  schedule:
    - cron: '17 3 * * *' # UTC
  workflow_dispatch:

permissions:
  contents: read

jobs:
  # The suite. Its seed is the commit: to run a red job once more is to search the same again.
  test:
    if: github.event_name == 'pull_request'
    runs-on: ubuntu-latest
    timeout-minutes: 30
    steps:
${setup(manager)}
      - run: ${manager.test}
        env:
          REPRISE_SEED: \${{ github.event.pull_request.head.sha }}

  # The search for new findings. Commit and number of the workflow run make the seed: each night searches elsewhere, and
  # each shard elsewhere than the others. To run a job once more is to make the same search.
  fuzz:
    if: github.event_name != 'pull_request'
    runs-on: ubuntu-latest
    timeout-minutes: ${night.minutesMax}
    strategy:
      fail-fast: false
      matrix:
        shard: [${Array.from({ length: night.shards }, (_, index) => index + 1).join(', ')}]
    steps:
${setup(manager)}
      - run: npx reprise fuzz --for ${night.time} --shard "$SHARD" --seed "$SEED" --out reprise-out
        env:
          SHARD: \${{ matrix.shard }}/${night.shards}
          SEED: \${{ github.sha }}-\${{ github.run_number }}
      - name: Job summary, with timelines
        if: \${{ !cancelled() && hashFiles('reprise-out/summary.md') != '' }}
        run: cat reprise-out/summary.md >> "$GITHUB_STEP_SUMMARY"
      - uses: actions/upload-artifact@v6
        if: \${{ !cancelled() }}
        with:
          name: reprise-\${{ matrix.shard }}
          path: reprise-out
          if-no-files-found: ignore
          overwrite: true

${ISSUES}`;
}

const setup = ({ prepare, install }: Manager): string =>
  [
    '      - uses: actions/checkout@v6',
    '        with:',
    '          persist-credentials: false',
    '      - uses: actions/setup-node@v6',
    '        with:',
    '          node-version: lts/*',
    ...(prepare === null ? [] : [`      - run: ${prepare}`]),
    `      - run: ${install}`,
  ].join('\n');

/** Opens an issue for each failure that has none, refreshes and reopens those that have one. */
const ISSUES = `  # One issue for each failure, whichever shards and nights find it.
  issues:
    needs: fuzz
    if: \${{ !cancelled() && github.event_name != 'pull_request' }}
    runs-on: ubuntu-latest
    timeout-minutes: 10
    permissions:
      issues: write
    concurrency: reprise-issues
    steps:
      - uses: actions/download-artifact@v7
        with:
          pattern: reprise-*
          path: found
      - name: Open or refresh
        shell: bash
        env:
          GH_TOKEN: \${{ github.token }}
          GH_REPO: \${{ github.repository }}
          RUN_URL: \${{ github.server_url }}/\${{ github.repository }}/actions/runs/\${{ github.run_id }}
        run: |
          gh label create reprise --color B60205 --description 'Found by npx reprise fuzz' --force
          declare -A seen=()
          for issue in found/*/issues/*/; do
            [ -d "$issue" ] || continue
            fingerprint=$(basename "$issue")
            [ -z "\${seen[$fingerprint]:-}" ] || continue
            seen[$fingerprint]=yes
            printf '\\nLast found by %s\\n' "$RUN_URL" >> "$issue/body.md"
            number=$(gh issue list --label reprise --state all --limit 1000 --json number,title \\
              --jq "[.[] | select(.title | endswith(\\"($fingerprint)\\"))][0].number // empty")
            if [ -z "$number" ]; then
              gh issue create --title "$(cat "$issue/title.txt")" --body-file "$issue/body.md" --label reprise
            else
              gh issue edit "$number" --body-file "$issue/body.md"
              gh issue reopen "$number"
            fi
          done
`;
