/**
 * A saved script as one word, for when no file holds it: a CI prints it, a colleague pastes it. Only letters, digits, `.`,
 * `-` and `_`: no shell has anything to say about it.
 *
 * `r1.` and base64url of zlib over JSON; zlib's checksum tells a word that was cut or mistyped.
 */
import { deflateSync, inflateSync } from 'node:zlib';
import { isDeviation, type Script } from '../decision.ts';

/** What a token holds. */
export interface Told {
  /** The test file, relative to the folder in which `npx reprise` is run, with slashes. */
  readonly file: string;
  /** The test, with the names of its suites, joined by ` > `. */
  readonly name: string;
  /** The check that the script makes fail. */
  readonly check: string;
  readonly script: Script;
}

const PREFIX = 'r1.';

/** A text is no token of a version that can be read. The message says what is wrong with it, and what to do. */
export class TokenError extends Error {
  override readonly name = 'TokenError';
}

/** Whether `text` is meant as a token rather than a file. */
export const isToken = (text: string): boolean => /^r\d+\.[^#/\\]*$/.test(text) && !text.endsWith('.json');

/** The token of `told`: the same text for the same content. */
export function tokenOf({ file, name, check, script }: Told): string {
  const content = [file, name, check, ...script.flatMap(({ after, choose }) => [after, choose])];
  return PREFIX + deflateSync(JSON.stringify(content), { level: 9 }).toString('base64url');
}

/** What `token` holds. Throws `TokenError`. */
export function toldIn(token: string): Told {
  const [version] = token.split('.', 1);
  if (!token.startsWith(PREFIX))
    throw new TokenError(
      /^r\d+$/.test(version!)
        ? `the token is of version ${version}, from a newer Reprise than this one, which reads ${PREFIX}: update Reprise`
        : `"${token}" is no token: one begins with ${PREFIX}`,
    );
  const [file, name, check, ...labels] = contentOf(token.slice(PREFIX.length));
  const script = labels.flatMap((after, index) => (index % 2 === 0 ? [{ after, choose: labels[index + 1] }] : []));
  if (file === undefined || name === undefined || check === undefined || !script.every(isDeviation)) throw damaged();
  return { file, name, check, script };
}

const damaged = (options?: ErrorOptions): TokenError =>
  new TokenError('the token is damaged: copy all of it, from r1. to its last character', options);

/** Far more than any script has: a word from elsewhere must not fill the memory with what is packed into it. */
const BYTES_MAX = 2 ** 24;

function contentOf(code: string): string[] {
  // Node's decoder skips what it does not know.
  if (!/^[\w-]+$/.test(code)) throw damaged();
  try {
    const content: unknown = JSON.parse(
      inflateSync(Buffer.from(code, 'base64url'), { maxOutputLength: BYTES_MAX }).toString(),
    );
    if (Array.isArray(content) && content.every((part) => typeof part === 'string')) return content;
  } catch (error) {
    throw damaged({ cause: error });
  }
  throw damaged();
}
