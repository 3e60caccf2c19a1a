// Docker's conditions decided: golden cases for every rule of includes and excludes, and for the plain form.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DEFAULT_CAPABILITIES } from '../../../src/profile/capabilities.ts';
import {
  compiledByArchitecture,
  compiledJson,
  prepareValue,
  problemsOf,
  renderedProblems,
} from './prepare-sample.ts';

const test = suite('src/profile/compile');

const docker = (...rules: readonly object[]): object => ({
  defaultAction: 'SCMP_ACT_ERRNO',
  syscalls: [{ names: ['read'], action: 'SCMP_ACT_ALLOW', comment: 'always' }, ...rules],
});

/** Says whether a rule with these conditions stays, on an amd64 node with kernel 5.4. */
const stays = (conditions: object, capabilities: readonly string[] = DEFAULT_CAPABILITIES): boolean => {
  const options = { architectures: ['amd64'], minimumKernel: { major: 5, minor: 4 }, capabilities } as const;
  const prepared = prepareValue(
    docker({ names: ['mkdir'], action: 'SCMP_ACT_ALLOW', ...conditions }),
    options,
  );
  return JSON.stringify(compiledJson(prepared)).includes('mkdir');
};

const CHOWN = 'CAP_CHOWN';
const ADMIN = 'CAP_SYS_ADMIN';
const PTRACE = 'CAP_SYS_PTRACE';

for (const [conditions, expected] of [
  [{}, true],
  [{ includes: {}, excludes: {} }, true],
  [{ includes: null, excludes: null }, true],
  [{ includes: { caps: [], arches: [] } }, true],
  [{ includes: { caps: [CHOWN] } }, true],
  [{ includes: { caps: [ADMIN] } }, false],
  // All of the included are needed, one of the excluded suffices.
  [{ includes: { caps: [CHOWN, ADMIN] } }, false],
  [{ excludes: { caps: [CHOWN] } }, false],
  [{ excludes: { caps: [ADMIN] } }, true],
  [{ excludes: { caps: [ADMIN, CHOWN] } }, false],
  [{ includes: { caps: [CHOWN] }, excludes: { caps: [CHOWN] } }, false],
  [{ includes: { arches: ['amd64'] } }, true],
  [{ includes: { arches: ['arm64', 'amd64'] } }, true],
  [{ includes: { arches: ['arm64'] } }, false],
  // Docker asks for the node's own architecture, not for those that archMap adds.
  [{ includes: { arches: ['x86', 'x32'] } }, false],
  [{ excludes: { arches: ['amd64'] } }, false],
  [{ excludes: { arches: ['s390x'] } }, true],
  [{ includes: { minKernel: '4.8' } }, true],
  [{ includes: { minKernel: '5.4' } }, true],
  [{ includes: { minKernel: '5.4.99' } }, true],
  [{ includes: { minKernel: '5.5' } }, false],
  [{ includes: { minKernel: '6.0' } }, false],
  [{ includes: { minKernel: '' } }, true],
  [{ excludes: { minKernel: '4.8' } }, false],
  [{ excludes: { minKernel: '5.4' } }, false],
  [{ excludes: { minKernel: '5.5' } }, true],
  [{ includes: { caps: [CHOWN], arches: ['amd64'], minKernel: '4.8' } }, true],
  [{ includes: { caps: [CHOWN], arches: ['amd64'], minKernel: '6.1' } }, false],
  [{ includes: { arches: ['amd64'] }, excludes: { caps: [CHOWN] } }, false],
] as const) {
  test(`${JSON.stringify(conditions)} ${expected ? 'keeps' : 'drops'} a rule`, () => {
    assert.is(stays(conditions), expected);
  });
}

test('added capabilities decide like the default ones', () => {
  assert.ok(stays({ includes: { caps: [CHOWN, ADMIN] } }, [...DEFAULT_CAPABILITIES, ADMIN]));
  assert.not(stays({ excludes: { caps: [ADMIN] } }, [...DEFAULT_CAPABILITIES, ADMIN]));
  assert.not(stays({ includes: { caps: [CHOWN] } }, []));
});

test('a capability without CAP_ is taken for what it means, with a warning', () => {
  const prepared = prepareValue(
    docker({ names: ['mkdir'], action: 'SCMP_ACT_ALLOW', includes: { caps: ['CHOWN'] } }),
  );
  assert.ok(JSON.stringify(compiledJson(prepared)).includes('mkdir'));
  assert.match(problemsOf(prepared, 'warning').join('\n'), '"CHOWN" is taken for CAP_CHOWN here');
});

