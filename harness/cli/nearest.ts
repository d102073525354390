/** Names that somebody who mistyped one may have meant. */

const SUGGESTIONS_MAX = 3;

/** At most three of `names`, nearest to `name` first; those that contain it before all others. */
export function nearest(name: string, names: readonly string[]): string[] {
  return names
    .map((other) => ({ other, cost: other.includes(name) ? 0 : distance(name, other) / Math.max(1, other.length) }))
    .filter(({ cost }) => cost <= 0.6)
    .toSorted((a, b) => a.cost - b.cost)
    .slice(0, SUGGESTIONS_MAX)
    .map(({ other }) => other);
}

/** Insertions, deletions and replacements from `a` to `b` (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}
