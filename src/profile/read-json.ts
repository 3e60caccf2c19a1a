// A JSON reader that keeps positions and number texts, goes on after small mistakes to find the others too, and
// takes time in proportion to the file. It accepts what RFC 8259 accepts, no comments and no trailing commas, since
// Go's encoding/json refuses those.
import {
  type DocumentNode,
  type Located,
  MAX_DEPTH,
  type Member,
  type Path,
  parseInteger,
  quote,
} from './document.ts';
import { overwrite } from './fixes.ts';
import type { LintCode } from './lint/codes.ts';
import type { Report } from './report.ts';

/** Reads one JSON document. Undefined where its structure is broken; then `report` has an error. */
export const readJson = (text: string, report: Report): DocumentNode | undefined => {
  const reader = new JsonReader(text, report);
  try {
    return reader.read();
  } catch (error) {
    if (error instanceof Unreadable) return undefined;
    throw error;
  }
};

/** Thrown inside this file where reading on would only guess. */
class Unreadable extends Error {}

const WHITESPACE = /[ \t\n\r]+/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![\w.+-])/y;
const WORD = /[^\s,:{}[\]"]+/y;
const STRING_PART = /[^"\\\u0000-\u001f]+/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

class JsonReader {
  readonly #text: string;
  readonly #report: Report;
  #offset = 0;
  /** False once a value was passed over: then the tree would be told faults that it doesn't have. */
  #isWhole = true;

  constructor(text: string, report: Report) {
    this.#text = text;
    this.#report = report;
  }

  read(): DocumentNode | undefined {
    const root = this.#value(undefined, 0);
    this.#skip();
    if (this.#offset < this.#text.length) {
      this.#fail(
        undefined,
        `${this.#here()} after the end of the document; a profile file holds exactly one object`,
      );
    }
    return this.#isWhole ? root : undefined;
  }

  #value(path: Path, depth: number): DocumentNode {
    this.#skip();
    const offset = this.#offset;
    if (depth > MAX_DEPTH) this.#fail(path, `nested more than ${MAX_DEPTH} deep; no profile is`, 'SP008');
    const at: Located = { offset, path };
    const character = this.#text[offset];
    if (character === '{') {
      const members = this.#members(path, depth);
      return { kind: 'object', ...at, end: this.#offset, members };
    }
    if (character === '[') {
      const items = this.#items(path, depth);
      return { kind: 'array', ...at, end: this.#offset, items };
    }
    if (character === '"') {
      const value = this.#string(path);
      return { kind: 'string', ...at, end: this.#offset, value };
    }
    const number = this.#match(NUMBER);
    if (number !== undefined) {
      const integer = parseInteger(number);
      const whole = { kind: 'number', ...at, end: this.#offset, text: number } as const;
      return integer === undefined ? whole : { ...whole, integer };
    }
    const word = this.#match(WORD);
    const end = this.#offset;
    if (word === 'true' || word === 'false') return { kind: 'boolean', ...at, end, value: word === 'true' };
    if (word === 'null') return { kind: 'null', ...at, end };
    if (word === undefined) this.#fail(path, `expected a value, got ${this.#here()}`);
    this.#isWhole = false;
    this.#report.error('SP005', { ...at, end }, `${quote(word)} is no JSON value${hintFor(word)}`, {
      ...(isHexadecimal(word) && { fix: overwrite({ offset, end }, String(BigInt(word))) }),
    });
    return { kind: 'null', ...at };
  }

  #members(path: Path, depth: number): Member[] {
    const members: Member[] = [];
    this.#list('}', path, () => {
      const key: Located = { offset: this.#offset, path };
      if (this.#text[this.#offset] !== '"') {
        this.#fail(path, `expected a field's name in double quotes, got ${this.#here()}`);
      }
      const name = this.#string(path);
      const end = this.#offset;
      const memberPath: Path = { parent: path, step: name };
      this.#skip();
      if (this.#text[this.#offset] === ':') this.#offset += 1;
      else
        this.#report.error(
          'SP005',
          { offset: this.#offset, path },
          `expected ":" after ${quote(name)}, got ${this.#here()}`,
        );
      members.push({
        name,
        key: { ...key, end, path: memberPath },
        value: this.#value(memberPath, depth + 1),
      });
    });
    return members;
  }

  #items(path: Path, depth: number): DocumentNode[] {
    const items: DocumentNode[] = [];
    this.#list(']', path, () => {
      items.push(this.#value({ parent: path, step: items.length }, depth + 1));
    });
    return items;
  }

  /** Reads what stands between brackets; a comma that is missing or too many is told and passed over. */
  #list(close: '}' | ']', path: Path, readOne: () => void): void {
    const open = this.#offset;
    this.#offset += 1;
    for (let comma: number | undefined, isFirst = true; ; isFirst = false) {
      this.#skip();
      const character = this.#text[this.#offset];
      if (character === close) {
        this.#offset += 1;
        if (comma !== undefined) {
          this.#report.error(
            'SP006',
            { offset: comma, end: comma + 1, path },
            `JSON allows no comma before "${close}": remove it`,
            { fix: overwrite({ offset: comma, end: comma + 1 }, '') },
          );
        }
        return;
      }
      if (character === undefined) {
        this.#report.error('SP005', { offset: open, path }, `"${this.#text[open]}" is never closed`);
        this.#fail(path, `expected "${close}", got the end of the file`);
      }
      if (!isFirst && comma === undefined) {
        if (character === '}' || character === ']' || character === ':') {
          this.#fail(path, `expected "," or "${close}", got ${this.#here()}`);
        }
        this.#report.error(
          'SP005',
          { offset: this.#offset, path },
          `expected "," or "${close}", got ${this.#here()}`,
        );
      }
      readOne();
      this.#skip();
      comma = this.#text[this.#offset] === ',' ? this.#offset : undefined;
      if (comma !== undefined) this.#offset += 1;
    }
  }

  #string(path: Path): string {
    const start = this.#offset;
    this.#offset += 1;
    for (;;) {
      this.#match(STRING_PART);
      const character = this.#text[this.#offset];
      if (character === '"') break;
      if (character !== '\\') {
        this.#report.error('SP005', { offset: start, path }, 'this string is never closed');
        throw new Unreadable();
      }
      if (this.#match(ESCAPE) === undefined) {
        const sequence = quote(this.#text.slice(this.#offset, this.#offset + 2));
        this.#report.error(
          'SP005',
          { offset: this.#offset, path },
          `${sequence} is no escape that JSON knows`,
        );
        this.#isWhole = false;
        this.#offset += 2;
      }
    }
    this.#offset += 1;
    const source = this.#text.slice(start, this.#offset);
    return this.#isWhole ? (JSON.parse(source) as string) : source.slice(1, -1);
  }

  /** Passes over white space, and over comments, which are told. */
  #skip(): void {
    for (;;) {
      this.#match(WHITESPACE);
      const start = this.#offset;
      if (this.#text[start] !== '/') return;
      const isLine = this.#text[start + 1] === '/';
      if (!isLine && this.#text[start + 1] !== '*') return;
      this.#report.error(
        'SP007',
        { offset: start, path: undefined },
        'JSON has no comments, and runtimes refuse them: remove it',
      );
      const end = this.#text.indexOf(isLine ? '\n' : '*/', start + 2);
      this.#offset = end < 0 ? this.#text.length : end + (isLine ? 1 : 2);
    }
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#offset;
    const match = pattern.exec(this.#text)?.[0];
    if (match !== undefined) this.#offset += match.length;
    return match;
  }

  /** Quotes what comes next, for messages. */
  #here(): string {
    if (this.#offset >= this.#text.length) return 'the end of the file';
    const [next = ''] =
      /^(?:"[^"\n]*"?|[^\s,:{}[\]"]+|.)/su.exec(this.#text.slice(this.#offset, this.#offset + 50)) ?? [];
    return next.length > 1 && next.startsWith('"') ? next : quote(next);
  }

  #fail(path: Path, message: string, code: LintCode = 'SP005'): never {
    this.#report.error(code, { offset: this.#offset, path }, message);
    throw new Unreadable();
  }
}

const isHexadecimal = (word: string): boolean => /^0x[0-9a-f]{1,16}$/i.test(word);

const hintFor = (word: string): string => {
  const lower = word.toLowerCase();
  if (['true', 'false', 'null'].includes(lower)) return `; did you mean ${lower}?`;
  if (isHexadecimal(word)) return `: numbers are decimal, so write ${BigInt(lower)}`;
  if (word.startsWith("'")) return ': strings stand in double quotes';
  return ': wanted an object, an array, a string in double quotes, a number, true, false or null';
};
