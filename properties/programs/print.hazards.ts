/** Generated programs as TypeScript: each hazard, as somebody might have written it. */
import { callText, helper, orderText, type Page } from './print.calls.ts';
import type { Hazard, HazardKind } from './program.ts';

type Of<K extends HazardKind> = Extract<Hazard, { readonly do: K }>;

const FAILS = "ctx.step('fails', () => { throw new TypeError('no'); })";

/** The lines of a hazard; `bind` begins the one that binds its value. */
export function hazardText(statement: Hazard, bind: string, page: Page): readonly string[] {
  switch (statement.do) {
    case 'interleaved':
      return interleavedText(statement, bind);
    case 'started side by side': {
      const start = `ctx.start('${page.workflowOf(statement.block)}', of)`;
      return [`${bind}await Promise.all(['x', 'y'].map(async (of) => (await ${start}).result()));`];
    }
    case 'pool of sequences':
      return [
        `${bind}await ${helper('pool', page)}(${statement.workers}, ${statement.tasks}, async (task) => [`,
        "  await ctx.step('one', () => `one ${task}`),",
        "  await ctx.step('two', () => `two ${task}`),",
        ']);',
      ];
    case 'read':
      return readText(statement, bind);
    case 'cached':
      return [`${bind}(cache ??= await ctx.step('load', () => 'rate'));`];
    case 'winner':
    case 'merged':
    case 'timer':
      return timingText(statement, bind, page);
    case 'effect outside':
    case 'effect without key':
    case 'swallowed':
      return effectText(statement, bind, page);
    default:
      return misuseText(statement, bind, page);
  }
}

function interleavedText({ names, form, passed }: Of<'interleaved'>, bind: string): readonly string[] {
  const step = (branch: string, turn: number): string => {
    const value = branch.length === 1 ? `'${branch}${turn}'` : `\`\${branch}${turn}\``;
    const name = names === 'same' ? "'work'" : value;
    return passed ? `ctx.step(${name}, (of) => of, ${value})` : `ctx.step(${name}, () => ${value})`;
  };
  if (form === 'then')
    return [
      `${bind}await Promise.all(['x', 'y'].map((branch) => ${step('branch', 1)}`,
      `  .then(() => ${step('branch', 2)})));`,
    ];
  const sequence = `const sequence = async (branch) => [await ${step('branch', 1)}, await ${step('branch', 2)}];`;
  if (form === 'async') return [sequence, `${bind}await Promise.all([sequence('x'), sequence('y')]);`];
  return [
    sequence,
    "const background = sequence('x');",
    `${bind}[await ${step('y', 1)}, await ${step('y', 2)}, await background];`,
  ];
}

function readText({ what, use }: Of<'read'>, bind: string): readonly string[] {
  const [read, decide] = {
    clock: ['Date.now()', "read % 2 === 0 ? 'even' : 'odd'"],
    random: ['Math.random()', "read < 0.5 ? 'heads' : 'tails'"],
    uuid: ['crypto.randomUUID()', "read < '8' ? 'low' : 'high'"],
  }[what] as [string, string];
  const next = use === 'pass' ? "ctx.step('stamp', (of) => of, read)" : `ctx.step(${decide}, () => 'done')`;
  return [`const read = ${read};`, `${bind}await ${next};`];
}

function timingText(statement: Of<'winner' | 'merged' | 'timer'>, bind: string, page: Page): readonly string[] {
  switch (statement.do) {
    case 'winner': {
      const other = statement.against === 'step' ? "ctx.step('y', () => 'y')" : "ctx.sleep(10).then(() => 'late')";
      const next =
        statement.use === 'pass' ? "ctx.step('next', (of) => of, first)" : "ctx.step(`after ${first}`, () => 'done')";
      return [
        `const raced = [${other}, ctx.step('x', () => 'x')];`,
        'const first = await Promise.race(raced);',
        `${bind}[await ${next}, await Promise.all(raced)];`,
      ];
    }
    case 'merged':
      return [
        'const came = [];',
        "await Promise.all(['x', 'y'].map(async (of) => came.push(await ctx.step('s', () => of))));",
        `${bind}${statement.use === 'pass' ? "await ctx.step('next', (of) => of, came.join())" : 'came.join()'};`,
      ];
    case 'timer':
      return [
        `const late = ${helper('pause', page)}(${statement.ms}).then(() => ctx.step('late', () => 'done'));`,
        `${bind}[await ctx.step('one', () => 'done'), await ctx.step('two', () => 'done'), await late];`,
      ];
  }
}

function effectText(
  statement: Of<'effect outside' | 'effect without key' | 'swallowed'>,
  bind: string,
  page: Page,
): readonly string[] {
  const order = orderText(page);
  if (statement.do === 'effect outside') return [`${bind}await shop.pay(${order});`];
  if (statement.do === 'swallowed')
    return [
      'let sold;',
      'try {',
      "  const seen = await ctx.step('look', () => shop.look('x'));",
      `  const paid = await ctx.step('pay', () => shop.pay(${order}, ${order}));`,
      ...(statement.by === 'cancel' ? ['  await ctx.sleep(1_000);'] : []),
      "  sold = [seen, paid, await ctx.step('ship', () => shop.look('y'))];",
      '} catch {',
      `  sold = await ctx.step('refund', () => shop.refund(${order}, ${order}));`,
      '}',
      `${bind}sold;`,
    ];
  if (statement.on === 'tables')
    return [`${bind}await ctx.step('log', () => database.commit('log', ({ log }) => void log.push(${order})));`];
  const options = `{ name: 'pay', attemptsMax: ${statement.attempts}, backoffMs: 10 }`;
  return [`${bind}await ctx.step(${options}, () => shop.pay(${order}));`];
}

function misuseText(
  statement: Of<'dropped' | 'abandoned' | 'unheard' | 'never' | 'unstorable' | 'error class'>,
  bind: string,
  page: Page,
): readonly string[] {
  switch (statement.do) {
    case 'dropped':
      return [`void ${callText(statement.call, page)};`];
    case 'abandoned': {
      const ask = `${helper('counted', page)}((tries) => shop.ask({ what: 'x', tries }))`;
      const slow = `const slow = ctx.step({ name: 'slow', attemptsMax: 2, backoffMs: 10 }, ${ask});`;
      if (statement.how === 'race') return [slow, `${bind}await Promise.race([slow, ctx.step('fast', () => 'done')]);`];
      return [slow, `${bind}await Promise.all([slow, ${FAILS}]).catch(${helper('told', page)});`];
    }
    case 'unheard':
      return [
        `const failing = ${FAILS};`,
        "const next = await ctx.step('next', () => shop.look('x'));",
        `${bind}[next, await failing.catch(${helper('told', page)})];`,
      ];
    case 'never': {
      if (statement.what === 'promise') return [`${bind}await new Promise(() => undefined);`];
      if (statement.what === 'message') return [`${bind}await ctx.recv('nobody', Infinity);`];
      return ['for (const until = Date.now() + 1_000; Date.now() < until; );', `${bind}await undefined;`];
    }
    case 'unstorable': {
      const made = {
        function: "() => 'done'",
        symbol: "Symbol('s')",
        promise: "({ later: Promise.resolve('x') })",
      }[statement.what];
      return [`${bind}await ctx.step('make', () => ${made});`];
    }
    case 'error class':
      return [
        `const error = await ${FAILS}.catch((thrown) => thrown);`,
        `${bind}await ctx.step(error instanceof TypeError ? 'decline' : 'alert', () => 'done');`,
      ];
  }
}
