// Changes values in a YAML or JSON text and leaves every other byte as it is: comments, order, quotes and layout. The
// result is read back: whatever could not be changed that way is refused.
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseAllDocuments,
  stringify,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { SeccompError } from '../../src/error.ts';
import { isSame } from '../../src/workload/bind-patch.ts';

type Path = readonly (string | number)[];

/** Replaces what stands between two offsets of the text. */
interface Splice {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** Parses every document; throws SeccompError `file` with the place of the first error. */
export const parseDocuments = (text: string, shownAs: string): Document[] => {
  const documents = parseAllDocuments(text, { merge: true });
  if (!Array.isArray(documents)) return [];
  const [error] = documents.flatMap(({ errors }) => errors);
  if (error === undefined) return documents;
  const [start] = error.linePos ?? [];
  const at = start === undefined ? '' : `:${start.line}:${start.col}`;
  throw new SeccompError(
    'file',
    `"${shownAs}"${at}: ${error.message.replace(/ at line \d+, column \d+:.*/s, '')}`,
    {
      hint: 'A template of Helm or of another generator is no YAML yet: change its values, or patch what it renders.',
    },
  );
};

/** Returns the text with one document (by index) changed to another value; throws SeccompError `file` where that fails. */
export const editDocument = (text: string, index: number, after: unknown, shownAs: string): string => {
  const documents = parseDocuments(text, shownAs);
  const wanted = documents.map((document, at) => (at === index ? after : document.toJS()));
  const { contents } = documents[index] ?? {};
  const edit = new Edit(text);
  edit.change(contents as Node, (documents[index] as Document).toJS(), after, []);
  const edited = edit.result();
  const readBack = parseDocuments(edited, shownAs).map((document) => document.toJS());
  if (
    edit.isPossible &&
    readBack.length === wanted.length &&
    readBack.every((value, at) => isSame(value, wanted[at]))
  )
    return edited;
  throw new SeccompError('file', `"${shownAs}" cannot be changed without touching other parts of it`, {
    hint: 'It may share parts by anchors and aliases. `-o patch` prints the change instead.',
  });
};

class Edit {
  isPossible = true;
  readonly #text: string;
  readonly #newline: string;
  /** Whether the text's own lists stand deeper than their keys. */
  readonly #isSequenceIndented: boolean;
  /** How far the text's own values are indented. */
  readonly #step: number;
  readonly #splices: Splice[] = [];

  constructor(text: string) {
    this.#text = text;
    this.#newline = text.includes('\r\n') ? '\r\n' : '\n';
    const [, key = '', item = ''] = /^([ -]*)[\w.-]+:[ \t]*(?:#.*)?\r?\n( *)- /m.exec(text) ?? [];
    this.#step = /^( +)[^\s#-]/m.exec(text)?.[1]?.length ?? 2;
    this.#isSequenceIndented = item.length > key.length;
  }

  result(): string {
    // From the end, so that offsets stay true; of two at one offset the later one was meant to follow.
    const ordered = this.#splices.map((splice, order) => ({ splice, order }));
    ordered.sort((one, other) => other.splice.from - one.splice.from || other.order - one.order);
    return ordered.reduce(
      (text, { splice: { from, to, text: put } }) => text.slice(0, from) + put + text.slice(to),
      this.#text,
    );
  }

  change(node: Node, before: unknown, after: unknown, path: Path): void {
    if (isSame(before, after)) return;
    if (isMap(node) && isRecord(before) && isRecord(after)) this.#changeMap(node, before, after, path);
    else if (isSeq(node) && Array.isArray(before) && Array.isArray(after) && canChangeItems(before, after))
      this.#changeSequence(node, before, after, path);
    else if (isScalar(node) && node.range && (typeof after !== 'object' || after === null))
      this.#put(
        node.range[0],
        node.range[1],
        renderScalar(after, this.#text.slice(node.range[0], node.range[1])),
      );
    else this.isPossible = false;
  }

  #changeMap(map: YAMLMap, before: Json, after: Json, path: Path): void {
    for (const [key, value] of Object.entries(after)) {
      if (value === undefined) continue;
      const pair = pairOf(map, key);
      if (pair === undefined) this.#insertPair(map, key, value);
      else if (canDescend(pair.value, before[key], value))
        this.change(pair.value as Node, before[key], value, [...path, key]);
      else if (!isSame(before[key], value)) this.#replacePair(map, pair, key, value);
    }
    const removed = Object.keys(before).filter((key) => after[key] === undefined);
    if (removed.length > 0 && removed.length === map.items.length) this.isPossible = false;
    for (const key of removed) this.#deletePair(map, pairOf(map, key));
  }

