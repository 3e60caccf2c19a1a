// Differences between filters: none is missed, each example is a real one, and what is the same gives none.
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Change, compareFilters } from '../../../src/profile/compare.ts';
import { defaultCompileOptions } from '../../../src/profile/compile-options.ts';
import { evaluate } from '../../../src/profile/evaluate.ts';
import type { Facts } from '../../../src/profile/facts.ts';
import { prepareFile } from '../../../src/profile/prepare.ts';
import { type EffectiveFilter, isSame, resolve } from '../../../src/profile/resolve.ts';

const test = suite('src/profile/compare');

const filterOf = (text: string, facts: Partial<Facts> = {}): EffectiveFilter => {
  const architecture = facts.architecture ?? 'amd64';
  const options = { ...defaultCompileOptions, architectures: [architecture] };
  const { profiles, problems } = prepareFile(new TextEncoder().encode(text), 'f', 'f', options);
  if (profiles[0] === undefined) throw new Error(problems.map(({ message }) => message).join('\n'));
  const known = { ...options, runtime: 'crun', libseccomp: '2.6.1', dialect: 'docker' } as const;
  return resolve(profiles[0].source, { ...known, ...facts, architecture });
};

const rule = (names: string, action: string, ...args: readonly string[]): string =>
  `{"names":["${names.split(' ').join('","')}"],"action":"SCMP_ACT_${action}","args":[${args.join(',')}]}`;
const when = (index: number, op: string, value: number | bigint, valueTwo: number | bigint = 0): string =>
  `{"index":${index},"op":"SCMP_CMP_${op}","value":${value},"valueTwo":${valueTwo}}`;
const refuse = (...rules: readonly string[]): string =>
  `{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[${rules.join(',')}]}`;

const say = ({ name, number, to, kind, witness, isAlways, before, after }: Change): string => {
  const args = witness.flatMap((value, index) => (value === 0n ? [] : [`a${index}=${value}`]));
  const what = [name ?? `${number}-${to}`, ...args, ...(isAlways ? [] : ['sometimes'])].join(' ');
  return `${kind}: ${what}: ${before.outcome.action.slice(9)} -> ${after.outcome.action.slice(9)}`;
};
const compare = (before: EffectiveFilter, after: EffectiveFilter): readonly string[] =>
  compareFilters(before, after).changes.map(say);

test('a call that is let through now, one that is refused now, and one that is refused otherwise', () => {
  const before = filterOf(refuse(rule('read write', 'ALLOW'), rule('mkdir', 'TRAP')));
  const after = filterOf(refuse(rule('read mount', 'ALLOW'), rule('mkdir', 'KILL')));
  assert.equal(compare(before, after), [
    'narrower: write: ALLOW -> ERRNO',
    'other: mkdir: TRAP -> KILL_THREAD',
    'wider: mount: ERRNO -> ALLOW',
  ]);
});

test('an example satisfies what tells the filters apart, and is as simple as can be', () => {
  const at = (...args: readonly string[]): EffectiveFilter =>
    filterOf(refuse(rule('chmod', 'ALLOW', ...args)));
  const none = filterOf(refuse());
  assert.equal(compare(none, at(when(1, 'EQ', 7))), ['wider: chmod a1=7 sometimes: ERRNO -> ALLOW']);
  assert.equal(compare(at(when(1, 'LE', 7)), at(when(1, 'LT', 7))), [
    'narrower: chmod a1=7 sometimes: ALLOW -> ERRNO',
  ]);
  assert.equal(compare(at(when(1, 'MASKED_EQ', 12, 4)), at(when(1, 'EQ', 4))), [
    'narrower: chmod a1=5 sometimes: ALLOW -> ERRNO',
  ]);
  // The same thing said in two ways.
  assert.equal(compare(at(when(1, 'LE', 7)), at(when(1, 'MASKED_EQ', 2n ** 64n - 8n))), []);
  assert.equal(compare(at(when(1, 'GE', 0)), at()), []);
});

test('conditions on several arguments are met together', () => {
  const args = [when(0, 'EQ', 1), when(2, 'GT', 5), when(3, 'NE', 0)];
  assert.equal(compare(filterOf(refuse()), filterOf(refuse(rule('chmod', 'ALLOW', ...args)))), [
    'wider: chmod a0=1 a2=6 a3=1 sometimes: ERRNO -> ALLOW',
  ]);
});