test('the plain form: name becomes names, comments and conditions go, fields stand in a fixed order', () => {
  const prepared = prepareValue({
    syscalls: [
      {
        comment: 'x',
        args: [{ op: 'SCMP_CMP_MASKED_EQ', index: 0, valueTwo: 0, value: 2114060288 }],
        action: 'SCMP_ACT_ALLOW',
        name: 'clone',
        includes: {},
      },
      { errno: 'ENOSYS', action: 'SCMP_ACT_ERRNO', names: ['clone3'], args: null },
    ],
    flags: [],
    defaultErrno: 'EACCES',
    defaultAction: 'SCMP_ACT_ERRNO',
    listenerMetadata: 'm',
    architectures: ['SCMP_ARCH_X86_64'],
  });
  const text = new TextDecoder().decode(prepared.profiles[0]!.builds[0]!.content);
  assert.is(
    text,
    `{
  "defaultAction": "SCMP_ACT_ERRNO",
  "defaultErrnoRet": 13,
  "architectures": [
    "SCMP_ARCH_X86_64"
  ],
  "listenerMetadata": "m",
  "syscalls": [
    {
      "names": [
        "clone"
      ],
      "action": "SCMP_ACT_ALLOW",
      "args": [
        {
          "index": 0,
          "value": 2114060288,
          "valueTwo": 0,
          "op": "SCMP_CMP_MASKED_EQ"
        }
      ]
    },
    {
      "names": [
        "clone3"
      ],
      "action": "SCMP_ACT_ERRNO",
      "errnoRet": 38
    }
  ]
}
`,
  );
});