  #changeSequence(
    sequence: YAMLSeq,
    before: readonly unknown[],
    after: readonly unknown[],
    path: Path,
  ): void {
    for (const [at, value] of after.entries()) {
      if (at < before.length) this.change(sequence.items[at] as Node, before[at], value, [...path, at]);
      else this.#insertItem(sequence, value);
    }
  }

  #insertPair(map: YAMLMap, key: string, value: unknown): void {
    const last = map.items.at(-1);
    if (map.flow === true || last === undefined) {
      this.#insertFlow(map, last && { start: startOfPair(map.items[0]!), end: endOfPair(last) }, {
        [key]: value,
      });
      return;
    }
    const column = this.#columnOf(startOfPair(map.items[0]!));
    this.#insertLines(endOfPair(last), this.#render({ [key]: value }, column, this.#step));
  }

  #insertItem(sequence: YAMLSeq, value: unknown): void {
    const [first, last] = [sequence.items[0], sequence.items.at(-1)] as (Node | undefined)[];
    if (sequence.flow === true || last === undefined || first === undefined) {
      const inside = first && last && { start: rangeOf(first)[0], end: rangeOf(last)[1] };
      this.#insertFlow(sequence, inside, [value]);
      return;
    }
    this.#insertLines(
      rangeOf(last)[1],
      this.#render([value], this.#columnOf(rangeOf(sequence)[0]), this.#step),
    );
  }

  /** Into `{…}` or `[…]`, as its members are written: as JSON or plain, on one line or each on its own. */
  #insertFlow(
    node: YAMLMap | YAMLSeq,
    inside: { readonly start: number; readonly end: number } | undefined,
    members: object,
  ): void {
    const [start, end] = rangeOf(node);
    if (inside === undefined) {
      this.#put(start, end, this.#renderFlow(members, false));
      return;
    }
    const isJson = this.#text[inside.start] === '"' || this.#text[inside.start] === '{';
    if (!this.#text.slice(start, inside.start).includes('\n')) {
      this.#put(inside.end, inside.end, `, ${this.#renderFlow(members, isJson).slice(1, -1).trim()}`);
      return;
    }
    const indent = this.#indentOf(inside.start);
    const step = Math.max(1, indent.length - this.#indentOf(start).length);
    const lines = JSON.stringify(members, null, step).split('\n').slice(1, -1);
    const shifted = lines.map((line) => `${this.#newline}${indent}${line.slice(step)}`);
    this.#put(inside.end, inside.end, `,${shifted.join('')}`);
  }

  #renderFlow(value: unknown, isJson: boolean): string {
    if (isJson) return JSON.stringify(value);
    return stringify(value, {
      collectionStyle: 'flow',
      flowCollectionPadding: false,
      lineWidth: 0,
    }).trimEnd();
  }

  /** After the line on which something ends. */
  #insertLines(after: number, lines: readonly string[]): void {
    const at = this.#endOfLine(after);
    const isEnded = at === 0 || this.#text[at - 1] === '\n';
    const block = lines.map((line) => `${line}${this.#newline}`).join('');
    this.#put(at, at, isEnded ? block : `${this.#newline}${block.slice(0, -this.#newline.length)}`);
  }

  #replacePair(map: YAMLMap, pair: Pair, key: string, value: unknown): void {
    if (isAlias(pair.value) || hasAnchor(pair.value)) this.isPossible = false;
    const [from, to] = [startOfPair(pair), endOfPair(pair)];
    if (map.flow === true) {
      this.#put(
        from,
        to,
        `${this.#text.slice(from, rangeOf(pair.key as Node)[1])}: ${JSON.stringify(value)}`,
      );
      return;
    }
    const lines = this.#render({ [key]: value }, this.#columnOf(from), this.#step);
    const isWithBreak = this.#text[to - 1] === '\n';
    this.#put(from, to, `${lines.join(this.#newline).trimStart()}${isWithBreak ? this.#newline : ''}`);
  }

  #deletePair(map: YAMLMap, pair: Pair | undefined): void {
    if (pair === undefined) {
      // It comes from a merge.
      this.isPossible = false;
      return;
    }
    const at = map.items.indexOf(pair);
    const [next, previous] = [map.items[at + 1], map.items[at - 1]];
    const from = startOfPair(pair);
    const lineStart = from - this.#columnOf(from);
    if (map.flow !== true && this.#text.slice(lineStart, from).trim() === '')
      this.#put(lineStart, this.#endOfLine(endOfPair(pair)), '');
    else if (next) this.#put(from, startOfPair(next), '');
    else if (previous && map.flow === true) this.#put(endOfPair(previous), endOfPair(pair), '');
    else this.isPossible = false;
  }

  #render(value: unknown, column: number, step: number): string[] {
    const text = stringify(value, { indent: step, lineWidth: 0, indentSeq: this.#isSequenceIndented });
    return text
      .trimEnd()
      .split('\n')
      .map((line) => `${' '.repeat(column)}${line}`);
  }

  #columnOf(offset: number): number {
    return offset - (this.#text.lastIndexOf('\n', offset - 1) + 1);
  }

  #indentOf(offset: number): string {
    const line = this.#text.slice(offset - this.#columnOf(offset), offset);
    return /^\s*/.exec(line)?.[0] ?? '';
  }

  #endOfLine(offset: number): number {
    if (this.#text[offset - 1] === '\n') return offset;
    const found = this.#text.indexOf('\n', offset);
    return found < 0 ? this.#text.length : found + 1;
  }

  #put(from: number, to: number, text: string): void {
    this.#splices.push({ from, to, text });
  }
}

