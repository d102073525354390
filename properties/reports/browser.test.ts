/** The page of a finding in a real browser: it works, by keyboard as well, in every light, width and medium, and asks for nothing. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { htmlReport } from '../../harness/reports/html.ts';
import { findings, type Told } from './support.ts';

const NAMES = [
  ...['interleaved-different-names', 'takeover-without-key', 'fan-out-as-they-come', 'interleaved after a crash'],
  ...['long', 'hostile'],
];
const CHROMIUM = '/usr/bin/chromium';
const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];
const COMPONENTS = ['--disable-component-update', '--disable-sync'];

/** What a page is asked in the browser is sent there as text: these types are of no document. */
const MARKS = `[...document.querySelectorAll('.mark')]`;

describe.skipIf(!existsSync(CHROMIUM))(
  `the page in a browser (skipped without ${CHROMIUM}: apt-get install chromium)`,
  () => {
    let browser: Browser;
    let told: Told[] = [];
    let folder = '';

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'reprise-pages-'));
      told = await findings(NAMES);
      for (const { name, finding } of told)
        writeFileSync(
          join(folder, `${name}.html`),
          htmlReport(finding, { replayCommand: 'npx reprise replay a.json#1f3c' }),
        );
      browser = await chromium.launch({ executablePath: CHROMIUM, args: [...ARGS, ...COMPONENTS] });
    });
    afterAll(async () => {
      await browser?.close();
      rmSync(folder, { recursive: true });
    });

    /** Opens the page of a finding, lets `look` at it, and holds that nothing went wrong and nothing was asked for. */
    async function opened(
      name: string,
      options: Parameters<Browser['newPage']>[0],
      look: (page: Page) => Promise<void>,
    ): Promise<void> {
      const page = await browser.newPage(options);
      const wrong: string[] = [];
      const asked: string[] = [];
      page.on('console', (message) => wrong.push(message.text()));
      page.on('pageerror', (error) => wrong.push(error.message));
      page.on('request', (request) => asked.push(request.url()));
      const url = pathToFileURL(join(folder, `${name}.html`)).href;
      await page.goto(url);
      await look(page);
      expect([name, wrong, asked]).toEqual([name, [], [url]]);
      await page.close();
    }

    /** The numbers of the events whose payloads are shown. */
    const shown = (page: Page): Promise<string[]> =>
      page.evaluate<string[]>(
        `[...document.querySelectorAll('#inspector section a')].map((a) => a.getAttribute('href').slice(1))`,
      );

    test('reaches every event by keyboard, shows what it carries, and lets go', async () => {
      for (const name of ['interleaved-different-names', 'takeover-without-key'])
        await opened(name, {}, async (page) => {
          const reached = new Set<string>();
          const panels = await page.evaluate<number>(`document.querySelectorAll('.panel').length`);
          for (let panel = 0; panel < panels; panel++) {
            const here = `document.querySelectorAll('.panel')[${panel}]`;
            await tabTo(page, `document.activeElement.closest('.panel') === ${here}`);
            await page.keyboard.press('Home');
            const marks = await page.evaluate<number>(`${here}.querySelectorAll('.mark').length`);
            for (let mark = 0; mark < marks; mark++) {
              for (const id of await shown(page)) reached.add(id);
              await page.keyboard.press('ArrowDown');
            }
          }
          const { run } = told.find((one) => one.name === name)!.finding;
          expect([name, run.history.filter(({ seq }) => !reached.has(`e${seq}`))]).toEqual([name, []]);
          await tabTo(page, `document.activeElement.closest('.view') === null`);
        });
    });

    async function tabTo(page: Page, there: string): Promise<void> {
      for (let tabs = 0; tabs < 40; tabs++) {
        await page.keyboard.press('Tab');
        if (await page.evaluate<boolean>(there)) return;
      }
      expect.unreachable(`40 tabs, and not yet ${there}`);
    }

    test('goes to the branch beside with the arrow keys, and shows where the focus is', async () => {
      await opened('interleaved-different-names', {}, async (page) => {
        await page.focus('.panel:last-child .evidence.call');
        expect(await page.textContent('#inspector')).toMatch(/args\s\["d"\]/);
        await page.keyboard.press('ArrowLeft');
        expect(await page.evaluate<string>(`document.activeElement.getAttribute('aria-label')`)).toContain('seqA');
        const outline = await page.evaluate<string>(`getComputedStyle(document.activeElement).outline`);
        expect(outline).toMatch(/solid 3px/);
        expect(await page.evaluate<number>(`document.querySelectorAll('[aria-current]').length`)).toBe(1);
      });
    });

    test('shows what is pointed at, and goes from a decision to its place', async () => {
      await opened('takeover-without-key', {}, async (page) => {
        await page.hover('.band');
        expect(await page.textContent('#inspector h3')).toContain('executor-1 is suspended');
        await page.click('.script a >> nth=1');
        expect(await page.textContent('#inspector')).toMatch(/calm would be\s/);
        expect(await page.evaluate<string>(`document.activeElement.className`)).toContain('departs');
      });
    });

    test.each(['light', 'dark'] as const)(
      'has letters that stand out from what is behind them: %s',
      async (colorScheme) => {
        for (const name of ['takeover-without-key', 'interleaved after a crash'])
          await opened(name, { colorScheme }, async (page) => {
            expect(await page.evaluate<string[]>(CONTRAST)).toEqual([]);
            const paper = await page.evaluate<string>(`getComputedStyle(document.body).backgroundColor`);
            expect(paper).toBe(colorScheme === 'light' ? 'rgb(252, 252, 251)' : 'rgb(20, 23, 26)');
          });
      },
    );

    test('keeps the borders of marks where colours are the reader’s own', async () => {
      await opened('interleaved after a crash', { forcedColors: 'active' }, async (page) => {
        expect(
          await page.evaluate<string[]>(
            `${MARKS}.filter((mark) => mark.matches('.call') && getComputedStyle(mark).borderTopStyle === 'none')`,
          ),
        ).toEqual([]);
        expect(
          await page.evaluate<string>(`getComputedStyle(document.querySelector('.call.replayed')).borderTopStyle`),
        ).toBe('dashed');
      });
    });

    test('prints the events that matter as a table, and nothing that needs a mouse', async () => {
      for (const name of ['interleaved-different-names', 'long'])
        await opened(name, {}, async (page) => {
          await page.emulateMedia({ media: 'print' });
          const visible = (what: string): Promise<number> =>
            page.evaluate<number>(
              `[...document.querySelectorAll(${JSON.stringify(what)})].filter((one) => one.getClientRects().length > 0).length`,
            );
          expect(await visible('#inspector')).toBe(0);
          expect(await visible('.log thead th')).toBeGreaterThan(0);
          expect(await visible('.log tr.key')).toBeGreaterThan(0);
          expect(await visible('.log tbody tr:not(.key)')).toBe(0);
          expect((await page.pdf({ format: 'A4' })).subarray(0, 4).toString()).toBe('%PDF');
        });
    });

    test('is no wider than its window, narrow or wide, and names everything in it', async () => {
      for (const { name } of told)
        await opened(name, {}, async (page) => {
          for (const width of [360, 1440]) {
            await page.setViewportSize({ width, height: 800 });
            const wide = await page.evaluate<number>(`document.documentElement.scrollWidth`);
            expect([name, width, wide <= width]).toEqual([name, width, true]);
          }
          const nameless = `[...document.querySelectorAll('a, [role], section, aside')].filter((one) => {
          const by = one.getAttribute('aria-labelledby');
          const label = one.getAttribute('aria-label') ?? (by === null ? one.textContent : document.getElementById(by)?.textContent);
          return (label ?? '').trim() === '' && !one.closest('#inspector');
        }).length`;
          expect([name, await page.evaluate<number>(nameless)]).toEqual([name, 0]);
          expect(await page.evaluate<number>(`document.querySelectorAll('h1').length`)).toBe(1);
          const twice = `(() => { const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id); return ids.length - new Set(ids).size; })()`;
          expect([name, await page.evaluate<number>(twice)]).toEqual([name, 0]);
        });
    });

    test('runs nothing that a program says', async () => {
      await opened('hostile', {}, async (page) => {
        expect(await page.evaluate<string>(`typeof window.hurt`)).toBe('undefined');
        await page.keyboard.press('Tab');
        expect(await page.evaluate<string>(`typeof window.hurt`)).toBe('undefined');
        expect(await page.evaluate<number>(`document.querySelectorAll('img, svg, iframe').length`)).toBe(0);
      });
    });

    test('stays usable with hundreds of events: from the beginning to the end with one key', async () => {
      await opened('long', {}, async (page) => {
        await page.focus('.mark');
        await page.keyboard.press('End');
        const all = told.find(({ name }) => name === 'long')!.finding.run.history;
        expect(await shown(page)).toContain(`e${all.at(-1)!.seq}`);
        expect(
          await page.evaluate<boolean>(
            `(() => { const { top, bottom } = document.activeElement.getBoundingClientRect(); return top >= 0 && bottom <= innerHeight; })()`,
          ),
        ).toBe(true);
      });
    });
  },
);

/** Texts whose contrast with what is behind them is below 4.5 (WCAG 2.2, 1.4.3), as the page sees them. */
const CONTRAST = `(() => {
  const parse = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((one) => one / 255).map((one) => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4).reduce((sum, one, index) => sum + one * [0.2126, 0.7152, 0.0722][index], 0);
  const behind = (one) => {
    for (let at = one; at !== null; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const found = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const one = walker.currentNode.parentElement;
    if (walker.currentNode.textContent.trim() === '' || one.closest('script') !== null) continue;
    const [a, b] = [light(parse(getComputedStyle(one).color)), light(behind(one))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) found.add(one.tagName + '.' + one.className + ' ' + one.parentElement.className + ' ' + contrast.toFixed(2));
  }
  return [...found];
})()`;
