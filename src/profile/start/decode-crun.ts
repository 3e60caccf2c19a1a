// What crun makes of a document (libocispec): keys match exactly, a value of a wrong type counts as absent, and only what
// the schema requires is missed. Up to 1.27 by yajl, of two equal keys the first; from 1.28 on by json-c, the last.
import { type DocumentNode, describe, type Located } from '../document.ts';
import {
  type DecodedArg,
  type DecodedProfile,
  type DecodedRule,
  type Ignored,
  type Placed,
  Refusal,
  Undecided,
} from './decoded.ts';
import { isAtLeast } from './runtimes.ts';

const FIELDS = {
  profile: [
    ...['defaultAction', 'defaultErrnoRet', 'flags', 'listenerPath', 'listenerMetadata', 'architectures'],
    'syscalls',
  ],
  rule: ['names', 'action', 'errnoRet', 'args'],
  condition: ['index', 'value', 'valueTwo', 'op'],
} as const;

interface Reading {
  readonly isJsonC: boolean;
  readonly ignored: Ignored[];
}

/** Decodes a profile as a version of crun does; undefined where it sees none. Throws a `Refusal`, or `Undecided`. */
export const decodeCrun = (
  root: DocumentNode,
  version: string,
  ignored: Ignored[],
): DecodedProfile | undefined => {
  const reading: Reading = { isJsonC: isAtLeast(version, '1.28'), ignored };
  if (root.kind === 'null') return undefined;
  if (root.kind !== 'object') {
    passOver(root, 'an object', reading);
    return undefined;
  }
  noteUnknown(root, FIELDS.profile, reading);
  // In the order of the schema, which is that of its errors.
  const defaultAction = readText(root, 'defaultAction', reading);
  const defaultErrnoRet = readNumber(root, 'defaultErrnoRet', 'uint32', reading);
  const flags = readTexts(root, 'flags', reading) ?? [];
  const listenerPath = readText(root, 'listenerPath', reading);
  readText(root, 'listenerMetadata', reading);
  const architectures = readTexts(root, 'architectures', reading) ?? [];
  const rules = (readArray(root, 'syscalls', reading) ?? []).flatMap((item) => readRule(item, reading) ?? []);
  if (defaultAction === undefined) throw missing(root, 'defaultAction');
  return {
    ...placeOf(root),
    defaultAction,
    ...(defaultErrnoRet && { defaultErrnoRet }),
    flags,
    ...(listenerPath && { listenerPath }),
    architectures,
    rules,
  };
};

const MOST_ARGUMENTS = 6;

/** Leaves of a profile what crun uses: it silently cuts the conditions of a rule after the sixth. */
export const cutForCrun = (profile: DecodedProfile, ignored: Ignored[]): DecodedProfile => ({
  ...profile,
  rules: profile.rules.map((rule) => {
    for (const arg of rule.args.slice(MOST_ARGUMENTS)) {
      ignored.push({ at: arg, what: 'a condition after the sixth of its rule' });
    }
    return { ...rule, args: rule.args.slice(0, MOST_ARGUMENTS) };
  }),
});

const readRule = (node: DocumentNode, reading: Reading): DecodedRule | undefined => {
  if (node.kind === 'null' && reading.isJsonC) {
    reading.ignored.push({ at: node, what: 'a rule that is null' });
    return undefined;
  }
  if (node.kind !== 'object') {
    if (node.kind !== 'null') passOver(node, 'an object', reading);
    throw missing(node, 'names');
  }
  noteUnknown(node, FIELDS.rule, reading);
  const names = readTexts(node, 'names', reading);
  const action = readText(node, 'action', reading);
  const errnoRet = readNumber(node, 'errnoRet', 'uint32', reading);
  const args = readArray(node, 'args', reading);
  const conditions = (args ?? []).map((item) => readCondition(item, reading));
  if (names === undefined) throw missing(node, 'names');
  if (action === undefined) throw missing(node, 'action');
  return {
    ...placeOf(node),
    names,
    hasNames: true,
    action,
    ...(errnoRet && { errnoRet }),
    args: conditions,
    hasArgs: args !== undefined,
  };
};