type Json = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Items may change where they stand, and follow at the end. */
const canChangeItems = (before: readonly unknown[], after: readonly unknown[]): boolean =>
  after.length >= before.length &&
  before.every((value, at) => isSame(value, after[at]) || isRecord(value) === isRecord(after[at]));

const canDescend = (node: unknown, before: unknown, after: unknown): boolean => {
  if (isMap(node)) return isRecord(before) && isRecord(after) && Object.keys(after).length > 0;
  if (isSeq(node)) return Array.isArray(before) && Array.isArray(after) && canChangeItems(before, after);
  return isScalar(node) && node.value !== null && typeof after !== 'object';
};

const pairOf = (map: YAMLMap, key: string): Pair | undefined =>
  map.items.find((pair) => (isScalar(pair.key) ? String(pair.key.value) === key : pair.key === key));

const rangeOf = (node: Node): [number, number] => [node.range?.[0] ?? 0, node.range?.[1] ?? 0];
const startOfPair = ({ key }: Pair): number => rangeOf(key as Node)[0];
const endOfPair = ({ key, value }: Pair): number =>
  Math.max(rangeOf(key as Node)[1], value === null ? 0 : rangeOf(value as Node)[1]);

const hasAnchor = (node: unknown): boolean => (node as { anchor?: string } | null)?.anchor !== undefined;

/** As the value before it was quoted. */
const renderScalar = (value: unknown, source: string): string => {
  if (typeof value === 'string' && source.startsWith("'")) return `'${value.replaceAll("'", "''")}'`;
  return source.startsWith('"') ? JSON.stringify(value) : stringify(value, { lineWidth: 0 }).trimEnd();
};
