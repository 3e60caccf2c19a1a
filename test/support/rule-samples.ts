// Random profiles for a real libseccomp: many system calls, each with a few rules of one kind, as JSON text.
import fc from 'fast-check';

/** None of them is needed to start a container, so that any rule on them may be loaded. */
const SYSCALLS = [
  ...['mkdir', 'rmdir', 'link', 'unlink', 'rename', 'chown', 'fchown', 'lchown', 'quotactl', 'acct', 'semop'],
  ...['semget', 'shmget', 'shmat', 'msgget', 'msgsnd', 'io_setup', 'io_submit', 'splice', 'tee', 'vmsplice'],
  ...['perf_event_open', 'mbind', 'migrate_pages', 'keyctl', 'add_key', 'timer_create', 'inotify_init1'],
  ...['socket', 'personality', 'mq_open', 'sethostname', 'setdomainname', 'syslog', 'swapon', 'utimes'],
] as const;

/** On i386 they are socketcall or ipc too, whose rules lose a condition: two answers would often contradict. */
const PARTS = /^(sem|shm|msg|socket)/;

const ARCHITECTURES = ['SCMP_ARCH_X86', 'SCMP_ARCH_X32', 'SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM'] as const;
const EQUALITIES = ['EQ', 'MASKED_EQ'] as const;
const SMALL = [1n, 2n, 3n, 5n, 8n, 38n, 0x7fffffffn, 0x80000000n, 0xffffffffn] as const;
const ALL = [...SMALL, 0x1_0000_0000n, 0x1_0000_0003n, 0x8000_0000_0000_0000n, 2n ** 64n - 1n] as const;

const conditions = (
  operators: readonly string[],
  values: readonly bigint[],
  most: number,
): fc.Arbitrary<readonly string[]> =>
  fc
    .uniqueArray(
      fc.record({
        index: fc.nat(3),
        op: fc.constantFrom(...operators),
        value: fc.constantFrom(...values),
        valueTwo: fc.constantFrom(0n, ...values),
      }),
      { minLength: 1, maxLength: most, selector: ({ index }) => index },
    )
    .map((all) =>
      all.map(
        ({ index, op, value, valueTwo }) =>
          `{"index":${index},"value":${value},${op === 'MASKED_EQ' ? `"valueTwo":${valueTwo & value},` : ''}"op":"SCMP_CMP_${op}"}`,
      ),
    );

const rule = (errno: number, args: readonly string[]): string =>
  `"action":"SCMP_ACT_ERRNO","errnoRet":${errno},"args":[${args.join(',')}]`;

const errnoIn = (text: string): string | undefined => /"errnoRet":(\d+)/.exec(text)?.[1];

const ANY = ['EQ', 'NE', 'LT', 'LE', 'GT', 'GE', 'MASKED_EQ'] as const;

/** Rules with one answer, as texts without their names; perhaps with an unconditional one of another answer. */
const agreeing: fc.Arbitrary<readonly string[]> = fc
  .tuple(
    fc.oneof(
      fc.array(conditions(EQUALITIES, ALL, 3), { minLength: 1, maxLength: 4 }),
      fc.array(conditions(['EQ', 'NE', 'MASKED_EQ'], ALL, 1), { minLength: 1, maxLength: 4 }),
      fc.array(conditions(ANY, SMALL, 1), { minLength: 1, maxLength: 4 }),
      fc.array(conditions(ANY, ALL, 4), { minLength: 1, maxLength: 1 }),
    ),
    fc.integer({ min: 2, max: 40 }),
    fc.constantFrom('none', 'none', 'none', 'first', 'last'),
  )
  .map(([sets, errno, unconditional]) => {
    const rules = sets.map((args) => rule(errno, args));
    const whole = rule(errno + 1, []);
    if (unconditional === 'none') return rules;
    return unconditional === 'first' ? [whole, ...rules] : [...rules, whole];
  });

/** Rules with an answer each, on values that differ on every architecture. */
const differing: fc.Arbitrary<readonly string[]> = fc
  .uniqueArray(fc.tuple(fc.nat(3), fc.constantFrom(...SMALL)), {
    minLength: 2,
    maxLength: 4,
    selector: ([index, value]) => `${index} ${value}`,
  })
  .map((all) =>
    all.map(([index, value], at) =>
      rule(10 + at, [`{"index":${index},"value":${value},"op":"SCMP_CMP_EQ"}`]),
    ),
  );

const ruleSet = fc.oneof({ weight: 4, arbitrary: agreeing }, { weight: 1, arbitrary: differing });

/** A profile that refuses under random conditions on many system calls, and allows what isn't named. */
export const sampleRules: fc.Arbitrary<string> = fc
  .tuple(
    fc.subarray([...ARCHITECTURES]),
    fc.array(ruleSet, { minLength: SYSCALLS.length, maxLength: SYSCALLS.length }),
  )
  .map(([architectures, sets]) => {
    const rules = sets.flatMap((set, at) => {
      const name = SYSCALLS[at]!;
      const kept = PARTS.test(name) ? set.filter((rule) => errnoIn(rule) === errnoIn(set[0]!)) : set;
      return kept.map((rule) => `{"names":["${name}"],${rule}}`);
    });
    const head = `"defaultAction":"SCMP_ACT_ALLOW","architectures":${JSON.stringify(architectures)}`;
    return `{${head},"syscalls":[${rules.join(',')}]}`;
  });