const readCondition = (node: DocumentNode, reading: Reading): DecodedArg => {
  if (node.kind !== 'object') {
    passOver(node, 'an object', reading);
    throw missing(node, 'op');
  }
  noteUnknown(node, FIELDS.condition, reading);
  const zero: Placed<bigint> = { ...placeOf(node), value: 0n };
  const index = readNumber(node, 'index', 'uint32', reading) ?? zero;
  const value = readNumber(node, 'value', 'uint64', reading) ?? zero;
  const valueTwo = readNumber(node, 'valueTwo', 'uint64', reading) ?? zero;
  const op = readText(node, 'op', reading);
  if (op === undefined) throw missing(node, 'op');
  return { ...placeOf(node), index, value, valueTwo, op };
};

const missing = (at: Located, name: string): Refusal =>
  new Refusal('decode', placeOf(at), `Required field '${name}' not present`);

const placeOf = ({ offset, path }: Located): Located => ({ offset, path });

/** A value of a wrong type. How json-c's reader takes one was measured for texts in place of numbers only. */
const passOver = (node: DocumentNode, wanted: string, { isJsonC, ignored }: Reading): void => {
  if (isJsonC && !(node.kind === 'string' && wanted === 'a number')) {
    throw new Undecided(`${describe(node)} where ${wanted} is wanted: not measured with crun from 1.28 on`);
  }
  ignored.push({ at: placeOf(node), what: `${describe(node)}, which is not ${wanted}` });
};

const find = (node: DocumentNode, name: string, reading: Reading): DocumentNode | undefined => {
  if (node.kind !== 'object') return undefined;
  const members = node.members.filter((member) => member.name === name);
  return (reading.isJsonC ? members.at(-1) : members[0])?.value;
};

const readText = (node: DocumentNode, name: string, reading: Reading): Placed<string> | undefined => {
  const found = find(node, name, reading);
  if (found === undefined || found.kind === 'null') return undefined;
  if (found.kind === 'string') return { ...placeOf(found), value: untilNul(found.value) };
  passOver(found, 'a text', reading);
  return undefined;
};

/** In C a text ends with its first NUL. */
const untilNul = (text: string): string => text.split('\0', 1)[0]!;

const readArray = (
  node: DocumentNode,
  name: string,
  reading: Reading,
): readonly DocumentNode[] | undefined => {
  const found = find(node, name, reading);
  if (found === undefined || found.kind === 'null') return undefined;
  if (found.kind === 'array') return found.items;
  passOver(found, 'an array', reading);
  return undefined;
};

/** An item that is no text is the empty one. */
const readTexts = (
  node: DocumentNode,
  name: string,
  reading: Reading,
): readonly Placed<string>[] | undefined =>
  readArray(node, name, reading)?.map((item) => {
    if (item.kind === 'string') return { ...placeOf(item), value: untilNul(item.value) };
    passOver(item, 'a text', reading);
    return { ...placeOf(item), value: '' };
  });

const BITS = { uint32: 32n, uint64: 64n } as const;

const readNumber = (
  node: DocumentNode,
  name: string,
  type: keyof typeof BITS,
  reading: Reading,
): Placed<bigint> | undefined => {
  const found = find(node, name, reading);
  if (found === undefined || found.kind === 'null') return undefined;
  if (found.kind !== 'number') {
    passOver(found, 'a number', reading);
    return undefined;
  }
  const refuse = (why: string): Refusal => {
    const value = `Invalid value '${found.text}' with type '${type}' for key '${name}'`;
    return new Refusal('decode', placeOf(found), `${value}: ${why}`);
  };
  if (!/^-?[0-9]+$/.test(found.text)) throw refuse('Invalid argument');
  const sign = found.text.startsWith('-') ? -1n : 1n;
  const size = found.integer === undefined ? undefined : found.integer * sign;
  if (size === undefined || size >= 2n ** 64n) {
    if (!reading.isJsonC) throw refuse('Numerical result out of range');
    if (type === 'uint64' && sign > 0) return { ...placeOf(found), value: 2n ** 64n - 1n };
    throw new Undecided(`${describe(found)}: not measured with crun from 1.28 on`);
  }
  // As strtoull takes it, -1 is 2^64-1.
  const value = BigInt.asUintN(64, size * sign);
  if (value >= 2n ** BITS[type]) throw refuse('Numerical result out of range');
  if (sign < 0 && value !== 0n && reading.isJsonC) {
    throw new Undecided(`${describe(found)}: not measured with crun from 1.28 on`);
  }
  return { ...placeOf(found), value };
};

const noteUnknown = (node: DocumentNode, known: readonly string[], { ignored }: Reading): void => {
  if (node.kind !== 'object') return;
  for (const { name, key } of node.members) {
    if (!known.includes(name)) ignored.push({ at: key, what: `the field ${JSON.stringify(name)}` });
  }
};
