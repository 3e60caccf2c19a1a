// Where a rule is there and another isn't, held against the law that decides about each.
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { whyDropped } from '../../../src/profile/compile.ts';
import type { RuleFilter, SourceRule } from '../../../src/profile/oci.ts';
import { whereOtherIsNot } from '../../../src/profile/rule-filter.ts';

const test = suite('src/profile/rule-filter');

const CAPABILITIES = ['CAP_SYS_ADMIN', 'CAP_BPF', 'CAP_PERFMON'];
const ARCHITECTURES = ['amd64', 'arm64', 's390x'] as const;
const KERNELS = [4, 5, 6].map((major) => ({ major, minor: 8 }));

const filters: fc.Arbitrary<RuleFilter> = fc
  .record({
    capabilities: fc.subarray(CAPABILITIES),
    architectures: fc.subarray([...ARCHITECTURES]),
    minimumKernel: fc.option(fc.constantFrom(...KERNELS), { nil: undefined }),
  })
  .map(({ minimumKernel, ...filter }) => ({ ...filter, ...(minimumKernel && { minimumKernel }) }));

const rules: fc.Arbitrary<SourceRule> = fc
  .record({ includes: filters, excludes: filters })
  .map((conditions) => ({
    names: ['read'],
    action: 'SCMP_ACT_ALLOW',
    args: [],
    at: { offset: 0, path: undefined },
    ...conditions,
  }));

test('the copies are there exactly where the rule is and the other is not', () => {
  fc.assert(
    fc.property(
      rules,
      rules,
      fc.constantFrom(...ARCHITECTURES),
      fc.subarray(CAPABILITIES),
      fc.constantFrom(...KERNELS),
      (rule, other, architecture, capabilities, minimumKernel) => {
        const isThere = (one: SourceRule): boolean =>
          whyDropped(one, architecture, { architectures: [architecture], capabilities, minimumKernel }) ===
          undefined;
        assert.is(whereOtherIsNot(rule, other).some(isThere), isThere(rule) && !isThere(other));
      },
    ),
    { numRuns: 5000 },
  );
});

const when = (includes: Partial<RuleFilter>, excludes: Partial<RuleFilter> = {}): SourceRule => {
  const nothing = { capabilities: [], architectures: [] };
  return {
    names: ['read'],
    action: 'SCMP_ACT_ALLOW',
    args: [],
    at: { offset: 0, path: undefined },
    includes: { ...nothing, ...includes },
    excludes: { ...nothing, ...excludes },
  };
};

test('a rule that is never there together with the other stays as it is', () => {
  const rule = when({ capabilities: ['CAP_SYS_ADMIN'] });
  assert.equal(whereOtherIsNot(rule, when({}, { capabilities: ['CAP_SYS_ADMIN'] })), [rule]);
});

test('nothing is left beside a rule without conditions', () => {
  assert.equal(whereOtherIsNot(when({ capabilities: ['CAP_BPF'] }), when({})), []);
});

test.run();
