// Sound profiles with one to three things made odd: values, types, fields, numbers, names, duplicates, case. As JSON text,
// since much of it no value of JavaScript could hold.
import fc from 'fast-check';

type Members = (readonly [string, string])[];

interface Rule {
  members: Members;
  args: Members[];
  /** Written in place of an item of `args`. */
  oddArgs: string[];
}

interface Model {
  members: Members;
  rules: Rule[];
  /** Written in place of a rule. */
  oddRules: string[];
}

/** Makes a model odd, in place, where it has what the change is about. */
type Change = (model: Model) => void;

const quoted = (...texts: readonly string[]): readonly string[] => texts.map((text) => JSON.stringify(text));
const from = (values: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...values);

/** None of them is needed to start; the program makes `mkdirat`, and `chown32` is of other architectures. */
const NAMES = ['mkdirat', 'mkdirat', 'mkdir', 'chown', 'keyctl', 'quotactl', 'swapon', 'chown32'] as const;
const ACTIONS = ['ALLOW', 'ERRNO', 'LOG', 'TRAP', 'TRACE', 'KILL', 'KILL_PROCESS', 'KILL_THREAD'] as const;

const actionText = fc.constantFrom(...ACTIONS).map((name) => `"SCMP_ACT_${name}"`);

/** What the third argument is, and what it isn't; the path's address and what stands in other registers is unknown. */
const argument: fc.Arbitrary<Members> = fc
  .record({
    at: fc.constantFrom(['0', '18446744073709551516'], ['2', '493'], ['2', '511'], ['2', '1']),
    op: fc.constantFrom('EQ', 'EQ', 'EQ', 'NE', 'GE', 'LT', 'MASKED_EQ'),
  })
  .map(({ at: [index, value], op }) => [
    ['index', index!],
    ['value', value!],
    ['valueTwo', op === 'MASKED_EQ' ? value! : '0'],
    ['op', `"SCMP_CMP_${op}"`],
  ]);

const rule: fc.Arbitrary<Rule> = fc
  .record({
    names: fc.uniqueArray(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 3 }),
    action: actionText,
    errno: fc.constantFrom('1', '13', '38'),
    args: fc.uniqueArray(argument, { maxLength: 2, selector: (members) => members[0]![1] }),
  })
  .map(({ names, action, errno, args }) => ({
    members: [
      ['names', JSON.stringify(names)],
      ['action', action],
      ...(/ERRNO|TRACE/.test(action) ? [['errnoRet', errno] as const] : []),
    ],
    args,
    oddArgs: [],
  }));

const model: fc.Arbitrary<Model> = fc
  .record({
    defaultAction: fc.constantFrom('ALLOW', 'ALLOW', 'ALLOW', 'LOG'),
    architectures: fc.subarray(['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32', 'SCMP_ARCH_AARCH64']),
    rules: fc.array(rule, { minLength: 1, maxLength: 3 }),
  })
  .map(({ defaultAction, architectures, rules }) => ({
    members: [
      ['defaultAction', `"SCMP_ACT_${defaultAction}"`],
      ['architectures', JSON.stringify(architectures)],
    ],
    rules,
    oddRules: [],
  }));

const WRONG_TYPES = ['null', 'true', '5', '"x"', '[]', '{}', '[null]', '[5]', '[""]', '""'] as const;
const NUMBERS = [
  ...['0', '1', '-1', '-0', '1.5', '1e3', '1.0', '6', '7', '4094', '4095', '65535', '65536', '65549'],
  ...['4294967295', '4294967296', '4294967297', '18446744073709551615', '18446744073709551616'],
  ...['-18446744073709551615', '-18446744073709551616', '"1"', '"0x1"', '"EPERM"', 'null', 'true', '{}'],
] as const;

const ODD_TOP: Readonly<Record<string, readonly string[]>> = {
  defaultAction: [
    ...quoted('SCMP_ACT_FOO', 'scmp_act_allow', 'ALLOW', '', 'SCMP_ACT_NOTIFY', 'SCMP_ACT_ERRNO'),
    ...quoted('SCMP_ACT_KILL', 'SCMP_ACT_TRACE', 'SCMP_ACT_TRAP', 'SCMP_ACT_LOG '),
    ...WRONG_TYPES,
  ],
  defaultErrnoRet: NUMBERS,
  architectures: [
    ...[
      'FOO',
      'NATIVE',
      'amd64',
      'S390X',
      'RISCV64',
      'LOONGARCH64',
      'M68K',
      'SH',
      'SHEB',
      'PARISC',
      'PPC64LE',
    ].map((name) => `["SCMP_ARCH_${name}"]`),
    ...['["X86_64"]', '["x86"]', '["scmp_arch_x86"]', '["amd64"]', '["SCMP_ARCH_x86"]', '["SCMP_ARCH_MIPS"]'],
    ...['["SCMP_ARCH_X86","SCMP_ARCH_X86"]', '["SCMP_ARCH_X86","SCMP_ARCH_PPC"]'],
    ...WRONG_TYPES,
  ],
  flags: [
    ...['TSYNC', 'LOG', 'SPEC_ALLOW', 'WAIT_KILLABLE_RECV', 'NEW_LISTENER', 'log', 'FOO'].map(
      (name) => `["SECCOMP_FILTER_FLAG_${name}"]`,
    ),
    '["SECCOMP_FILTER_FLAG_LOG","SECCOMP_FILTER_FLAG_FOO"]',
    ...WRONG_TYPES,
  ],
  listenerPath: [...quoted('/run/nobody-listens.sock', 'relative.sock', ''), ...WRONG_TYPES],
  listenerMetadata: [...quoted('m', ''), ...WRONG_TYPES],
  syscalls: ['null', '[]', '{}', '"x"', '5', '[{}]', '[null]', '[5]', '[[]]'],
};

