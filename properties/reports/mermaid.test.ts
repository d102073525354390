/** The diagram of a finding is in the part of Mermaid's syntax that is spelled out here, short, and safe. */
import { beforeAll, describe, expect, test } from 'vitest';
import { mermaidReport } from '../../harness/reports/mermaid.ts';
import { findings, HOSTILE, type Told } from './support.ts';

let told: Told[] = [];
beforeAll(async () => {
  told = await findings();
});

/** Texts in which nothing is Mermaid's: `#` only begins an entity, and `;` only ends one. */
const TEXT = String.raw`(?!(?:no)?wrap:)(?:[^#;<>&$%\n\p{Cc}\p{Cf}]|#\d+;)+`;
const LINES = [
  String.raw`sequenceDiagram`,
  String.raw`  acc(?:Title|Descr): ${TEXT}`,
  String.raw`  participant [ABJ] as ${TEXT}`,
  String.raw`  (?:[AB]->>J|[AB]-xJ|J-->>[AB]): ${TEXT}`,
  String.raw`  Note over (?:[ABJ]|A,J|A,B): ${TEXT}`,
].map((line) => new RegExp(`^${line}$`, 'u'));

describe('the diagram of a finding', () => {
  test('has no line that is not one of five kinds, and no text that Mermaid could take for its own', () => {
    for (const { name, finding } of told)
      for (const line of mermaidReport(finding).split('\n'))
        expect([name, line, LINES.some((kind) => kind.test(line))]).toEqual([name, line, true]);
  });

  test('names its participants before it uses them', () => {
    for (const { finding } of told) {
      const lines = mermaidReport(finding).split('\n');
      const named = lines.flatMap((line) => /^ {2}participant (\w)/.exec(line)?.[1] ?? []);
      const used = lines.flatMap(
        (line) => /^ {2}(?:Note over )?([ABJ](?:-?->>|-x|,)?[ABJ]?):/.exec(line)?.[1]?.match(/[ABJ]/g) ?? [],
      );
      expect(used.filter((one) => !named.includes(one))).toEqual([]);
      expect(new Set(named).size).toBe(named.length);
    }
  });

  test('is short, and says how much it left out', () => {
    for (const { finding } of told) expect(mermaidReport(finding).split('\n').length).toBeLessThanOrEqual(48);
    const { finding } = told.find(({ name }) => name === 'long')!;
    expect(mermaidReport(finding)).toMatch(/Note over A,B: … \d+ more lines left out …/);
    expect(mermaidReport(finding)).toContain('crashes');
  });

  test('shows the two branches that race for a position, and what became of it', () => {
    const text = mermaidReport(told.find(({ name }) => name === 'interleaved-different-names')!.finding);
    for (const line of [
      'participant A as calm run',
      'participant B as this run',
      'A->>J: 2 step2("b") [seqA] → "B"',
      "Note over A: ▲ here it is seqA's",
      'B->>J: 2 step4("d") [seqB] → "D"',
      "Note over B: ▲ here it is seqB's",
    ])
      expect(text).toContain(line);
  });

  test('has nothing of what would do harm', () => {
    const text = mermaidReport(told.find(({ name }) => name === 'hostile')!.finding);
    for (const harm of HOSTILE.filter((one) => one.includes('<'))) expect(text).not.toContain(harm);
    expect(text).not.toMatch(/<|%/);
  });

  test('is a function of the finding', () => {
    for (const { finding } of told) expect(mermaidReport(finding)).toBe(mermaidReport(finding));
  });
});
