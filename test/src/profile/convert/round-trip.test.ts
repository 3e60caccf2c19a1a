// There and back: what a profile does is the same after a conversion, or the loss that was told explains the first call
// that differs. With random profiles, and with every public one.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { renderConverted } from '../../../../plugin/output/convert-result.ts';
import { SeccompError } from '../../../../src/error.ts';
import { type Change, compareFilters } from '../../../../src/profile/compare.ts';
import { defaultCompileOptions } from '../../../../src/profile/compile-options.ts';
import {
  type Converted,
  convertProfiles,
  TARGETS,
  type Target,
} from '../../../../src/profile/convert/convert-profiles.ts';
import { type FoundProfile, readProfiles } from '../../../../src/profile/convert/read-profiles.ts';
import { callableOn } from '../../../../src/profile/merge/callable.ts';
import type { SourceProfile } from '../../../../src/profile/oci.ts';
import type { Architecture } from '../../../../src/profile/prepared.ts';
import { resolve } from '../../../../src/profile/resolve.ts';
import { LIBSECCOMP_VERSIONS } from '../../../../src/profile/syscalls.ts';
import { sampleProfile } from '../../../support/profile-samples.ts';
import { suiteThatNeeds } from '../../../support/requires.ts';

const BOTH: readonly Architecture[] = ['amd64', 'arm64'];
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

const convert = (
  profile: FoundProfile,
  target: Target,
  architectures = BOTH,
): { converted: Converted; text: string } => {
  const options = { ...defaultCompileOptions, architectures, target, role: 'worker', isAudit: false };
  const converted = convertProfiles([profile], options);
  return { converted, text: renderConverted(target, converted) };
};

const readBack = (text: string, name: string): FoundProfile => {
  const { profiles, problems } = readProfiles(encode(text), name, defaultCompileOptions);
  assert.is(profiles.length, 1, `${problems.map(({ message }) => message).join('\n')}\n${text}`);
  return profiles[0]!;
};

const changesBetween = (
  before: SourceProfile,
  after: SourceProfile,
  architectures: readonly Architecture[],
): readonly Change[] =>
  architectures.flatMap((architecture) => {
    const facts = {
      ...defaultCompileOptions,
      architecture,
      runtime: 'runc' as const,
      libseccomp: LIBSECCOMP_VERSIONS.at(-1)!,
      dialect: 'docker' as const,
    };
    const filters = [resolve(before, facts), resolve(after, facts)] as const;
    const { changes, untold } = compareFilters(...filters);
    assert.equal(untold, []);
    // Without calls that no program on the node can make, and without those that libseccomp decided before. A lost errno
    // may also make a rule say what the default says: without it libseccomp loses other rules, or no longer loses them,
    // which is for lint to tell (SP318).
    return changes.filter(
      (one) =>
        callableOn(architecture).includes(one.architecture) &&
        one.before.certainty === 'exact' &&
        filters.every(({ parts }) => parts.get(one.architecture)?.lost === undefined),
    );
  });

const LOSSES = [/^defaultErrnoRet /, /^errnoRet 0, /];

/** Holds a conversion and its way back against the profile itself. */
const checkRoundTrip = (
  profile: FoundProfile,
  target: Target,
  architectures: readonly Architecture[],
): boolean => {
  const { converted, text } = convert(profile, target, architectures);
  const back = readBack(text, `back.${target}`);
  const changes = changesBetween(profile.source, back.source, architectures);
  if (changes.length === 0) return true;
  const told = converted.remarks.filter(
    ({ kind, message }) => kind === 'lost' && LOSSES.some((loss) => loss.test(message)),
  );
  for (const { name, kind, after } of changes) {
    assert.ok(told.length > 0, `${target}: ${name} changed, and no loss was told`);
    // The two losses that there are both end in EPERM.
    assert.is(kind, 'other', name);
    assert.equal(after.outcome.errno, 1, name);
  }
  return false;
};

const random = suite('src/profile/convert/round-trip');

