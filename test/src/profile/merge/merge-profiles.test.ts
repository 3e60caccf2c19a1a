// What becomes of conditions, architectures, flags and listeners where profiles are merged, by examples.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { defaultCompileOptions } from '../../../../src/profile/compile-options.ts';
import { mergeProfiles } from '../../../../src/profile/merge/merge-profiles.ts';
import type { MergeMode } from '../../../../src/profile/merge/openness.ts';
import type { SourceProfile } from '../../../../src/profile/oci.ts';
import { renderOci } from '../../../../src/profile/render-oci.ts';
import { soundSource } from '../../../support/profile-samples.ts';

const test = suite('src/profile/merge/merge-profiles');

const named = (sources: readonly SourceProfile[]) =>
  sources.map((source, at) => ({ label: `${at}.json`, source }));
const text = (content: Uint8Array): string => new TextDecoder().decode(content);
const source = (profile: object): SourceProfile => soundSource(JSON.stringify(profile))!;
/** Without what only runc's stub makes of it. */
const merged = (mode: MergeMode, ...profiles: object[]) => {
  const { profile, deviations, ...rest } = mergeProfiles(
    mode,
    named(profiles.map(source)),
    defaultCompileOptions,
  );
  return {
    profile: JSON.parse(text(renderOci(profile))),
    deviations: deviations.filter(({ kind }) => kind !== 'stub'),
    ...rest,
  };
};
const allow = (names: string[], ...args: object[]) => ({
  names,
  action: 'SCMP_ACT_ALLOW',
  ...(args.length > 0 && { args }),
});
const ERRNO = { defaultAction: 'SCMP_ACT_ERRNO' };
const masked = (value: number, valueTwo = 0) => ({ index: 0, value, valueTwo, op: 'SCMP_CMP_MASKED_EQ' });

test('a union of allow-lists keeps both conditions as they are', () => {
  const { profile, deviations } = merged(
    'union',
    { ...ERRNO, syscalls: [allow(['read', 'chown']), allow(['clone'], masked(0x10000000))] },
    { ...ERRNO, syscalls: [allow(['read']), allow(['clone'], masked(0x20000000))] },
  );
  assert.equal(profile.syscalls, [
    allow(['chown', 'read']),
    allow(['clone'], masked(0x10000000)),
    allow(['clone'], masked(0x20000000)),
  ]);
  assert.equal(deviations, []);
});

test('a test that always holds gives way to a rule without any, one that libseccomp drops does not', () => {
  const refuse = { names: ['mkdir'], action: 'SCMP_ACT_ERRNO', errnoRet: 38 };
  const always = { index: 0, value: 0, op: 'SCMP_CMP_GE' };
  const of = (condition: object) =>
    merged(
      'union',
      { ...ERRNO, syscalls: [allow(['mkdir'], condition), refuse] },
      { ...ERRNO, syscalls: [] },
    );
  assert.equal(of(always).profile.syscalls, [refuse]);
  assert.equal(of(masked(0)).profile.syscalls, [allow(['mkdir'])]);
  assert.equal([...of(always).deviations, ...of(masked(0)).deviations], []);
});

test('an intersection asks for both conditions, on one argument as one', () => {
  const { profile, deviations } = merged(
    'intersection',
    { ...ERRNO, syscalls: [allow(['read', 'chown']), allow(['clone'], masked(0x10000000))] },
    { ...ERRNO, syscalls: [allow(['read']), allow(['clone'], masked(0x20000000, 0x20000000))] },
  );
  assert.equal(profile.syscalls.slice(0, 2), [
    allow(['read']),
    allow(['clone'], masked(0x30000000, 0x20000000)),
  ]);
  // So that runc answers EPERM to what lies between, as before.
  assert.equal(profile.syscalls.slice(2), [{ names: ['chown'], action: 'SCMP_ACT_ERRNO' }]);
  assert.equal(deviations, []);
});

test('an allow-list and a deny-list meet in the allow-list without what the other denies', () => {
  const { profile, decisions, deviations } = merged(
    'intersection',
    { ...ERRNO, syscalls: [allow(['read', 'clone', 'mkdir'])] },
    {
      defaultAction: 'SCMP_ACT_ALLOW',
      syscalls: [
        { names: ['mkdir'], action: 'SCMP_ACT_ERRNO' },
        { names: ['clone'], action: 'SCMP_ACT_ERRNO', args: [masked(0x20000000, 0x20000000)] },
      ],
    },
  );
  assert.equal(profile.syscalls.slice(0, 2), [allow(['read']), allow(['clone'], masked(0x20000000, 0))]);
  assert.is(
    decisions[0]?.message,
    'the default action is ERRNO 1 in "0.json", ALLOW in "1.json": ERRNO 1 in the result',
  );
  assert.equal(deviations, []);
});