const ODD_RULE: Readonly<Record<string, readonly string[]>> = {
  names: [
    ...['[]', '[""]', '["","mkdirat"]', '["mkdirat",""]', '["foo"]', '["MKDIRAT"]', '["mkdirat","mkdirat"]'],
    ...['"mkdirat"', '["socket","bind"]', '["mkdirat","execve"]', '["openat"]', '["write"]', '["openat2"]'],
    ...WRONG_TYPES,
  ],
  action: [
    ...quoted('SCMP_ACT_FOO', 'scmp_act_errno', 'ERRNO', '', 'SCMP_ACT_NOTIFY', 'SCMP_ACT_ERRNO(5)'),
    ...WRONG_TYPES,
  ],
  errnoRet: NUMBERS,
  args: ['null', '[]', '{}', '"x"', '5', '[{}]', '[null]', '[5]', '[[]]'],
};

const ODD_ARG: Readonly<Record<string, readonly string[]>> = {
  index: NUMBERS,
  value: NUMBERS,
  valueTwo: NUMBERS,
  op: [...quoted('SCMP_CMP_FOO', 'EQ', 'scmp_cmp_eq', '', 'SCMP_CMP_EQ '), ...WRONG_TYPES],
};

const pick = <T>(items: readonly T[], at: number): T | undefined => items[at % Math.max(items.length, 1)];

/** The members of one of the objects of a model; `at` chooses which. */
const membersAt =
  (level: 'top' | 'rule' | 'arg', at: number) =>
  (one: Model): Members | undefined => {
    if (level === 'top') return one.members;
    const chosen = pick(one.rules, at);
    return level === 'rule' ? chosen?.members : pick(chosen?.args ?? [], at);
  };

const level = fc.constantFrom(
  { where: 'top', odd: ODD_TOP } as const,
  { where: 'rule', odd: ODD_RULE } as const,
  { where: 'arg', odd: ODD_ARG } as const,
);

/** A field and an odd value for it, somewhere. */
const oddMember = level.chain(({ where, odd }) =>
  fc
    .tuple(fc.constantFrom(...Object.entries(odd)), fc.nat(5))
    .chain(([[name, values], at]) => from(values).map((text) => ({ where, at, name, text }))),
);

const CASES: readonly ((name: string) => string)[] = [
  (name) => name.toUpperCase(),
  (name) => name[0]!.toUpperCase() + name.slice(1),
  (name) => name.replace('s', '\u017f').replace('k', '\u212a'),
];

const change: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 6,
    arbitrary: oddMember.map(
      ({ where, at, name, text }): Change =>
        (one) => {
          const members = membersAt(where, at)(one);
          const place = members?.findIndex(([other]) => other === name) ?? -1;
          if (place >= 0) members![place] = [name, text];
          else members?.push([name, text]);
        },
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(oddMember, fc.boolean()).map(
      ([{ where, at, name, text }, isFirst]): Change =>
        (one) => {
          const members = membersAt(where, at)(one);
          if (isFirst) members?.unshift([name, text]);
          else members?.push([name, text]);
        },
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(level, fc.nat(5), fc.nat(5)).map(
      ([{ where }, at, place]): Change =>
        (one) => {
          const members = membersAt(where, at)(one);
          members?.splice(place % Math.max(members.length, 1), 1);
        },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(level, fc.nat(5), fc.nat(5), fc.constantFrom(...CASES)).map(
      ([{ where }, at, place, fold]): Change =>
        (one) => {
          const members = membersAt(where, at)(one);
          const member = pick(members ?? [], place);
          if (member !== undefined) members![members!.indexOf(member)] = [fold(member[0]), member[1]];
        },
    ),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        level,
        fc.nat(5),
        from(['name', 'errno', 'defaultErrno', 'archMap', 'includes', 'comment', 'x', '']),
      )
      .map(
        ([{ where }, at, name]): Change =>
          (one) => {
            membersAt(where, at)(one)?.push([name, '"mkdirat"']);
          },
      ),
  },
  {
    weight: 1,
    arbitrary: from(['null', '5', '[]', '{}', '"x"']).map(
      (text): Change =>
        (one) => {
          one.oddRules.push(text);
        },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(from(['null', '5', '[]', '{}', '"x"']), fc.nat(5)).map(
      ([text, at]): Change =>
        (one) => {
          pick(one.rules, at)?.oddArgs.push(text);
        },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.nat(5), argument).map(
      ([at, members]): Change =>
        (one) => {
          for (let count = 0; count < 7; count += 1) pick(one.rules, at)?.args.push([...members]);
        },
    ),
  },
);

const renderMembers = (members: Members): string =>
  `{${members.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`;

const renderRule = ({ members, args, oddArgs }: Rule): string => {
  const items = [...args.map(renderMembers), ...oddArgs];
  return renderMembers(items.length === 0 ? members : [...members, ['args', `[${items.join(',')}]`]]);
};

const render = ({ members, rules, oddRules }: Model): string =>
  renderMembers([...members, ['syscalls', `[${[...rules.map(renderRule), ...oddRules].join(',')}]`]]);

/** An odd profile as JSON text; the text itself is always sound JSON. */
export const sampleOddText: fc.Arbitrary<string> = fc
  .tuple(model, fc.array(change, { minLength: 1, maxLength: 3 }))
  .map(([one, changes]) => {
    const copy: Model = structuredClone(one);
    for (const apply of changes) apply(copy);
    return render(copy);
  });
