/** The page of a finding: whole, small, safe and the same every time. */
import { beforeAll, describe, expect, test } from 'vitest';
import { fixOf } from '../../harness/reports/fix.ts';
import { htmlReport } from '../../harness/reports/html.ts';
import { SCRIPT } from '../../harness/reports/html/script.ts';
import { LEGEND, STYLE } from '../../harness/reports/html/style.ts';
import { meaningsOf } from '../../harness/reports/moves.ts';
import { findings, HOSTILE, type Told } from './support.ts';

const OPTIONS = { replayCommand: 'npx reprise replay "__seeds__/a.json#1f3c"', savedTo: '__seeds__/a.json' };

let told: Told[] = [];
const pages = new Map<string, string>();
beforeAll(async () => {
  told = await findings();
  for (const { name, finding } of told) pages.set(name, htmlReport(finding, OPTIONS));
});

/** The text of a page as a browser would show it, near enough: no tags, no entities. */
const shown = (page: string): string =>
  page
    .replaceAll(/<(?:style|script)[^>]*>[\s\S]*?<\/(?:style|script)>/g, ' ')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
    .replaceAll(/\s+/g, ' ');

describe('the page of a finding', () => {
  test('is made for findings of both engines, with crashes, takeovers, messages, children, and no end', () => {
    const types = new Set(told.flatMap(({ finding }) => finding.run.history.map(({ type }) => type)));
    for (const type of ['executor.crashed', 'executor.replaced', 'message.sent', 'world.answered', 'executor.woken'])
      expect(types).toContain(type);
    expect(Math.max(...told.map(({ finding }) => finding.run.history.length))).toBeGreaterThan(500);
  });

  test('is under 100 KB before any data', () => {
    expect(SCRIPT.length + STYLE.length + LEGEND.length).toBeLessThan(30_000);
    const { finding } = told.find(({ name }) => name === 'waiting-for-ever')!;
    expect(Buffer.byteLength(htmlReport(finding))).toBeLessThan(100_000);
  });

  test('has every event of the run, once in the table and in exactly one mark', () => {
    for (const { name, finding } of told) {
      const page = pages.get(name)!;
      const marked = [...page.matchAll(/\sdata-e="([^"]*)"/g)]
        .flatMap(([, ids]) => ids!.split(' '))
        .filter((id) => id.startsWith('e'));
      const rows = [...page.matchAll(/<tr id="(e\d+)"/g)].map(([, id]) => id!);
      const all = finding.run.history.map(({ seq }) => `e${seq}`);
      expect([name, rows]).toEqual([name, all]);
      expect([name, marked.toSorted()]).toEqual([name, all.toSorted()]);
    }
  });

  test('says what broke, what to change, how to see it again, and every deviation', () => {
    for (const { name, finding } of told) {
      const text = shown(pages.get(name)!);
      const [violation] = finding.violations;
      const fix = fixOf(finding);
      const wanted = [
        ...(name === 'hostile' ? [] : [violation!.because]),
        ...(fix === undefined ? [] : [fix]),
        ...[OPTIONS.replayCommand, OPTIONS.savedTo],
        ...(name === 'hostile' ? [] : meaningsOf(finding.run)),
        ...(name === 'hostile' ? [] : finding.script.flatMap(({ after, choose }) => [after, choose])),
      ];
      for (const words of wanted)
        expect([name, words, text.includes(words.replaceAll(/\s+/g, ' '))]).toEqual([name, words, true]);
    }
  });

  test('has the payloads: arguments, results and source lines', () => {
    const text = shown(pages.get('interleaved-different-names')!);
    for (const words of [
      'args ["a"]',
      'outcome "B"',
      'interleaved.ts:',
      'on offer land step1#1 · land step3#1',
      'calm would be land step1#1',
    ])
      expect(text).toContain(words);
  });

  test('lets nothing of the user be markup: not in elements, not in attributes', () => {
    const page = pages.get('hostile')!;
    const tags = [...page.matchAll(/<\/?([a-z!][a-z0-9-]*)/gi)].map(([, tag]) => tag!.toLowerCase());
    const known = new Set(
      [...pages.get('long')!.matchAll(/<\/?([a-z!][a-z0-9-]*)/gi)].map(([, tag]) => tag!.toLowerCase()),
    );
    expect(tags.filter((tag) => !known.has(tag))).toEqual([]);
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(page.match(/<style/g)).toHaveLength(1);
    for (const text of HOSTILE.slice(0, 6)) expect(page).not.toContain(text);
    const attributes = [...page.replaceAll(/"[^"<>]*"/g, '""').matchAll(/<[a-z][^>]*>/gi)].map(([tag]) => tag);
    expect(
      attributes.filter((tag) => !/^<\w+(?:\s+[a-z-]+(?:="")?)*\s*\/?>$/.test(tag) || /\son\w+/.test(tag)),
    ).toEqual([]);
    for (const text of HOSTILE.slice(0, 6)) expect(shown(page)).toContain(text.replaceAll(/\s+/g, ' '));
  });

  test('shows control characters and those that turn the direction as dots', () => {
    for (const page of pages.values()) expect(/(?![\n\t])[\p{Cc}\p{Cf}]/u.test(page)).toBe(false);
  });

  test('asks for nothing: no address, no file, no handler inline, and a policy that forbids them', () => {
    for (const { name } of told) {
      const page = pages.get(name)!;
      expect(page).toContain("default-src 'none'");
      expect(page).toMatch(/script-src 'nonce-(r[0-9a-z]+)'[\s\S]*<script nonce="\1">/);
      expect(page).not.toMatch(/<(?:link|img|iframe|object|embed|base|form)\b/i);
      if (name !== 'hostile') expect(page).not.toMatch(/(?:src|href)="(?!#)|url\(|@import|\son\w+="/i);
    }
  });

  test('is a function of the finding, byte for byte', () => {
    for (const { name, finding } of told) expect(htmlReport(finding, OPTIONS)).toBe(pages.get(name));
  });

  test('of two runs shows both, in the same rows', () => {
    const page = pages.get('interleaved-different-names')!;
    expect(page.match(/class="panel"/g)).toHaveLength(2);
    const rulesOf = (panel: string): string[] =>
      [...panel.matchAll(/class="rule" style="grid-row:(\d+)"/g)].map(([, row]) => row!);
    const [, left, right] = page.split('class="panel"');
    expect(rulesOf(left!)).toEqual(rulesOf(right!).slice(0, rulesOf(left!).length));
    expect(page).toContain('here it is seqA&#39;s');
    expect(page).toContain('here it is seqB&#39;s');
  });
});