test('what no rules can say is left to the safe side, with a call that shows it', () => {
  const bigMask = 2 ** 40;
  const { profile, deviations } = merged(
    'intersection',
    { ...ERRNO, syscalls: [allow(['read', 'clone'])] },
    {
      defaultAction: 'SCMP_ACT_ALLOW',
      syscalls: [{ names: ['clone'], action: 'SCMP_ACT_ERRNO', args: [masked(bigMask + 1, bigMask + 1)] }],
    },
  );
  assert.equal(profile.syscalls.slice(0, 1), [allow(['read'])]);
  const [found] = deviations;
  assert.is(found?.kind, 'narrower');
  assert.is(found?.name, 'clone');
  assert.is(found?.expected.action, 'SCMP_ACT_ALLOW');
  assert.is(found?.actual.action, 'SCMP_ACT_ERRNO');
});

test('an architecture that only one input covers is kept by a union and told, and left out by an intersection', () => {
  const wide = {
    ...ERRNO,
    architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86'],
    syscalls: [allow(['read'])],
  };
  const narrow = { ...ERRNO, architectures: ['SCMP_ARCH_X86_64'], syscalls: [allow(['read', 'chown'])] };
  const union = merged('union', wide, narrow);
  assert.equal(union.profile.architectures, ['SCMP_ARCH_X86', 'SCMP_ARCH_X86_64', 'SCMP_ARCH_AARCH64']);
  assert.equal(union.decisions, [
    {
      kind: 'weaker',
      message:
        'SCMP_ARCH_X86 is covered by "0.json" alone: kept, and there the result also lets through what only "1.json" lets through elsewhere',
    },
  ]);
  const intersection = merged('intersection', wide, narrow);
  assert.equal(intersection.profile.architectures, ['SCMP_ARCH_X86_64', 'SCMP_ARCH_AARCH64']);
  assert.match(intersection.decisions[0]!.message, 'which kills whoever calls that way: left out');
});

test('recordings are counted, other inputs are not', () => {
  const recordings = [['read', 'chown'], ['read'], ['read', 'mkdir']].map((names) => ({
    ...ERRNO,
    syscalls: [allow(names)],
  }));
  const { seen } = merged('union', ...recordings);
  assert.is(seen?.of, 3);
  assert.equal(
    [...seen!.counts],
    [
      ['chown', 1],
      ['mkdir', 1],
      ['read', 3],
    ],
  );
  assert.is(merged('union', ...recordings, { defaultAction: 'SCMP_ACT_ALLOW' }).seen, undefined);
});

test('one listener is kept where somebody is notified, and two are an error', () => {
  const notify = (listenerPath: string) => ({
    ...ERRNO,
    listenerPath,
    syscalls: [{ names: ['mount'], action: 'SCMP_ACT_NOTIFY' }],
  });
  const { profile } = merged('union', notify('/run/a'), { ...ERRNO, syscalls: [allow(['read'])] });
  assert.is(profile.listenerPath, '/run/a');
  const without = merged('intersection', notify('/run/a'), { ...ERRNO, syscalls: [allow(['read'])] });
  assert.is(without.profile.listenerPath, undefined);
  assert.is(without.decisions[0]?.message, '"listenerPath" is left out, as no rule of the result notifies');
  assert.throws(
    () => merged('union', notify('/run/a'), notify('/run/b')),
    (error: Error) =>
      error.message ===
      '"0.json" and "1.json" notify different listeners, and a filter has one: /run/a and /run/b',
  );
});

test('where architectures part no single profile is made', () => {
  const docker = {
    ...ERRNO,
    syscalls: [{ ...allow(['chown']), includes: { arches: ['amd64'] } }, allow(['read'])],
  };
  const all = [docker, { ...ERRNO, syscalls: [allow(['write'])] }].map(source);
  assert.not.throws(() =>
    mergeProfiles('union', named(all), { ...defaultCompileOptions, architectures: ['amd64'] }),
  );
  const conflict = [
    { ...docker, syscalls: [{ ...allow(['fchown']), includes: { arches: ['amd64'] } }] },
    ERRNO,
  ].map(source);
  assert.throws(
    () => mergeProfiles('union', named(conflict), defaultCompileOptions),
    (error: Error) =>
      error.message ===
      'the result says one thing of "fchown" on amd64 and another on arm64, and no single profile can',
  );
});

test.run();
