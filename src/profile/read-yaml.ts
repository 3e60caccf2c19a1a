// A YAML stream into the same tree that JSON is read into. Kubernetes reads YAML 1.1 with Go, this reads YAML 1.2:
// what the two read differently (0777, <<, tags) is refused instead of guessed.
import { type Document, isAlias, isMap, isScalar, isSeq, parseAllDocuments, type Scalar } from 'yaml';
import {
  type DocumentNode,
  type Located,
  MAX_DEPTH,
  type Member,
  type Path,
  parseInteger,
} from './document.ts';
import type { LintCode } from './lint/codes.ts';
import type { Report } from './report.ts';

/** Aliases multiply: nine levels of nine references are a billion nodes. No honest file of 1 MiB has so many. */
const MAX_NODES = 1_000_000;

export interface YamlResult {
  /** One root per document that isn't empty. */
  readonly roots: readonly DocumentNode[];
  readonly isSound: boolean;
}

/** Reads every document of a YAML stream; syntax errors go to `report`. */
export const readYaml = (text: string, report: Report): YamlResult => {
  const parsed = parseAllDocuments(text, {
    intAsBigInt: true,
    prettyErrors: false,
    // The library compares every key with every other; duplicates are found where the fields are read.
    uniqueKeys: false,
  });
  const documents: readonly Document[] = Array.isArray(parsed) ? parsed : [];
  const reader = new YamlReader(report);
  const roots: DocumentNode[] = [];
  let isSound = true;
  for (const document of documents) {
    for (const { pos, message } of [...document.errors, ...document.warnings]) {
      isSound = false;
      report.error(
        'SP010',
        { offset: Math.min(pos[0], text.length), path: undefined },
        `not valid YAML: ${firstLine(message)}`,
      );
    }
  }
  if (!isSound) return { roots, isSound };
  try {
    for (const document of documents) {
      const contents = document.contents as unknown;
      if (contents === null || (isScalar(contents) && contents.value === null)) continue;
      roots.push(reader.read(contents));
    }
  } catch (error) {
    if (error instanceof Unreadable) return { roots: [], isSound: false };
    throw error;
  }
  return { roots, isSound: reader.isSound };
};

const firstLine = (message: string): string => message.split('\n', 1)[0]!;

/** Thrown inside this file where reading on would only guess. */
class Unreadable extends Error {}

class YamlReader {
  isSound = true;
  readonly #report: Report;
  #anchors = new Map<string, { node: DocumentNode; size: number }>();
  #size = 0;

  constructor(report: Report) {
    this.#report = report;
  }

  read(contents: unknown): DocumentNode {
    this.#anchors = new Map();
    return this.#node(contents, undefined, 0, 0);
  }

  #node(yaml: unknown, path: Path, depth: number, parentOffset: number): DocumentNode {
    const offset = offsetOf(yaml) ?? parentOffset;
    const end = endOf(yaml);
    const at: Located = { offset, ...(end !== undefined && { end }), path };
    if (depth > MAX_DEPTH) this.#fail(at, `nested more than ${MAX_DEPTH} deep; no profile is`, 'SP008');
    this.#count(1, at);
    if (isAlias(yaml)) return this.#aliased(yaml.source, at);
    const sizeBefore = this.#size;
    const node = this.#plain(yaml, at, depth);
    const anchor = isMap(yaml) || isSeq(yaml) || isScalar(yaml) ? yaml.anchor : undefined;
    if (anchor !== undefined) this.#anchors.set(anchor, { node, size: this.#size - sizeBefore + 1 });
    return node;
  }

  #plain(yaml: unknown, at: Located, depth: number): DocumentNode {
    if (isMap(yaml)) {
      const members = yaml.items.map(({ key, value }): Member => {
        const keyAt = offsetOf(key) ?? at.offset;
        const name = this.#name(key, { offset: keyAt, path: at.path });
        const path: Path = { parent: at.path, step: name };
        const end = endOf(key);
        const keyPlace: Located = { offset: keyAt, ...(end !== undefined && { end }), path };
        return { name, key: keyPlace, value: this.#node(value, path, depth + 1, keyAt) };
      });
      return { kind: 'object', ...at, members };
    }
    if (isSeq(yaml)) {
      const items = yaml.items.map((item, step) =>
        this.#node(item, { parent: at.path, step }, depth + 1, at.offset),
      );
      return { kind: 'array', ...at, items };
    }
    return isScalar(yaml) ? scalarNode(yaml, at) : { kind: 'null', ...at };
  }

  #aliased(anchor: string, at: Located): DocumentNode {
    const target = this.#anchors.get(anchor);
    if (target === undefined)
      this.#fail(at, `the alias *${anchor} stands for something that isn't complete before it`);
    this.#count(target.size, at);
    return target.node;
  }

  #name(key: unknown, at: Located): string {
    if (!isScalar(key) || key.value === null) this.#fail(at, 'wanted the name of a field before ":"');
    const name = typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
    if (name === '<<') {
      this.isSound = false;
      this.#report.error('SP011', at, 'merge keys ("<<") are not read here: write the fields out');
    }
    return name;
  }

  #count(nodes: number, at: Located): void {
    this.#size += nodes;
    if (this.#size > MAX_NODES)
      this.#fail(at, `the document grows beyond ${MAX_NODES} values through its aliases`, 'SP008');
  }

  #fail(at: Located, message: string, code: LintCode = 'SP010'): never {
    this.#report.error(code, at, message);
    throw new Unreadable();
  }
}

const rangeOf = (yaml: unknown): readonly number[] | undefined | null =>
  (yaml as { range?: readonly number[] | null } | null)?.range;

const offsetOf = (yaml: unknown): number | undefined => rangeOf(yaml)?.[0];

/** Where a value ends, without the white space and the comment behind it. */
const endOf = (yaml: unknown): number | undefined => rangeOf(yaml)?.[1];

const scalarNode = ({ value, source = '' }: Scalar, at: Located): DocumentNode => {
  if (typeof value === 'string') return { kind: 'string', ...at, value };
  if (typeof value === 'boolean') return { kind: 'boolean', ...at, value };
  if (typeof value === 'bigint' || typeof value === 'number') {
    // From the source text: 0777 is 777 in YAML 1.2 and 511 to Go, so it is no integer here.
    const integer = /^0x[0-9a-f]{1,32}$/i.test(source) ? BigInt(source) : parseInteger(source);
    return integer === undefined
      ? { kind: 'number', ...at, text: source }
      : { kind: 'number', ...at, text: source, integer };
  }
  return { kind: 'null', ...at };
};
