/**
 * Generated programs as TypeScript that a person can read, paste and run: `workflows` and `start` of a scenario on the
 * model engine. The text does what the data says; a law holds it to that.
 */
import { callText, expression, helper, type Page, quote } from './print.calls.ts';
import { hazardText } from './print.hazards.ts';
import type { Block, Call, ClientPlan, Program, Safe, Statement } from './program.ts';
import { binds, statementsOf, workflowsOf } from './walk.ts';

type Lines = readonly string[];

const indent = (lines: Lines): Lines => lines.map((line) => `  ${line}`);

/** The whole program. */
export function print(program: Program): string {
  const uses = new Set<string>();
  const names = workflowsOf(program);
  const workflowOf = (block: Block): string => names.get(block)!;
  const workflows = [...names].map(([block, name]) => workflowText(name, block, uses, workflowOf));
  const cached = [...statementsOf(program.main)].some((statement) => statement.do === 'cached');
  const text = workflows.join('\n');
  const database = text.includes('database.') ? ', database' : '';
  const lines = [
    ...(uses.size === 0 ? [] : [`// ${[...uses].toSorted().join(', ')}: see properties/programs/world.ts`]),
    `const workflows = ({ world: { shop }${database} }) => {`,
    ...(cached ? ['  let cache;'] : []),
    '  return {',
    ...indent(indent(text.split('\n'))),
    '  };',
    '};',
    ...startText(program.client),
  ];
  return lines.join('\n');
}

function startText({ starts, queued, letters, cancels }: ClientPlan): Lines {
  const begin = (id: string): string =>
    `await client.start('main', { id: '${id}', input: 'in'${queued ? ', queued: true' : ''} });`;
  return [
    'const start = async (client) => {',
    ...indent([
      begin('w'),
      ...(starts === 'two in turn' ? ["await client.result('w').catch(() => undefined);"] : []),
      ...(starts === 'one' ? [] : [begin('w2')]),
      ...Array.from({ length: letters }, (_, index) => `await client.send('w', 'letter ${index + 1}', 'mail');`),
      ...(cancels === 'never' ? [] : ["await client.cancel('w');"]),
      ...(cancels === 'cancel and resume' ? ["await client.resume('w');"] : []),
    ]),
    '};',
  ];
}

/** Variables go through the alphabet, once for each workflow. */
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

function workflowText(name: string, block: Block, uses: Set<string>, workflowOf: (block: Block) => string): string {
  let taken = 0;
  const fresh = (): string => {
    const round = Math.floor(taken / LETTERS.length);
    return `${LETTERS[taken++ % LETTERS.length]}${round === 0 ? '' : round}`;
  };
  const page: Page = { workflowOf, fresh, uses, names: ['input'], at: '', loops: 0 };
  const { lines, value } = blockText(block, page);
  return [`async ${name}(ctx, input) {`, ...indent([...lines, `return ${value};`]), '},'].join('\n');
}

/** The statements of a block, and its value: the list of what they bind. */
function blockText(block: Block, page: Page): { readonly lines: Lines; readonly value: string } {
  const lines: string[] = [];
  const bound: string[] = [];
  for (const [index, statement] of block.entries()) {
    const at = page.at === '' ? `${index}` : `${page.at}.${index}`;
    const variable = binds(statement) ? page.fresh() : '';
    lines.push(...statementText(statement, variable, { ...page, names: [...page.names, ...bound], at }));
    if (variable !== '') bound.push(variable);
  }
  return { lines, value: `[${bound.join(', ')}]` };
}

function statementText(statement: Statement, variable: string, page: Page): Lines {
  const bind = variable === '' ? '' : `const ${variable} = `;
  switch (statement.do) {
    case 'call': {
      const guard = statement.guarded ? `.catch(${helper('told', page)})` : '';
      return [`${bind}await ${callText(statement.call, page)}${guard};`];
    }
    case 'gather':
    case 'first':
    case 'chain':
    case 'pool':
      return togetherText(statement, variable, page);
    case 'if':
    case 'repeat':
    case 'try':
      return nestedText(statement, variable, page);
    case 'fail':
      return [`throw new Error(${quote(statement.because)});`];
    case 'child':
      return childText(statement, variable, page);
    case 'children':
      return childrenText(statement, variable, page);
    case 'note':
      return [
        `await ctx.send(ctx.workflowId, ${expression(statement.of, page)}, 'note');`,
        `${bind}await ctx.recv('note', 1_000);`,
      ];
    case 'event':
      return [
        `await ctx.setEvent('state', ${expression(statement.of, page)});`,
        `${bind}await ctx.getEvent(ctx.workflowId, 'state', 1_000);`,
      ];
    default:
      return hazardText(statement, bind, page);
  }
}

type Of<K extends Safe['do']> = Extract<Safe, { readonly do: K }>;

/** Calls as a list, one on each line. */
const each = (calls: readonly Call[], page: Page, after: string): Lines =>
  indent(calls.map((call, index) => `${callText(call, { ...page, at: `${page.at}.${index}` })}${after},`));