test('where the danger is in an argument, that is the example', () => {
  const before = refuse(rule('clone', 'ALLOW', when(0, 'MASKED_EQ', 0x7e020000n)));
  const [change, ...more] = compareFilters(
    filterOf(before),
    filterOf(refuse(rule('clone', 'ALLOW'))),
  ).changes;
  assert.is(more.length, 0);
  assert.is(change?.witness[0], 0x10000000n);
  assert.is(change?.risk?.rank, 'dangerous');
  const harmless = compareFilters(filterOf(refuse()), filterOf(before)).changes[0];
  assert.is(harmless?.risk, undefined);
});

test('another default changes every call that no rule decides, those without a name too', () => {
  const all = compareFilters(
    filterOf(refuse(rule('read', 'ALLOW'))),
    filterOf('{"defaultAction":"SCMP_ACT_LOG"}'),
  );
  assert.ok(all.changes.length > 380);
  assert.ok(all.changes.some(({ name, to }) => name === undefined && to === 0x3fff_ffff));
  assert.is(all.changes.find(({ name }) => name === 'read')?.kind, 'other');
});

test('an architecture that one filter lacks is killed by it', () => {
  const listing = (architectures: string): EffectiveFilter =>
    filterOf(`{"defaultAction":"SCMP_ACT_ALLOW","architectures":[${architectures}]}`);
  const { changes } = compareFilters(listing(''), listing('"SCMP_ARCH_X86"'));
  assert.ok(changes.length > 400);
  assert.ok(changes.every(({ architecture, kind }) => architecture === 'SCMP_ARCH_X86' && kind === 'wider'));
});

test("runc's stub is compared, above each filter's greatest number", () => {
  const upTo = (name: string): EffectiveFilter => filterOf(refuse(rule(name, 'ALLOW')), { runtime: 'runc' });
  const found = compare(upTo('mkdir'), upTo('rmdir'));
  assert.equal(found, ['narrower: mkdir: ALLOW -> ERRNO', 'wider: rmdir: ERRNO -> ALLOW']);
  const { changes } = compareFilters(upTo('rmdir'), upTo('link'));
  const link = changes.find(({ name }) => name === 'link');
  assert.equal([link?.before.by, link?.after.by], ['stub', 'rule']);
});

test('what libseccomp decides is not called the same, unless the rules are', () => {
  const mixed = (...first: readonly string[]): EffectiveFilter =>
    filterOf(
      refuse(
        rule('chmod', 'ALLOW', when(0, 'LE', 7), when(1, 'GE', 8)),
        rule('chmod', 'ALLOW', when(0, 'GT', 2)),
        ...first,
      ),
    );
  assert.equal(compare(mixed(), mixed()), []);
  const { changes } = compareFilters(mixed(), mixed(rule('chmod', 'ALLOW', when(0, 'GT', 3))));
  assert.ok(changes.length > 0 && changes.every(({ kind }) => kind === 'undecided'));
});

test('more conditions than can be tried are not called the same', () => {
  const bits = Array.from({ length: 14 }, (_, bit) => when(0, 'MASKED_EQ', 2 ** bit));
  const rules = bits.map((one) => rule('chmod', 'ALLOW', one));
  const before = filterOf(refuse(...rules));
  const { changes, untold } = compareFilters(before, filterOf(refuse(...rules.toReversed())));
  assert.is(changes.length, 0);
  assert.equal(
    untold.map(({ name }) => name),
    ['chmod'],
  );
  assert.equal(compareFilters(before, before), { changes: [], untold: [] });
});

const VALUES = [
  0n,
  1n,
  2n,
  3n,
  5n,
  8n,
  0x7fffffffn,
  0x80000000n,
  0xffffffffn,
  2n ** 32n,
  2n ** 63n,
  2n ** 64n - 1n,
];
const OPERATORS = ['EQ', 'NE', 'LT', 'LE', 'GT', 'GE', 'MASKED_EQ', 'MASKED_EQ'];
const ACTIONS = ['ALLOW', 'ERRNO', 'TRAP', 'LOG', 'KILL', 'NOTIFY'];

const condition = fc
  .tuple(fc.nat(2), fc.constantFrom(...OPERATORS), fc.constantFrom(...VALUES), fc.constantFrom(...VALUES))
  .map(([index, op, value, valueTwo]) => when(index, op, value, valueTwo));

