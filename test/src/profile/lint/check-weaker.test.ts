// What a profile lets through beyond RuntimeDefault.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runtimeDefaultOf } from '../../../../src/profile/builtins.ts';
import { checkWeaker } from '../../../../src/profile/lint/check-weaker.ts';
import { createReport } from '../../../../src/profile/report.ts';
import { readDocument } from '../../../support/read-document.ts';
import { allow, allowList, denyList, refuse, spellAll, tellOf, when } from './check-sample.ts';

const test = suite('src/profile/lint/check-weaker');

const tell = (profile: Readonly<Record<string, unknown>>, ...nodes: Parameters<typeof tellOf>[2][]) =>
  spellAll(tellOf(checkWeaker, profile, ...nodes));

test('RuntimeDefault is not weaker than itself', () => {
  for (const [engine, dialect] of [
    ['containerd', 'docker'],
    ['cri-o', 'cri-o'],
  ] as const) {
    const { source, text } = runtimeDefaultOf({ name: engine });
    const report = createReport('f', text);
    const node = { capabilities: [], minimumKernel: { major: 5, minor: 4 }, dialect } as const;
    const facts = (['amd64', 'arm64', 's390x'] as const).map((architecture) => ({ ...node, architecture }));
    checkWeaker({ source, node: readDocument(text), facts }, report);
    assert.equal(spellAll(report.problems()), []);
  }
});

test('calls with a risk are told rule by rule, those with the same one together, and the dangerous are warnings', () => {
  const told = tell(allowList(allow(['read', 'mount', 'umount2', 'vhangup', 'acct'])));
  assert.is(told.length, 3);
  assert.match(
    told[0]!,
    /^SP508 note \$\.syscalls\[0\]: vhangup: goes through here, and not under RuntimeDefault \(containerd \d+\.\d+\.\d+\)$/,
  );
  assert.match(
    told[1]!,
    /^SP507 note \$\.syscalls\[0\]: acct: goes through here, and not under RuntimeDefault \(containerd [\d.]+\): /,
  );
  assert.match(
    told[2]!,
    /^SP507 warning \$\.syscalls\[0\]: mount, umount2: goes through here, .*: changes mounts/,
  );
});

test('clone is told with the flags that make it a risk, and not where they are refused', () => {
  const [told, ...more] = tell(allowList(allow(['clone'])));
  assert.match(told!, /^SP507 warning .*: clone: with a0=0x10000000 goes through here/);
  assert.equal(more, []);
  assert.equal(tell(allowList(allow(['clone'], when(0, 'MASKED_EQ', 0x7e020000, 0)))), []);
});

test('what a capability gives RuntimeDefault as well is no more than that', () => {
  assert.equal(tell(allowList(allow(['mount'])), { capabilities: ['CAP_SYS_ADMIN'] }), []);
});

test('RuntimeDefault is no file, so that a reader which drops conditions does not make it wider', () => {
  assert.is(tell(allowList(allow(['mount'])), { dialect: 'containerd' }).length, 1);
});

test('of a default that lets through only the worst are named, once for all nodes', () => {
  const told = tell(denyList(refuse(['mkdir'])), {}, { architecture: 'arm64' });
  assert.is(told.length, 1);
  assert.match(
    told[0]!,
    /^SP509 warning \$\.defaultAction: the default lets \d+ calls through that RuntimeDefault \(kubernetes\/default@containerd-/,
  );
  assert.match(tell({ defaultAction: 'SCMP_ACT_LOG' })[0]!, /^SP509 note/);
});

test('the version that the node has is what a profile is held against, and that is said; another engine is another default', () => {
  // containerd 1.7.32 was the first to refuse AF_ALG.
  const alg = allowList(allow(['socket'], when(0, 'EQ', 38)));
  const at = (version: string) => tell(alg, { engine: { name: 'containerd', version } });
  assert.equal(at('1.7.31'), []);
  assert.match(
    at('1.7.99')[0]!,
    /^SP508 .*: socket: with a0=38 goes through here, and not under RuntimeDefault \(containerd 1\.7\.32\)$/,
  );
  assert.match(
    tell({ defaultAction: 'SCMP_ACT_ALLOW' }, { engine: { name: 'cri-o', version: '1.34.1' } })[0]!,
    'RuntimeDefault (kubernetes/default@cri-o-1.34.0) refuses',
  );
});

test('nodes of several versions are told apart', () => {
  const nodes = ['1.7.31', '1.7.32'].map((version) => ({ engine: { name: 'containerd', version } }) as const);
  const told = tell({ defaultAction: 'SCMP_ACT_ALLOW' }, ...nodes);
  assert.equal(
    told.map((text) => /RuntimeDefault \((.*?)\)/.exec(text)?.[1]),
    ['kubernetes/default@containerd-1.7.13', 'kubernetes/default@containerd-1.7.32'],
  );
});

test.run();
