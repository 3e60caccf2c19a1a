// What CRI-O changes in containers/common's default profile before it uses it, as its internal/config/seccomp
// DefaultProfile does since 1.29.9 and 1.30.6: namespaces need CAP_SYS_ADMIN. Told here, as CRI-O is no Go module that
// its proxy hands out.
import type { BuiltinProfile, BuiltinRule } from '../../src/profile/builtin-data.ts';

const NAMESPACE_FLAGS = [
  ...[0x20000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000],
  0x2000000,
] as const;
const ADMIN = { caps: ['CAP_SYS_ADMIN'] };
const S390 = ['s390', 's390x'];
const NAMES = ['clone', 'clone3', 'unshare'];

/** Amends the profile; throws where the rule that CRI-O amends isn't the second, as CRI-O itself does. */
export const amendAsCrio = ({ head, archMap, rules }: BuiltinProfile): BuiltinProfile => {
  const [first, allowed, ...others] = rules;
  if (first === undefined || allowed === undefined || !NAMES.every((name) => allowed.names.includes(name)))
    throw new Error('the second rule does not allow clone, clone3 and unshare');
  const amended = { ...allowed, names: allowed.names.filter((name) => !NAMES.includes(name)) };
  // s390 takes clone's flags as its second argument.
  const clones = [
    { index: 0, condition: { excludes: { arches: S390 } } },
    { index: 1, condition: { includes: { arches: S390 } } },
  ].flatMap(({ index, condition }): BuiltinRule[] => [
    {
      names: ['clone'],
      action: 'SCMP_ACT_ALLOW',
      args: [{ index, value: sum(NAMESPACE_FLAGS), valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }],
      ...condition,
    },
    // CRI-O has them as one rule of seven conditions, which mean "or", as they test one argument. crun reads six of
    // them, so that it answers ENOSYS instead of EPERM to the last.
    ...NAMESPACE_FLAGS.map((flag) => ({
      names: ['clone'],
      action: 'SCMP_ACT_ERRNO',
      errnoRet: 1,
      errno: 'EPERM',
      args: [{ index, value: flag, valueTwo: flag, op: 'SCMP_CMP_MASKED_EQ' }],
      ...condition,
      excludes: { ...ADMIN, ...condition.excludes },
    })),
  ]);
  return {
    head,
    archMap,
    rules: [
      first,
      amended,
      ...others,
      { names: NAMES, action: 'SCMP_ACT_ALLOW', includes: ADMIN },
      ...clones,
      { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: 38, errno: 'ENOSYS', excludes: ADMIN },
    ],
  };
};

const sum = (flags: readonly number[]): number => flags.reduce((all, flag) => all + flag, 0);
