// What Go's encoding/json makes of a document, as runc, containerd and CRI-O decode it (encoding/json/decode.go): keys
// match whatever their case, a second one is decoded over the first, null changes nothing, and of all values of a wrong
// type the first is the error, told after everything was read.
import type { DocumentNode, Located, ObjectNode } from '../document.ts';
import { goKindOf, type Ignored, type Placed, Refusal } from './decoded.ts';

/** What a field is decoded into. */
export type GoType =
  /** `pointer`: null makes it absent again. */
  | { readonly kind: 'text' | 'uint'; readonly type: string; readonly pointer?: true }
  | { readonly kind: 'slice'; readonly type: string; readonly of: GoType }
  | { readonly kind: 'struct'; readonly type: string; readonly fields: Readonly<Record<string, GoType>> };

/** A decoded struct: only fields that were written to are there. */
export interface GoStruct extends Located {
  readonly fields: Map<string, GoValue>;
}

export type GoValue = Placed<string> | Placed<bigint> | GoSlice | GoStruct;

export interface GoSlice extends Located {
  readonly items: (GoValue | undefined)[];
}

interface Decoding {
  first?: { readonly at: Located; readonly message: string };
  readonly ignored: Ignored[];
}

/** Decodes a document; throws a `Refusal` with the first value of a wrong type, and lists unknown fields in `ignored`. */
export const decodeGo = (root: DocumentNode, type: GoType, ignored: Ignored[]): GoStruct => {
  const decoding: Decoding = { ignored };
  const value = decodeValue(root, type, undefined, '', decoding) as GoStruct | undefined;
  if (decoding.first !== undefined) throw new Refusal('decode', decoding.first.at, decoding.first.message);
  return value ?? { offset: root.offset, path: root.path, fields: new Map() };
};

const decodeValue = (
  node: DocumentNode,
  type: GoType,
  before: GoValue | undefined,
  field: string,
  decoding: Decoding,
): GoValue | undefined => {
  if (node.kind === 'null') return type.kind === 'slice' || isPointer(type) ? undefined : before;
  const at: Located = { offset: node.offset, path: node.path };
  const refuse = (what: string): GoValue | undefined => {
    // The names around the field differ between versions of Go and with who decodes.
    const target = field === '' ? 'Go ' : `Go struct field …${field} of `;
    decoding.first ??= { at, message: `json: cannot unmarshal ${what} into ${target}…type ${type.type}` };
    return before;
  };
  switch (type.kind) {
    case 'text':
      return node.kind === 'string' ? { ...at, value: node.value } : refuse(goKindOf(node));
    case 'uint': {
      if (node.kind !== 'number') return refuse(goKindOf(node));
      const isDigits = /^[0-9]+$/.test(node.text) && node.integer !== undefined && node.integer < 2n ** 64n;
      return isDigits ? { ...at, value: node.integer! } : refuse(`number ${node.text}`);
    }
    case 'slice':
      return node.kind === 'array'
        ? { ...at, items: decodeItems(node.items, type.of, before as GoSlice | undefined, field, decoding) }
        : refuse(goKindOf(node));
    case 'struct':
      return node.kind === 'object'
        ? decodeStruct(node, type, before as GoStruct | undefined, decoding)
        : refuse(goKindOf(node));
  }
};

const isPointer = (type: GoType): boolean => 'pointer' in type && type.pointer === true;

/** A second array is decoded over the items of the first, which keep what it does not say. */
const decodeItems = (
  nodes: readonly DocumentNode[],
  type: GoType,
  before: GoSlice | undefined,
  field: string,
  decoding: Decoding,
): (GoValue | undefined)[] =>
  nodes.map(
    (node, index) => decodeValue(node, type, before?.items[index], field, decoding) ?? zeroOf(node, type),
  );

/** An item is there even where it is null: as the empty string, 0 or an empty struct. */
const zeroOf = (node: DocumentNode, type: GoType): GoValue | undefined => {
  const at: Located = { offset: node.offset, path: node.path };
  if (type.kind === 'text') return { ...at, value: '' };
  if (type.kind === 'uint') return { ...at, value: 0n };
  return type.kind === 'struct' ? { ...at, fields: new Map() } : { ...at, items: [] };
};

const decodeStruct = (
  node: ObjectNode,
  type: Extract<GoType, { kind: 'struct' }>,
  before: GoStruct | undefined,
  decoding: Decoding,
): GoStruct => {
  const names = Object.keys(type.fields);
  const fields = new Map(before?.fields);
  for (const { name: written, key, value } of node.members) {
    const name =
      names.find((one) => one === written) ?? names.find((one) => foldCase(one) === foldCase(written));
    if (name === undefined) {
      decoding.ignored.push({ at: key, what: `the field ${JSON.stringify(written)}` });
      continue;
    }
    const decoded = decodeValue(value, type.fields[name]!, fields.get(name), name, decoding);
    if (decoded === undefined) fields.delete(name);
    else fields.set(name, decoded);
  }
  return { offset: node.offset, path: node.path, fields };
};

/** Folds case as Go does: beside ASCII only the Kelvin sign and the long s are letters of such names. */
const foldCase = (name: string): string =>
  name
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase())
    .replaceAll('\u212a', 'k')
    .replaceAll('\u017f', 's');