/** Profiles over few names and values, so that they often meet and sometimes agree. */
const filters = fc
  .record({
    fallback: fc.constantFrom('ALLOW', 'ERRNO', 'KILL'),
    architectures: fc.subarray(['"SCMP_ARCH_X86"', '"SCMP_ARCH_X32"']),
    runtime: fc.constantFrom('runc' as const, 'crun' as const),
    rules: fc.array(
      fc
        .tuple(
          fc.constantFrom('mkdir', 'mkdir rmdir', 'socket'),
          fc.constantFrom(...ACTIONS),
          fc.array(condition, { maxLength: 2 }),
        )
        .map(([names, action, args]) => rule(names, action, ...args)),
      { maxLength: 3 },
    ),
  })
  .map(({ fallback, architectures, runtime, rules }) => {
    const text = `{"defaultAction":"SCMP_ACT_${fallback}","listenerPath":"/l","architectures":[${architectures}],"syscalls":[${rules}]}`;
    try {
      return filterOf(text, { runtime });
    } catch {
      // Rules that contradict one another are no profile.
      return filterOf(`{"defaultAction":"SCMP_ACT_${fallback}"}`, { runtime });
    }
  });

const calls = fc
  .tuple(
    fc.constantFrom('SCMP_ARCH_X86_64' as const, 'SCMP_ARCH_X86' as const),
    fc.oneof(
      fc.constantFrom(83, 84, 41, 39, 40, 359, 102, 85, 500, 0x40000053, 0x40000054, 0x40000fff, 0xffffffff),
      fc.nat(0xffffffff),
    ),
    fc.array(
      fc.oneof(
        fc.constantFrom(...VALUES.flatMap((value) => [value, value + 1n, value - 1n])),
        fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      ),
      { minLength: 6, maxLength: 6 },
    ),
  )
  .map(([architecture, number, args]) => ({
    // On x86_64 a number with the x32 bit is an x32 call, but -1.
    architecture:
      architecture === 'SCMP_ARCH_X86_64' && number >= 0x40000000 && number !== 0xffffffff
        ? ('SCMP_ARCH_X32' as const)
        : architecture,
    number,
    args: args.map((value) => BigInt.asUintN(64, value)),
  }));

test('no call differs that is not listed', () => {
  fc.assert(
    fc.property(
      filters,
      filters,
      fc.array(calls, { minLength: 20, maxLength: 20 }),
      (before, after, tried) => {
        const { changes, untold } = compareFilters(before, after);
        for (const call of tried) {
          const [was, is] = [evaluate(before, call), evaluate(after, call)];
          if (isSame(was.outcome, is.outcome)) continue;
          const isAt = (one: { architecture: string; number: number; to?: number }): boolean =>
            one.architecture === call.architecture &&
            call.number >= one.number &&
            call.number <= (one.to ?? one.number);
          const listed = changes.filter(isAt);
          const isListed =
            untold.some(isAt) ||
            listed.some(
              (one) => isSame(one.before.outcome, was.outcome) && isSame(one.after.outcome, is.outcome),
            );
          assert.ok(isListed, `${call.architecture} ${call.number} ${call.args}`);
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('every example is one, and what is said to be so always is', () => {
  fc.assert(
    fc.property(filters, filters, fc.array(calls, { minLength: 5, maxLength: 5 }), (before, after, tried) => {
      for (const { architecture, number, witness, kind, isAlways, ...said } of compareFilters(before, after)
        .changes) {
        const verdicts = [before, after].map((filter) =>
          evaluate(filter, { architecture, number, args: witness }),
        );
        assert.equal(verdicts, [said.before, said.after]);
        const isUndecided = verdicts.some(({ certainty }) => certainty !== 'exact');
        assert.ok(kind === 'undecided' ? isUndecided : !isSame(verdicts[0]!.outcome, verdicts[1]!.outcome));
        if (!isAlways) continue;
        for (const { args } of tried) {
          const other = [before, after].map((filter) => evaluate(filter, { architecture, number, args }));
          assert.equal(
            other.map(({ outcome }) => outcome),
            verdicts.map(({ outcome }) => outcome),
          );
        }
      }
    }),
    { numRuns: 100 },
  );
});

test('a filter differs in nothing from itself, and two differ alike from either side', () => {
  const TURNED = { wider: 'narrower', narrower: 'wider', other: 'other', undecided: 'undecided' } as const;
  const spell = ({ architecture, number, kind, witness, isAlways }: Change, isTurned: boolean): string =>
    `${architecture} ${number} ${isTurned ? TURNED[kind] : kind} ${witness} ${isAlways}`;
  fc.assert(
    fc.property(filters, filters, (before, after) => {
      assert.equal(compareFilters(before, before), { changes: [], untold: [] });
      const there = compareFilters(before, after).changes.map((change) => spell(change, false));
      const back = compareFilters(after, before).changes.map((change) => spell(change, true));
      assert.equal(there.toSorted(), back.toSorted());
    }),
    { numRuns: 100 },
  );
});

test.run();
