// Two profiles over every node that may be meant: what is so on some nodes only says on which.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { compareProfiles, type ProfileChange } from '../../../src/profile/compare-profiles.ts';
import { defaultCompileOptions } from '../../../src/profile/compile-options.ts';
import type { KnownFacts } from '../../../src/profile/facts.ts';
import type { SourceProfile } from '../../../src/profile/oci.ts';
import { prepareFile } from '../../../src/profile/prepare.ts';

const test = suite('src/profile/compare-profiles');

const sourceOf = (profile: object): SourceProfile => {
  const content = new TextEncoder().encode(JSON.stringify(profile));
  return prepareFile(content, 'f', 'f', { ...defaultCompileOptions, architectures: ['amd64'] }).profiles[0]!
    .source;
};
const allowing = (names: readonly string[], more: object = {}): SourceProfile =>
  sourceOf({ defaultAction: 'SCMP_ACT_ERRNO', syscalls: [{ names, action: 'SCMP_ACT_ALLOW' }], ...more });

const FACTS: KnownFacts = { ...defaultCompileOptions, architecture: 'amd64', dialect: 'docker' };
const ALL = ['2.5.1', '2.5.4', '2.6.0', '2.6.1'];

const changesOf = (name: string, changes: readonly ProfileChange[]): readonly unknown[] =>
  changes
    .filter((change) => change.name === name)
    .map(({ kind, before, after, on, isEverywhere }) => [kind, before.by, after.by, on, isEverywhere]);

test('a change on all nodes is one change', () => {
  const { changes } = compareProfiles(allowing(['read', 'tee']), allowing(['mkdir', 'tee']), FACTS);
  const everywhere = [
    { runtime: 'runc', libseccomp: ALL },
    { runtime: 'crun', libseccomp: ALL },
  ];
  assert.equal(changesOf('mkdir', changes), [['wider', 'default', 'rule', everywhere, true]]);
  assert.is(changes.length, 2);
});

test('what a runtime or a version of libseccomp makes of a profile is told apart', () => {
  const { changes } = compareProfiles(allowing(['read', 'tee']), allowing(['tee', 'cachestat']), FACTS);
  assert.equal(changesOf('cachestat', changes), [
    ['wider', 'stub', 'rule', [{ runtime: 'runc', libseccomp: ALL.slice(1) }], false],
    ['wider', 'default', 'rule', [{ runtime: 'crun', libseccomp: ALL.slice(1) }], false],
  ]);
  assert.equal(
    changesOf(
      'cachestat',
      compareProfiles(allowing(['read']), allowing(['read', 'cachestat']), {
        ...FACTS,
        runtime: 'crun',
        libseccomp: '2.6.1',
      }).changes,
    ),
    [['wider', 'default', 'rule', [{ runtime: 'crun', libseccomp: ['2.6.1'] }], true]],
  );
});

test('an architecture that only one covers is told once, not call by call', () => {
  const both = allowing(['read'], { architectures: ['SCMP_ARCH_X86'] });
  const { changes, added, removed } = compareProfiles(allowing(['read']), both, FACTS);
  assert.equal([changes, added, removed], [[], ['SCMP_ARCH_X86'], []]);
  assert.equal(compareProfiles(both, allowing(['read']), FACTS).removed, ['SCMP_ARCH_X86']);
});

test.run();
