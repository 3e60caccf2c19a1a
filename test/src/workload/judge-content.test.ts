// What profiles come to on nodes of which more or less is known: agreement is sure, disagreement is open.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readBuiltin } from '../../../src/profile/builtins.ts';
import { defaultCompileOptions } from '../../../src/profile/compile-options.ts';
import { prepareFile } from '../../../src/profile/prepare.ts';
import { type StartReason, worstOf } from '../../../src/workload/check.ts';
import { judgeContent, type NodeKind, type StartFacts } from '../../../src/workload/judge-content.ts';
import { allowing, bytesOf, refusing } from '../../support/check-samples.ts';

const test = suite('src/workload/judge-content');

const NODE: NodeKind = { architecture: 'amd64', kernel: '6.18.0', runtime: 'containerd://2.4.2' };
const SHORT = 'close execve fstatfs getdents64 openat write exit_group read'.split(' ');

interface Case {
  readonly title: string;
  readonly profile: unknown;
  readonly noNewPrivileges?: boolean;
  readonly execs?: readonly string[];
  readonly node?: Partial<NodeKind>;
  readonly facts?: StartFacts;
  /** Verdict, then codes. */
  readonly wanted: string;
  readonly words?: RegExp;
}

const CASES: readonly Case[] = [
  { title: 'a profile that refuses one harmless call', profile: refusing(['chroot']), wanted: 'starts' },
  {
    title: 'a file that is no JSON',
    profile: 'hello',
    wanted: 'fails refused',
  },
  {
    title: 'an action that no runtime knows',
    profile: { defaultAction: 'SCMP_ACT_NOPE' },
    wanted: 'fails refused refused refused',
    words: /runc refuses the profile: string SCMP_ACT_NOPE/,
  },
  {
    title: 'an empty object, which runc takes for no profile and crun refuses',
    profile: {},
    wanted: 'unknown no-filter refused refused',
    words: /runs unconfined/,
  },
  {
    title: 'the same where the node is known to have runc',
    profile: {},
    facts: { runtime: 'runc' },
    wanted: 'starts no-filter',
  },
  {
    title: 'statx refused, which newer versions of runc need',
    profile: refusing(['statx']),
    wanted: 'unknown needs-calls exec',
    words: /^runc from 1\.2\.8 .* on itself needs statx, which the profile refuses$/,
  },
  {
    title: 'statx refused on an old runc',
    profile: refusing(['statx']),
    facts: { runtime: 'runc', runtimeVersion: '1.1.15' },
    wanted: 'starts',
  },
  {
    title: 'statx refused on a new runc',
    profile: refusing(['statx']),
    facts: { runtime: 'runc', runtimeVersion: '1.5.2' },
    wanted: 'fails needs-calls',
    words: /^runc 1\.5\.2 itself needs statx/,
  },
  {
    title: 'read refused with new privileges allowed, which no-new-privileges would cure',
    profile: refusing(['read']),
    facts: { runtime: 'runc' },
    wanted: 'fails needs-calls',
    words: /with allowPrivilegeEscalation: false it would start/,
  },
  {
    title: 'read refused with no-new-privileges',
    profile: refusing(['read']),
    noNewPrivileges: true,
    facts: { runtime: 'runc' },
    wanted: 'starts',
  },
  {
    title: 'the short list of an old runc, and calls of Go that fail softly',
    profile: allowing(SHORT),
    noNewPrivileges: true,
    facts: { runtime: 'runc', runtimeVersion: '1.1.15' },
    wanted: 'starts',
  },
  {
    title: 'the same list where what is not on it kills',
    profile: allowing(SHORT, 'SCMP_ACT_KILL_PROCESS'),
    noNewPrivileges: true,
    facts: { runtime: 'runc', runtimeVersion: '1.1.15' },
    wanted: 'fails needs-calls',
  },
  {
    title: 'execve refused: it starts and ends at once',
    profile: refusing(['execve']),
    wanted: 'fails ends-at-once',
    words: /^with runc or crun it starts and ends at once/,
  },
  {
    title: 'a call that crun makes for exec only, with an exec probe',
    profile: refusing(['statx']),
    execs: ['livenessProbe'],
    facts: { runtime: 'crun' },
    wanted: 'fails exec',
    words: /^its livenessProbe by exec does not work: crun needs statx/,
  },
  {
    title: 'the same without: worth knowing, in nobody’s way',
    profile: refusing(['statx']),
    facts: { runtime: 'crun' },
    wanted: 'starts exec',
    words: /^kubectl exec does not work/,
  },
  {
    title: 'LOG on a kernel that does not have it',
    profile: { defaultAction: 'SCMP_ACT_LOG' },
    node: { kernel: '4.4.0-200-generic' },
    wanted: 'fails action',
    words: /SCMP_ACT_LOG: Linux 4\.4 does not have it/,
  },
  {
    title: 'LOG on a kernel that says itself that it does not have it',
    profile: { defaultAction: 'SCMP_ACT_LOG' },
    facts: { actionsAvailable: ['SCMP_ACT_ALLOW', 'SCMP_ACT_ERRNO'] },
    wanted: 'fails action',
  },
  { title: 'LOG on a new kernel', profile: { defaultAction: 'SCMP_ACT_LOG' }, wanted: 'starts' },
  {
    title: 'an architecture of the other endianness',
    profile: { ...refusing(['chroot']), architectures: ['SCMP_ARCH_S390X'] },
    facts: { runtime: 'runc' },
    wanted: 'fails refused',
  },
  {
    title: 'a listener that nobody knows of',
    profile: { ...refusing(['mkdir'], 'SCMP_ACT_NOTIFY'), listenerPath: '/run/agent.sock' },
    facts: { runtime: 'runc' },
    wanted: 'unknown refused',
    words: /it depends on who listens at/,
  },
  {
    title: 'an architecture that nothing is known of',
    profile: refusing(['chroot']),
    node: { architecture: 'sparc64' },
    wanted: 'unknown node',
  },
  {
    title: 'Docker as runtime',
    profile: refusing(['chroot']),
    node: { runtime: 'docker://24.0.7' },
    wanted: 'unknown node',
  },
  {
    title: 'calls refused on an architecture where nobody measured',
    profile: refusing(['write']),
    node: { architecture: 'arm64' },
    wanted: 'unknown needs-calls needs-calls',
    words: /may refuse/,
  },
];

const spell = (reasons: readonly StartReason[]): string =>
  [worstOf(reasons.map(({ verdict }) => verdict)), ...reasons.map(({ code }) => code)].join(' ');

for (const { title, profile, noNewPrivileges = false, execs = [], node, facts = {}, wanted, words } of CASES)
  test(`${title}: ${wanted}`, () => {
    const content = bytesOf(profile);
    const reasons = judgeContent(content, { noNewPrivileges, execs }, { ...NODE, ...node }, facts);
    assert.is(spell(reasons), wanted, JSON.stringify(reasons));
    if (words)
      assert.ok(
        reasons.some(({ message }) => words.test(message)),
        JSON.stringify(reasons),
      );
  });

for (const name of ['kubernetes/default', 'kubernetes/default-audit', 'docker/default'])
  for (const noNewPrivileges of [true, false])
    test(`${name} starts under every runtime, ${noNewPrivileges ? 'with' : 'without'} no-new-privileges`, () => {
      const { profiles } = prepareFile(readBuiltin(name)!, name, 'a.json', defaultCompileOptions);
      const content = profiles[0]!.builds[0]!.content;
      assert.equal(judgeContent(content, { noNewPrivileges, execs: ['startupProbe'] }, NODE, {}), []);
    });

test.run();