function togetherText(statement: Of<'gather' | 'first' | 'chain' | 'pool'>, variable: string, page: Page): Lines {
  const bind = `const ${variable} = `;
  const raced = named('raced', variable);
  switch (statement.do) {
    case 'gather': {
      if (statement.how === 'all')
        return [`${bind}await Promise.all([`, ...each(statement.calls, page, `.catch(${helper('told', page)})`), ']);'];
      const after = `])).map(${helper('settled', page)});`;
      return [`${bind}(await Promise.allSettled([`, ...each(statement.calls, page, ''), after];
    }
    case 'first':
      return [
        `const ${raced} = [`,
        ...each(statement.calls, page, ''),
        '];',
        `await Promise.${statement.how}(${raced}).catch(${helper('told', page)});`,
        `${bind}(await Promise.allSettled(${raced})).map(${helper('settled', page)});`,
      ];
    case 'chain': {
      const links = statement.calls.map((call, index) => {
        const at = `${page.at}.${index}`;
        if (index === 0) return `${bind}await ${callText(call, { ...page, at })}`;
        const before = page.fresh();
        return `  .then((${before}) => ${callText(call, { ...page, names: [...page.names, before], at })})`;
      });
      return [...links.slice(0, -1), `${links.at(-1)};`];
    }
    case 'pool': {
      const task = { ...page, names: [...page.names, 'task'], at: `${page.at}.\${task}` };
      const work = `(task) => ${callText(statement.step, task)}.catch(${helper('told', page)})`;
      return [`${bind}await ${helper('pool', page)}(${statement.workers}, ${statement.tasks}, ${work});`];
    }
  }
}

function nestedText(statement: Of<'if' | 'repeat' | 'try'>, variable: string, page: Page): Lines {
  const inside = (block: Block, more: Partial<Page> = {}): Lines => {
    const { lines, value } = blockText(block, { ...page, ...more });
    return indent([...lines, `${variable} = ${value};`]);
  };
  const other = { at: `${page.at}.else` };
  switch (statement.do) {
    case 'if': {
      const test = `if (${helper('odd', page)}(${expression(statement.test, page)})) {`;
      return [
        `let ${variable};`,
        ...[test, ...inside(statement.block), '} else {', ...inside(statement.otherwise, other), '}'],
      ];
    }
    case 'repeat': {
      const turn = `turn${page.loops === 0 ? '' : page.loops + 1}`;
      const turns = `${helper('times', page)}(${expression(statement.times, page)})`;
      const at = `${page.at}.\${${turn}}`;
      const { lines, value } = blockText(statement.block, { ...page, at, loops: page.loops + 1 });
      return [
        `const ${variable} = [];`,
        `for (let ${turn} = 0; ${turn} < ${turns}; ${turn}++) {`,
        ...indent([...lines, `${variable}.push(${value});`]),
        '}',
      ];
    }
    case 'try': {
      const message = page.fresh();
      const { lines, value } = blockText(statement.otherwise, { ...page, ...other, names: [...page.names, message] });
      const handled = `${variable} = [${[message, ...(value === '[]' ? [] : [`...${value}`])].join(', ')}];`;
      return [
        `let ${variable};`,
        ...['try {', ...inside(statement.block), '} catch (error) {'],
        ...indent([`const ${message} = ${helper('told', page)}(error);`, ...lines, handled]),
        '}',
      ];
    }
  }
}

/** A name for what stands behind a variable: `childA` for `a`. */
const named = (what: string, variable: string): string => `${what}${variable[0]?.toUpperCase()}${variable.slice(1)}`;

function childText({ block, of, how }: Of<'child'>, variable: string, page: Page): Lines {
  const started = `await ctx.start('${page.workflowOf(block)}', ${expression(of, page)})`;
  const child = named('child', variable);
  if (how === 'leave') return [`${started};`];
  if (how === 'wait') return [`const ${variable} = await (${started}).result();`];
  if (how === 'write')
    return [
      `const ${child} = ${started};`,
      `await ctx.send(${child}.id, ${expression(of, page)}, 'mail');`,
      `const ${variable} = await ${child}.result();`,
    ];
  return [
    `const ${child} = ${started};`,
    `const ${variable} = [await ctx.getEvent(${child}.id, 'state', 1_000), await ${child}.result()];`,
  ];
}

function childrenText({ blocks, of, together }: Of<'children'>, variable: string, page: Page): Lines {
  const children = named('children', variable);
  const starts = blocks.map((block) => `ctx.start('${page.workflowOf(block)}', ${expression(of, page)}),`);
  return [
    `const ${children} = ${together ? 'await Promise.all([' : '['}`,
    ...indent(together ? starts : starts.map((start) => `await ${start}`)),
    together ? ']);' : '];',
    `const ${variable} = (await Promise.allSettled(${children}.map((child) => child.result()))).map(${helper('settled', page)});`,
  ];
}
