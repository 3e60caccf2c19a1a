// Reads the fields of an object and the values in them; whatever is not as wanted goes to the report.
// Go matches field names without regard to case and lets the last duplicate win; crun does neither, and older ones the
// opposite. A file that runtimes read differently is refused.
import {
  type DocumentNode,
  describe,
  type Member,
  type ObjectNode,
  parseInteger,
  quote,
} from './document.ts';
import { overwrite, removeSibling, rewriteWord } from './fixes.ts';
import type { Edit } from './problem.ts';
import type { Report } from './report.ts';
import { nearest } from './suggest.ts';

export interface FieldsOfObject {
  /** What the object is, for messages, such as `a rule`. */
  readonly what: string;
  readonly known: readonly string[];
  /** Fields that belong elsewhere, and where: there they mean something, here nobody reads them. */
  readonly misplaced?: Readonly<Record<string, string>>;
  /** Set where only this program reads the object: then nothing unknown is passed over, remarks included. */
  readonly isClosed?: boolean;
}

/** The last member of each known name. A field that is null counts as absent, as in Go. */
export type Fields = ReadonlyMap<string, Member>;

/** Reads an object's fields and reports those that are doubled, misspelt, misplaced or unknown. */
export const readFields = (
  node: ObjectNode,
  { what, known, misplaced = {}, isClosed = false }: FieldsOfObject,
  report: Report,
): Fields => {
  const byFolded = new Map(known.map((name) => [foldCase(name), name]));
  const fields = new Map<string, Member>();
  const seen = new Set<string>();
  for (const member of node.members) {
    const name = byFolded.get(foldCase(member.name));
    if (name === undefined) {
      reportUnknown(member, { what, known, misplaced, isClosed }, report);
      continue;
    }
    if (seen.has(name)) {
      report.error(
        'SP020',
        member.key,
        `${quote(member.name)} stands twice in ${what}: runtimes differ in which one they use`,
      );
    } else if (member.name !== name) {
      const message = `${quote(member.name)} is read as ${quote(name)} by runtimes written in Go and passed over by crun; write ${quote(name)}`;
      const isOnly = node.members.filter((other) => foldCase(other.name) === foldCase(name)).length === 1;
      const fix = isOnly ? rewriteWord(report.text, member.key, name) : undefined;
      report.error('SP021', member.key, message, { fix });
    }
    seen.add(name);
    if (member.value.kind !== 'null') fields.set(name, member);
  }
  return fields;
};

/** Folds case as Go's encoding/json does; by way of upper case, which also folds the Kelvin sign and the long s. */
const foldCase = (name: string): string => name.toUpperCase().toLowerCase();

/** Names by which people write remarks into JSON. Nobody expects them to do anything. */
const isRemark = (name: string): boolean => /^([_$#@]|\/\/|x-|(comments?|description)$)/i.test(name);

const reportUnknown = (
  member: Member,
  { what, known, misplaced, isClosed }: Required<FieldsOfObject>,
  report: Report,
): void => {
  const { name, key } = member;
  const elsewhere = Object.hasOwn(misplaced, name) ? misplaced[name] : undefined;
  if (elsewhere !== undefined) {
    report.error('SP022', key, `${quote(name)} has no meaning in ${what}; ${elsewhere}`);
    return;
  }
  if (isRemark(name) && !isClosed) return;
  // A slip in a known field silently changes what the profile means, so it is no matter of taste.
  const meant = nearest(name, known);
  if (meant !== undefined)
    report.error('SP023', key, `unknown field ${quote(name)} in ${what}; did you mean ${quote(meant)}?`);
  else if (isClosed)
    report.error('SP023', key, `unknown field ${quote(name)} in ${what}; wanted one of ${known.join(', ')}`);
  else report.warning('SP201', key, `unknown field ${quote(name)} in ${what}: runtimes pass it over`);
};

/** Returns the edits that take a field out of its object, with its comma; undefined where they might take more. */
export const removeField = (node: ObjectNode, member: Member, report: Report): readonly Edit[] | undefined =>
  removeSibling(
    report.text,
    node.members.map(({ key, value }) => ({
      offset: key.offset,
      ...(value.end !== undefined && { end: value.end }),
    })),
    node.members.indexOf(member),
  );

/** Returns the text of a string field; undefined where it is absent or no string. */
export const readString = (
  node: DocumentNode | undefined,
  wanted: string,
  report: Report,
): string | undefined => {
  if (node === undefined) return undefined;
  if (node.kind === 'string') return node.value;
  report.error('SP024', node, `wanted ${wanted}, got ${describe(node)}`);
  return undefined;
};

/** Returns the items of an array field; undefined where it is absent or no array. */
export const readArray = (
  node: DocumentNode | undefined,
  wanted: string,
  report: Report,
): readonly DocumentNode[] | undefined => {
  if (node === undefined) return undefined;
  if (node.kind === 'array') return node.items;
  report.error('SP024', node, `wanted ${wanted}, got ${describe(node)}`);
  return undefined;
};

/** Returns the strings of an array field, without those that are none. */
export const readStrings = (
  node: DocumentNode | undefined,
  wanted: string,
  report: Report,
): readonly { readonly node: DocumentNode; readonly text: string }[] => {
  const found: { node: DocumentNode; text: string }[] = [];
  for (const item of readArray(node, `an array of ${wanted}`, report) ?? []) {
    const text = readString(item, `a string: ${wanted}`, report);
    if (text !== undefined) found.push({ node: item, text });
  }
  return found;
};

/** Returns an integer from 0 to `maximum`; undefined where it is absent or anything else. */
export const readInteger = (
  node: DocumentNode | undefined,
  { what, maximum }: { readonly what: string; readonly maximum: bigint },
  report: Report,
): bigint | undefined => {
  if (node === undefined) return undefined;
  const wanted = `wanted ${what}, an integer from 0 to ${maximum}`;
  if (node.kind !== 'number') {
    const digits = node.kind === 'string' && /^[0-9]+$/.test(node.value) ? node.value : undefined;
    const integer = digits === undefined ? undefined : parseInteger(digits);
    const isMeant = digits !== undefined && integer !== undefined && integer <= maximum;
    report.error(
      'SP109',
      node,
      `${wanted}, got ${describe(node)}${digits === undefined ? '' : '; numbers stand without quotes'}`,
      { fix: isMeant ? overwrite(node, digits) : undefined },
    );
  } else if (node.integer === undefined) {
    report.error('SP109', node, `${wanted} written as plain digits, got ${describe(node)}`);
  } else if (node.integer < 0n || node.text.startsWith('-') || node.integer > maximum) {
    // Go refuses -0 too for a number without a sign (encoding/json).
    report.error('SP109', node, `${wanted}, got ${describe(node)}`);
  } else {
    return node.integer;
  }
  return undefined;
};
