// Public profiles compared with one another: no boundary of any condition hides a difference that is not listed.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { compareFilters } from '../../../src/profile/compare.ts';
import { compareProfiles } from '../../../src/profile/compare-profiles.ts';
import { defaultCompileOptions } from '../../../src/profile/compile-options.ts';
import { evaluate } from '../../../src/profile/evaluate.ts';
import { explainProfile } from '../../../src/profile/explain.ts';
import type { KnownFacts } from '../../../src/profile/facts.ts';
import type { SourceProfile } from '../../../src/profile/oci.ts';
import { prepareFile } from '../../../src/profile/prepare.ts';
import { isSame, resolve } from '../../../src/profile/resolve.ts';
import { probesOf } from '../../support/probes.ts';
import { suiteThatNeeds } from '../../support/requires.ts';

const test = suiteThatNeeds('src/profile/compare-corpus', ['shared']);

const FACTS = { ...defaultCompileOptions, architecture: 'amd64', dialect: 'docker' } as const;

const readCorpus = (): readonly SourceProfile[] => {
  const folder = join(process.env.SECCOMP_SHARED!, 'corpus/profiles');
  return readdirSync(folder).flatMap((file) => {
    const options = { ...defaultCompileOptions, architectures: ['amd64'] as const };
    return prepareFile(readFileSync(join(folder, file)), file, 'profile.json', options).profiles.map(
      ({ source }) => source,
    );
  });
};

test('each profile and the next: what differs at a boundary is listed', () => {
  const filters = readCorpus().map((source) =>
    resolve(source, { ...FACTS, runtime: 'runc', libseccomp: '2.6.1' }),
  );
  assert.ok(filters.length > 60);
  let differing = 0;
  for (const [at, after] of filters.slice(1).entries()) {
    const before = filters[at]!;
    const { changes, untold } = compareFilters(before, after);
    assert.is(untold.length, 0);
    for (const call of [...probesOf(before), ...probesOf(after)]) {
      const [was, is] = [evaluate(before, call), evaluate(after, call)];
      if (isSame(was.outcome, is.outcome)) continue;
      const { number } = call;
      const isX32 = number >= 0x40000000 && number !== 0xffffffff;
      // -1 is a number of x86_64 (arch/x86/entry), and x32 has no other way of calling than a bit in x86_64's.
      if (call.architecture === 'SCMP_ARCH_X32' && !isX32) continue;
      const architecture =
        call.architecture === 'SCMP_ARCH_X86_64' && isX32 ? 'SCMP_ARCH_X32' : call.architecture;
      differing++;
      const isListed = changes.some(
        (one) =>
          one.architecture === architecture && one.number <= number && number <= (one.to ?? one.number),
      );
      assert.ok(isListed, `${architecture} ${number}`);
    }
    assert.equal(compareFilters(after, after), { changes: [], untold: [] });
  }
  assert.ok(differing > 1000);
});

test('every profile is explained, and compared for nodes of which nothing is known', () => {
  const known: KnownFacts = FACTS;
  const sources = readCorpus();
  for (const [at, source] of sources.entries()) {
    const { calls } = explainProfile(source, known);
    assert.is(calls.length, 385);
    if (at % 8 === 0) assert.equal(compareProfiles(source, source, known).changes, []);
  }
});

test.run();
