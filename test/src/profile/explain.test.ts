// Explanations: the fate of every call, what is risky about it, and what other nodes make of it.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { defaultCompileOptions } from '../../../src/profile/compile-options.ts';
import { type ExplainedCall, type Explanation, explainProfile } from '../../../src/profile/explain.ts';
import { againstDefault } from '../../../src/profile/explain-default.ts';
import type { KnownFacts } from '../../../src/profile/facts.ts';
import { prepareFile } from '../../../src/profile/prepare.ts';

const test = suite('src/profile/explain');

const FACTS: KnownFacts = { ...defaultCompileOptions, architecture: 'amd64', dialect: 'docker' };

const explain = (profile: object, facts: Partial<KnownFacts> = {}): Explanation => {
  const known = { ...FACTS, ...facts };
  const options = { ...defaultCompileOptions, architectures: [known.architecture] };
  const { profiles } = prepareFile(new TextEncoder().encode(JSON.stringify(profile)), 'f', 'f', options);
  return explainProfile(profiles[0]!.source, known);
};
const call = ({ calls }: Explanation, name: string): ExplainedCall => calls.find((one) => one.name === name)!;

const clone = (value: number) => ({
  names: ['clone'],
  action: 'SCMP_ACT_ALLOW',
  args: [{ index: 0, op: 'SCMP_CMP_MASKED_EQ', value, valueTwo: 0 }],
});
const refusing = (...syscalls: object[]) => ({ defaultAction: 'SCMP_ACT_ERRNO', syscalls });
const allow = (...names: string[]) => ({ names, action: 'SCMP_ACT_ALLOW' });

test('every call of the architecture has its verdict', () => {
  const explanation = explain(refusing(allow('read', 'cachestat'), clone(0x7e020000)));
  assert.is(explanation.calls.length, 385);
  assert.is(call(explanation, 'read').verdict.by, 'rule');
  assert.is(call(explanation, 'mount').verdict.by, 'default');
  assert.is(call(explanation, 'listns').verdict.by, 'stub');
  // Said of calls for which no rule holds, although arguments of 0 would do.
  assert.is(call(explanation, 'clone').verdict.outcome.action, 'SCMP_ACT_ERRNO');
  assert.is(call(explanation, 'clone').rules.length, 1);
});

test('a risk is one where it goes through, and with the arguments that make it one', () => {
  const closed = explain(refusing(allow('bpf'), clone(0x7e020000)));
  assert.is(call(closed, 'bpf').risk?.rank, 'dangerous');
  assert.is(call(closed, 'mount').risk, undefined);
  assert.is(call(closed, 'clone').risk, undefined);
  // A mask that forgets user namespaces.
  assert.is(call(explain(refusing(clone(0x20000))), 'clone').risk?.rank, 'dangerous');
});

test('what other nodes make of it is told once for all calls alike', () => {
  const { variations, facts } = explain(refusing(allow('tee', 'cachestat')));
  assert.equal([facts.runtime, facts.libseccomp], ['runc', '2.6.1']);
  const cachestat = variations.find(({ names }) => names.includes('cachestat'))!;
  assert.equal(
    cachestat.answers.map(({ outcome, on }) => [outcome.action, outcome.errno, on]),
    [
      ['SCMP_ACT_ERRNO', 38, [{ runtime: 'runc', libseccomp: ['2.5.1'] }]],
      [
        'SCMP_ACT_ALLOW',
        undefined,
        [
          { runtime: 'runc', libseccomp: ['2.5.4', '2.6.0', '2.6.1'] },
          { runtime: 'crun', libseccomp: ['2.5.4', '2.6.0', '2.6.1'] },
        ],
      ],
      ['SCMP_ACT_ERRNO', 1, [{ runtime: 'crun', libseccomp: ['2.5.1'] }]],
    ],
  );
  assert.equal(explain(refusing(allow('read')), { runtime: 'crun', libseccomp: '2.6.1' }).variations, []);
});

test('other ways of calling are covered or killed', () => {
  const covered = ({ compatible }: Explanation): readonly string[] =>
    compatible.map(({ architecture, isCovered }) => `${architecture} ${isCovered}`);
  const profile = { ...refusing(allow('read')), architectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_ARM'] };
  assert.equal(covered(explain(profile)), ['SCMP_ARCH_X86 true', 'SCMP_ARCH_X32 false']);
  assert.equal(covered(explain(profile, { architecture: 'arm64' })), ['SCMP_ARCH_ARM true']);
  assert.equal(covered(explain(refusing(allow('read')), { architecture: 'riscv64' })), []);
});

test('against RuntimeDefault: what is let through beside it, and what is refused beyond it', () => {
  const { filter, facts } = explain({
    defaultAction: 'SCMP_ACT_ALLOW',
    syscalls: [{ names: ['mkdir'], action: 'SCMP_ACT_ERRNO' }],
  });
  const { name, wider, narrower } = againstDefault(filter, facts, { name: 'containerd' });
  assert.match(name, /^kubernetes\/default@containerd-/);
  assert.ok(wider.some((change) => change.name === 'mount' && change.isAlways));
  assert.ok(wider.some((change) => change.name === 'clone' && change.witness[0] === 0x10000000n));
  assert.ok(narrower.some((change) => change.name === 'mkdir'));
  assert.match(againstDefault(filter, facts, { name: 'cri-o' }).name, /cri-o/);
});

test.run();
