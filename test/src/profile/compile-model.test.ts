// Compiled profiles against a naive evaluator that knows nothing of the code under test.
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Architecture, CompileOptions } from '../../../src/profile/prepared.ts';
import { prepareValue, problemsOf } from './prepare-sample.ts';

const test = suite('src/profile/compile-model');

// The naive evaluator: for one system call, what the rules say in order.
const NAMES = ['read', 'mkdir', 'mount', 'clone'];
const ARCHITECTURES: readonly Architecture[] = ['amd64', 'arm64', 's390x', '386'];
const DOCKER_NAME: Readonly<Record<string, string>> = {
  amd64: 'amd64',
  arm64: 'arm64',
  s390x: 's390x',
  '386': 'x86',
};
const CAPS = ['CAP_CHOWN', 'CAP_SYS_ADMIN', 'CAP_SYS_PTRACE'];

const condition = fc.record(
  {
    caps: fc.subarray(CAPS),
    arches: fc.subarray(['amd64', 'arm64', 's390x', 'x86', 'x32']),
    minKernel: fc.constantFrom('4.8', '5.4', '5.10', '6.1.0-rc1'),
  },
  { requiredKeys: [] },
);
const randomRule = fc.record({
  names: fc.subarray(NAMES, { minLength: 1 }),
  action: fc.constantFrom('SCMP_ACT_ALLOW', 'SCMP_ACT_LOG', 'SCMP_ACT_TRAP'),
  includes: condition,
  excludes: condition,
});
type RandomRule = { names: string[]; action: string; includes: Conditions; excludes: Conditions };
interface Conditions {
  caps?: string[];
  arches?: string[];
  minKernel?: string;
}

const isNewEnough = (kernel: readonly [number, number], wanted: string): boolean => {
  const [major, minor] = wanted.split('.').map((part) => Number.parseInt(part, 10)) as [number, number];
  return kernel[0] * 1000 + kernel[1] >= major * 1000 + minor;
};

const naive = (
  rules: readonly RandomRule[],
  name: string,
  architecture: Architecture,
  options: CompileOptions,
): string[] => {
  const kernel = [options.minimumKernel.major, options.minimumKernel.minor] as const;
  const said: string[] = [];
  for (const { names, action, includes, excludes } of rules) {
    if (!names.includes(name)) continue;
    const isExcluded =
      (excludes.arches ?? []).includes(DOCKER_NAME[architecture]!) ||
      (excludes.caps ?? []).some((one) => options.capabilities.includes(one)) ||
      (excludes.minKernel !== undefined && isNewEnough(kernel, excludes.minKernel));
    const isIncluded =
      (!includes.arches?.length || includes.arches.includes(DOCKER_NAME[architecture]!)) &&
      (includes.caps ?? []).every((one) => options.capabilities.includes(one)) &&
      (includes.minKernel === undefined || isNewEnough(kernel, includes.minKernel));
    if (!isExcluded && isIncluded) said.push(action);
  }
  return said;
};

test('any Docker profile, compiled, says of every system call what the naive evaluator says', () => {
  fc.assert(
    fc.property(
      fc.array(randomRule, { maxLength: 8 }),
      fc.subarray(CAPS),
      fc.constantFrom([4, 8], [5, 4], [5, 9], [6, 1]),
      (rules, capabilities, [major, minor]) => {
        const options: CompileOptions = {
          architectures: ARCHITECTURES,
          capabilities,
          minimumKernel: { major: major!, minor: minor! },
        };
        const prepared = prepareValue(
          { defaultAction: 'SCMP_ACT_ERRNO', archMap: [], syscalls: rules },
          options,
        );
        assert.equal(problemsOf(prepared, 'error'), []);
        const builds = prepared.profiles[0]!.builds;
        for (const architecture of ARCHITECTURES) {
          const build = builds.find(({ architectures }) => architectures?.includes(architecture) ?? true)!;
          const json = JSON.parse(new TextDecoder().decode(build.content)) as { syscalls?: RandomRule[] };
          for (const name of NAMES) {
            const said = (json.syscalls ?? [])
              .filter(({ names }) => names.includes(name))
              .map(({ action }) => action);
            assert.equal(said, naive(rules as RandomRule[], name, architecture, options));
          }
        }
      },
    ),
    { numRuns: 400 },
  );
});

test.run();
