/**
 * HTML put together so that it cannot be broken into: whatever is not markup already is escaped. Knows nothing of what is said.
 */

/** A piece of HTML. */
export interface Markup {
  readonly markup: string;
}

type Content = Markup | string | number | null | readonly Content[];

/** HTML with contents filled in: texts are escaped, in elements and in quoted attributes; null is nothing. */
export function html(pieces: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  return {
    markup: pieces
      .map((piece, index) => written(contents[index - 1] ?? null) + piece.replaceAll(INDENT, '\n'))
      .join(''),
  };
}

/** Of the source text, not of the page. */
const INDENT = /\s*\n\s*/g;

function written(content: Content): string {
  if (content === null) return '';
  if (typeof content === 'string' || typeof content === 'number') return escape(`${content}`);
  return 'markup' in content ? content.markup : content.map(written).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** What cannot be seen must not have a say in how the rest is read: control characters, and those that turn the direction. */
const escape = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (sign) => ENTITIES[sign]!).replaceAll(/(?![\n\t])[\p{Cc}\p{Cf}]/gu, '·');

/** Text that is HTML already: ours, never a user's. */
export const trusted = (text: string): Markup => ({ markup: text });
