/** Generated programs as TypeScript: a single durable call. */
import type { Block, Call, Step, Value, Work } from './program.ts';

/** One workflow as it is written down, from where a statement stands. */
export interface Page {
  readonly workflowOf: (block: Block) => string;
  /** The next variable that is not taken. */
  readonly fresh: () => string;
  /** Helpers that the text needs. */
  readonly uses: Set<string>;
  /** Variables in sight, the input first. */
  readonly names: readonly string[];
  /** Place of the statement, as the inside of a template literal. */
  readonly at: string;
  /** How many loops are around it. */
  readonly loops: number;
}

const nameOf = (back: number, names: readonly string[]): string => names[Math.max(0, names.length - 1 - back)]!;

/** A value as an expression. */
export const expression = (value: Value, { names }: Page): string =>
  'text' in value ? quote(value.text) : nameOf(value.back, names);

/** A value inside a template literal. */
const inTemplate = (value: Value, { names }: Page): string =>
  'text' in value ? value.text : `\${${nameOf(value.back, names)}}`;

/** A text as a literal; generated texts have no quotes in them. */
export const quote = (text: string): string => `'${text}'`;

/** The name of what a call orders. */
export const orderText = ({ at }: Page): string => `\`\${ctx.workflowId}/${at}\``;

/** Names a helper and says that the text needs it. */
export function helper(name: string, { uses }: Page): string {
  uses.add(name);
  return name;
}

/** A call as an expression: a promise. */
export function callText(call: Call, page: Page): string {
  switch (call.call) {
    case 'step':
      return stepText(call, page);
    case 'transaction': {
      const body = {
        append: `({ log }) => void log.push(${orderText(page)})`,
        count: '({ log }) => log.length',
        throw: `() => { throw new Error(\`no ${inTemplate(call.of, page)}\`); }`,
      }[call.work];
      return `ctx.transaction(${quote(call.name)}, ${body})`;
    }
    case 'sleep':
      return `ctx.sleep(${call.ms})`;
    case 'now':
    case 'random':
    case 'uuid':
      return `ctx.${call.call}()`;
    case 'recv':
      return `ctx.recv('mail', ${call.timeoutMs})`;
    case 'setEvent':
      return `ctx.setEvent('state', ${expression(call.of, page)})`;
  }
}

function stepText(step: Step, page: Page): string {
  const of = step.passed ? '${of}' : inTemplate(step.of, page);
  const passed = step.passed ? `, ${expression(step.of, page)}` : '';
  return `ctx.step(${optionsText(step)}, ${bodyText(step, of, page)}${passed})`;
}

function optionsText({ name, attempts, timeoutMs }: Step): string {
  if (attempts === 1 && timeoutMs === null) return quote(name);
  const retries = attempts === 1 ? '' : `, attemptsMax: ${attempts}, backoffMs: 10`;
  return `{ name: ${quote(name)}${retries}${timeoutMs === null ? '' : `, timeoutMs: ${timeoutMs}`} }`;
}

/** Works whose body looks at the value. */
const SEES: ReadonlySet<Work> = new Set<Work>([
  ...(['echo', 'look', 'look, then pay', 'refused', 'throw', 'look twice', 'look for the first'] as const),
]);

function bodyText({ name, work, of: value, passed }: Step, of: string, page: Page): string {
  const order = orderText(page);
  if (work === 'busy') {
    const what = `\`${inTemplate(value, page)}\``;
    return `${helper('counted', page)}((tries) => shop.ask({ what: ${what}, tries }))`;
  }
  const body = {
    echo: `\`${name} ${of}\``,
    look: `shop.look(\`${of}\`)`,
    pay: `shop.pay(${order}, ${order})`,
    'look, then pay': `[await shop.look(\`${of}\`), await shop.pay(${order}, ${order})]`,
    refused: `shop.refuse(\`${of}\`)`,
    throw: `{ throw new Error(\`no ${of}\`); }`,
    'look twice': `Promise.all([shop.look(\`${of}\`), shop.look('more')])`,
    'look for the first': `Promise.any([shop.look(\`${of}\`), shop.look('more')])`,
    clock: 'Date.now()',
    draw: 'Math.random()',
  }[work];
  return `${work === 'look, then pay' ? 'async ' : ''}(${passed && SEES.has(work) ? 'of' : ''}) => ${body}`;
}