const ARCH_MAP = [
  { architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_X32'] },
  { architecture: 'SCMP_ARCH_AARCH64', subArchitectures: ['SCMP_ARCH_ARM'] },
  { architecture: 'SCMP_ARCH_S390X', subArchitectures: ['SCMP_ARCH_S390'] },
];

test('archMap gives each architecture its own entry, and none where it has none', () => {
  const options = { architectures: ['amd64', 'arm64', 's390x', 'riscv64'] } as const;
  const prepared = prepareValue({ defaultAction: 'SCMP_ACT_ALLOW', archMap: ARCH_MAP }, options);
  assert.equal(renderedProblems(prepared), []);
  assert.equal(compiledByArchitecture(prepared), {
    amd64: {
      defaultAction: 'SCMP_ACT_ALLOW',
      architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
    },
    arm64: { defaultAction: 'SCMP_ACT_ALLOW', architectures: ['SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM'] },
    s390x: { defaultAction: 'SCMP_ACT_ALLOW', architectures: ['SCMP_ARCH_S390X', 'SCMP_ARCH_S390'] },
    riscv64: { defaultAction: 'SCMP_ACT_ALLOW' },
  });
});

test('an archMap of one entry says nothing to other architectures', () => {
  const archMap = ARCH_MAP.slice(0, 1);
  const prepared = prepareValue(
    { defaultAction: 'SCMP_ACT_LOG', archMap },
    { architectures: ['amd64', 'arm64'] },
  );
  assert.equal(compiledByArchitecture(prepared), {
    amd64: {
      defaultAction: 'SCMP_ACT_LOG',
      architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
    },
    arm64: { defaultAction: 'SCMP_ACT_LOG' },
  });
});

test('architectures that compile alike share one build, and all alike have one without architectures', () => {
  const rule = { names: ['mkdir'], action: 'SCMP_ACT_ALLOW', includes: { arches: ['arm64'] } };
  const options = { architectures: ['amd64', 'arm64', 'riscv64'] } as const;
  const groups = (value: object) =>
    prepareValue(value, options).profiles[0]!.builds.map(({ architectures }) => architectures);
  assert.equal(groups(docker(rule)), [['amd64', 'riscv64'], ['arm64']]);
  assert.equal(groups(docker()), [undefined]);
});

test('what Docker refuses is refused: name with names, architectures with archMap', () => {
  const both = prepareValue({
    defaultAction: 'SCMP_ACT_ALLOW',
    archMap: ARCH_MAP,
    architectures: ['SCMP_ARCH_X86'],
    syscalls: [{ name: 'a', names: ['b'], action: 'SCMP_ACT_LOG' }],
  });
  assert.equal(
    problemsOf(both, 'error').map((line) => line.split(':')[0]),
    ['$.archMap', '$.syscalls[0].name'],
  );
  const empty = prepareValue({
    defaultAction: 'SCMP_ACT_ALLOW',
    archMap: ARCH_MAP,
    architectures: [],
    syscalls: [{ name: '', names: ['b'], action: 'SCMP_ACT_LOG' }],
  });
  assert.equal(problemsOf(empty, 'error'), []);
});

test('an errno by name wins over the number, may be digits, and must be known', () => {
  const rule = (fields: object) =>
    prepareValue(docker({ names: ['mkdir'], action: 'SCMP_ACT_ERRNO', ...fields }));
  const errnoOf = (fields: object) =>
    (compiledJson(rule(fields)) as { syscalls: { errnoRet?: number }[] }).syscalls[1]!.errnoRet;
  assert.is(errnoOf({ errno: 'ENOSYS' }), 38);
  assert.is(errnoOf({ errno: 'EWOULDBLOCK' }), 11);
  assert.is(errnoOf({ errno: '42' }), 42);
  assert.is(errnoOf({ errno: '', errnoRet: 7 }), 7);
  assert.is(errnoOf({ errno: 'ENOSYS', errnoRet: 1 }), 38);
  assert.match(
    problemsOf(rule({ errno: 'ENOSYS', errnoRet: 1 }), 'warning').join('\n'),
    'ENOSYS (38) by name and 1 by number',
  );
  assert.match(
    problemsOf(rule({ errno: 'ENOSY' }), 'error').join('\n'),
    'unknown errno "ENOSY"; did you mean ENOSYS?',
  );
  assert.match(problemsOf(rule({ errno: 'toString' }), 'error').join('\n'), 'unknown errno "toString"');
  assert.match(problemsOf(rule({ errno: '4095' }), 'error').join('\n'), 'from 0 to 4094');
});

test('an errno whose number differs on an architecture is refused for it', () => {
  const value = docker({ names: ['mkdir'], action: 'SCMP_ACT_ERRNO', errno: 'ENOSYS' });
  assert.match(
    problemsOf(prepareValue(value, { architectures: ['mips64le'] }), 'error').join(),
    'ENOSYS has another number on mips64le',
  );
  const low = docker({ names: ['mkdir'], action: 'SCMP_ACT_ERRNO', errno: 'EPERM' });
  assert.equal(problemsOf(prepareValue(low, { architectures: ['mips64le'] }), 'error'), []);
});

test('capabilities and architectures that never match are refused, with what was meant', () => {
  const rule = (includes: object) =>
    problemsOf(prepareValue(docker({ names: ['a'], action: 'SCMP_ACT_ALLOW', includes })), 'error').join();
  assert.match(
    rule({ caps: ['CAP_SYS_ADMN'] }),
    'unknown capability "CAP_SYS_ADMN"; did you mean CAP_SYS_ADMIN?',
  );
  assert.match(
    rule({ arches: ['x86_64'] }),
    'unknown architecture "x86_64" in "includes"; did you mean amd64?',
  );
  assert.match(rule({ arches: ['SCMP_ARCH_AARCH64'] }), 'did you mean arm64?');
  assert.match(rule({ minKernel: 'new' }), 'wanted a kernel version such as "4.8", got "new"');
  assert.match(rule({ minKernel: 4.8 }), 'wanted a kernel version in quotes, such as "4.8", got 4.8');
  assert.match(rule({ minkernel: '4.8' }), 'is read as "minKernel" by runtimes');
});

test('notes name what was left out and how to keep it; one warning says that capabilities were decided', () => {
  const prepared = prepareValue(
    docker(
      { names: ['mount', 'umount2'], action: 'SCMP_ACT_ALLOW', includes: { caps: [ADMIN] } },
      { names: ['ptrace'], action: 'SCMP_ACT_ALLOW', includes: { caps: [PTRACE], minKernel: '9.9' } },
      { names: ['bpf'], action: 'SCMP_ACT_ERRNO', excludes: { caps: [CHOWN] } },
      { names: ['io_uring_setup'], action: 'SCMP_ACT_ALLOW', includes: { minKernel: '6.6' } },
    ),
  );
  assert.equal(prepared.profiles[0]!.notes, [
    'left out by includes.caps CAP_SYS_ADMIN: mount, umount2; kept with --cap-add SYS_ADMIN',
    'left out by includes.caps CAP_SYS_PTRACE: ptrace; kept with --cap-add SYS_PTRACE',
    'left out by excludes.caps CAP_CHOWN: bpf',
    'minKernel was decided for nodes with kernel 4.19 or newer',
    'left out by includes.minKernel 6.6: io_uring_setup',
  ]);
  const warnings = problemsOf(prepared, 'warning');
  assert.is(warnings.length, 1);
  assert.match(warnings.join(), 'with the default capabilities; CRI-O would decide them for each container');
});

test.run();
