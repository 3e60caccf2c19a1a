// The profile of the runtime specification as Go decodes it (specs-go/config.go), and its way on: containerd and CRI-O
// write what they decoded into a config.json, which the runtime then reads.
import type { DocumentNode, Located, Member } from '../document.ts';
import { decodeGo, type GoSlice, type GoStruct, type GoType, type GoValue } from './decode-go.ts';
import type { DecodedArg, DecodedProfile, DecodedRule, Ignored, Placed } from './decoded.ts';

const ARG: GoType = {
  kind: 'struct',
  type: 'specs.LinuxSeccompArg',
  fields: {
    index: { kind: 'uint', type: 'uint' },
    value: { kind: 'uint', type: 'uint64' },
    valueTwo: { kind: 'uint', type: 'uint64' },
    op: { kind: 'text', type: 'specs.LinuxSeccompOperator' },
  },
};

const RULE: GoType = {
  kind: 'struct',
  type: 'specs.LinuxSyscall',
  fields: {
    names: { kind: 'slice', type: '[]string', of: { kind: 'text', type: 'string' } },
    action: { kind: 'text', type: 'specs.LinuxSeccompAction' },
    errnoRet: { kind: 'uint', type: 'uint', pointer: true },
    args: { kind: 'slice', type: '[]specs.LinuxSeccompArg', of: ARG },
  },
};

const PROFILE: GoType = {
  kind: 'struct',
  type: 'specs.LinuxSeccomp',
  fields: {
    defaultAction: { kind: 'text', type: 'specs.LinuxSeccompAction' },
    defaultErrnoRet: { kind: 'uint', type: 'uint', pointer: true },
    architectures: { kind: 'slice', type: '[]specs.Arch', of: { kind: 'text', type: 'specs.Arch' } },
    flags: {
      kind: 'slice',
      type: '[]specs.LinuxSeccompFlag',
      of: { kind: 'text', type: 'specs.LinuxSeccompFlag' },
    },
    listenerPath: { kind: 'text', type: 'string' },
    listenerMetadata: { kind: 'text', type: 'string' },
    syscalls: { kind: 'slice', type: '[]specs.LinuxSyscall', of: RULE },
  },
};

/** Decodes a profile as runc and containerd do; throws a `Refusal` where they can't. */
export const decodeOci = (root: DocumentNode, ignored: Ignored[]): DecodedProfile =>
  profileOf(decodeGo(root, PROFILE, ignored));

const profileOf = (profile: GoStruct): DecodedProfile => ({
  offset: profile.offset,
  path: profile.path,
  defaultAction: textOf(profile, 'defaultAction'),
  ...optional('defaultErrnoRet', profile.fields.get('defaultErrnoRet') as Placed<bigint> | undefined),
  architectures: itemsOf(profile, 'architectures'),
  flags: itemsOf(profile, 'flags'),
  ...optional('listenerPath', nonEmpty(profile.fields.get('listenerPath') as Placed<string> | undefined)),
  rules: itemsOf<GoStruct>(profile, 'syscalls').map(ruleOf),
});

const ruleOf = (rule: GoStruct): DecodedRule => ({
  offset: rule.offset,
  path: rule.path,
  names: itemsOf(rule, 'names'),
  hasNames: rule.fields.has('names'),
  action: textOf(rule, 'action'),
  ...optional('errnoRet', rule.fields.get('errnoRet') as Placed<bigint> | undefined),
  args: itemsOf<GoStruct>(rule, 'args').map(argOf),
  hasArgs: itemsOf(rule, 'args').length > 0,
});

const argOf = (arg: GoStruct): DecodedArg => ({
  offset: arg.offset,
  path: arg.path,
  index: numberOf(arg, 'index'),
  value: numberOf(arg, 'value'),
  valueTwo: numberOf(arg, 'valueTwo'),
  op: textOf(arg, 'op'),
});

const optional = <N extends string, T>(name: N, value: T | undefined): { readonly [K in N]?: T } =>
  (value === undefined ? {} : { [name]: value }) as { readonly [K in N]?: T };

const nonEmpty = (text: Placed<string> | undefined): Placed<string> | undefined =>
  text?.value ? text : undefined;

const textOf = (struct: GoStruct, name: string): Placed<string> =>
  (struct.fields.get(name) as Placed<string> | undefined) ?? {
    offset: struct.offset,
    path: struct.path,
    value: '',
  };

const numberOf = (struct: GoStruct, name: string): Placed<bigint> =>
  (struct.fields.get(name) as Placed<bigint> | undefined) ?? {
    offset: struct.offset,
    path: struct.path,
    value: 0n,
  };

const itemsOf = <T extends GoValue>(struct: GoStruct, name: string): readonly T[] =>
  ((struct.fields.get(name) as GoSlice | undefined)?.items ?? []) as unknown as readonly T[];

/** Writes a decoded profile as containerd and CRI-O hand it on: empty fields are left out, `names` may be null. */
export const encodeOci = (profile: DecodedProfile): DocumentNode =>
  objectNode(profile, {
    defaultAction: stringNode(profile.defaultAction),
    defaultErrnoRet: numberNode(profile.defaultErrnoRet),
    architectures: arrayNode(profile, profile.architectures.map(stringNode)),
    flags: arrayNode(profile, profile.flags.map(stringNode)),
    listenerPath: profile.listenerPath && stringNode(profile.listenerPath),
    syscalls: arrayNode(profile, profile.rules.map(ruleNode)),
  });

const ruleNode = (rule: DecodedRule): DocumentNode =>
  objectNode(rule, {
    names: rule.hasNames
      ? { ...placeOf(rule), kind: 'array', items: rule.names.map(stringNode) }
      : { ...placeOf(rule), kind: 'null' },
    action: stringNode(rule.action),
    errnoRet: numberNode(rule.errnoRet),
    args: arrayNode(
      rule,
      rule.args.map((arg) =>
        objectNode(arg, {
          index: numberNode(arg.index),
          value: numberNode(arg.value),
          valueTwo: arg.valueTwo.value === 0n ? undefined : numberNode(arg.valueTwo),
          op: stringNode(arg.op),
        }),
      ),
    ),
  });

const placeOf = ({ offset, path }: Located): Located => ({ offset, path });

const objectNode = (
  at: Located,
  fields: Readonly<Record<string, DocumentNode | undefined>>,
): DocumentNode => ({
  ...placeOf(at),
  kind: 'object',
  members: Object.entries(fields).flatMap(([name, value]): Member[] =>
    value === undefined ? [] : [{ name, key: placeOf(value), value }],
  ),
});

const arrayNode = (at: Located, items: readonly DocumentNode[]): DocumentNode | undefined =>
  items.length === 0 ? undefined : { ...placeOf(at), kind: 'array', items };

const stringNode = (text: Placed<string>): DocumentNode => ({
  ...placeOf(text),
  kind: 'string',
  value: text.value,
});

const numberNode = (number: Placed<bigint> | undefined): DocumentNode | undefined =>
  number && { ...placeOf(number), kind: 'number', text: String(number.value), integer: number.value };