random(
  'random profiles say the same after a way there and back, or the loss that was told explains the call',
  () => {
    fc.assert(
      fc.property(
        sampleProfile('long'),
        fc.constantFrom('oci', 'docker', 'spo', 'json', 'configmap'),
        (text, target) => {
          const { profiles } = readProfiles(encode(text), 'f.json', defaultCompileOptions);
          fc.pre(profiles.length === 1);
          try {
            checkRoundTrip(profiles[0]!, target as Target, BOTH);
          } catch (error) {
            if (!(error instanceof SeccompError)) throw error;
            assert.match(error.message, /^f\.json:\d+:\d+: a SeccompProfile cannot hold the value \d+/);
          }
        },
      ),
      { numRuns: 150, includeErrorInReport: true },
    );
  },
);

random('what a format cannot hold is seen to change, and to be told', () => {
  const text = '{"defaultAction":"SCMP_ACT_ERRNO","defaultErrnoRet":38,"architectures":["SCMP_ARCH_X86_64"]}';
  const { profiles } = readProfiles(encode(text), 'f.json', defaultCompileOptions);
  assert.not.ok(checkRoundTrip(profiles[0]!, 'spo', BOTH));
  assert.ok(checkRoundTrip(profiles[0]!, 'oci', BOTH));
});

random.run();

const test = suiteThatNeeds('src/profile/convert/round-trip of public profiles', ['shared']);
const corpus = join(process.env.SECCOMP_SHARED ?? '', 'corpus');

const entries = (): readonly { file: string; format: string }[] =>
  readFileSync(join(corpus, 'INDEX.tsv'), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'))
    .map(([file = '', , , , format = '']) => ({ file, format }));

/** Of other formats, or with a fault of their own. */
const FAULTY = /firecracker|imjasonh|moby__profiles__example|kata-containers__src--runtime/;

test('every file is read whole, or has an error with its place', () => {
  let count = 0;
  for (const { file } of entries()) {
    const { profiles, problems } = readProfiles(
      readFileSync(join(corpus, 'profiles', file)),
      file,
      defaultCompileOptions,
    );
    const errors = problems.filter(({ severity }) => severity === 'error');
    assert.is(
      errors.length > 0,
      FAULTY.test(file),
      `${file}: ${errors.map((one) => one.message).join('\n')}`,
    );
    assert.is(profiles.length === 0, errors.length > 0, file);
    for (const { line, column } of errors) assert.ok(line > 0 && column > 0, file);
    count += profiles.length;
  }
  assert.ok(count > 125, String(count));
});

test('OCI, Docker and SeccompProfile and back say the same, or the loss is told', () => {
  let tried = 0;
  const refused: string[] = [];
  const changed: string[] = [];
  for (const { file } of entries()) {
    const { profiles } = readProfiles(
      readFileSync(join(corpus, 'profiles', file)),
      file,
      defaultCompileOptions,
    );
    for (const profile of profiles) {
      for (const target of ['oci', 'docker', 'spo'] as const) {
        const tryFor = (architectures: readonly Architecture[]): void => {
          if (!checkRoundTrip(profile, target, architectures)) changed.push(`${file} ${target}`);
          tried += 1;
        };
        try {
          tryFor(BOTH);
        } catch (error) {
          if (!(error instanceof SeccompError)) throw error;
          assert.match(error.message, /:\d+:\d+: .* differs between amd64 and arm64/);
          refused.push(`${file} ${target}`);
          for (const architecture of BOTH) tryFor([architecture]);
        }
      }
      for (const target of TARGETS) {
        const { text } = convert(profile, target, ['amd64']);
        assert.ok(text.length > 0, `${file} ${target}`);
      }
    }
  }
  // So that a day on which nothing is compared, or everything is lost, is noticed.
  assert.ok(tried > 380, String(tried));
  assert.equal(refused, []);
  assert.equal(
    changed.filter((one) => !one.endsWith(' spo')),
    [],
  );
  assert.ok(changed.length > 0 && changed.length < 10, changed.join('\n'));
});

test.run();
