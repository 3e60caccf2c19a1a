// What rules make of one another is never a surprise: where evaluation parts from what the file plainly says, a check of
// rules has told so, at a rule on that call. (The same against real libseccomp: test/runtime/random-filter.test.ts.)
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { defaultCompileOptions } from '../../../../src/profile/compile-options.ts';
import { evaluate } from '../../../../src/profile/evaluate.ts';
import { lintFile } from '../../../../src/profile/lint/lint.ts';
import { isSame, resolve } from '../../../../src/profile/resolve.ts';
import { oddProfiles } from '../../../support/odd-rules.ts';
import { type PlainProfile, readPlainly, writePlain } from '../../../support/plain-meaning.ts';
import { tuplesFor } from '../../../support/probes.ts';

const test = suite('src/profile/lint/plain-meaning');

const FACTS = {
  ...defaultCompileOptions,
  architecture: 'amd64',
  dialect: 'containerd',
  runtime: 'crun',
  libseccomp: '2.6.1',
} as const;

/** Lists the system calls for which evaluation says something else than the file plainly does, or is not sure. */
const findSurprises = (profile: PlainProfile, source: Parameters<typeof resolve>[0]): ReadonlySet<string> => {
  const filter = resolve(source, FACTS);
  const names = new Set(profile.rules.flatMap((rule) => rule.names));
  const found = new Set<string>();
  for (const [architecture, { bits, syscalls }] of filter.parts) {
    for (const name of names) {
      const number = syscalls.get(name)?.number;
      // A rule on socket is one on socketcall as well, as it is to be.
      const isWhole = [...names].some((one) => syscalls.get(one)?.part?.of === name);
      if (number === undefined || isWhole) continue;
      const conditions = profile.rules.flatMap(({ names: on, args }) => (on.includes(name) ? args : []));
      const tuples = tuplesFor(conditions.map(({ op, ...rest }) => ({ ...rest, op: `SCMP_CMP_${op}` })));
      for (const wide of tuples) {
        const args = wide.map((value) => BigInt.asUintN(bits, value));
        const { outcome, certainty } = evaluate(filter, { architecture, number, args });
        if (certainty !== 'exact' || !isSame(outcome, readPlainly(profile, name, args))) found.add(name);
      }
    }
  }
  return found;
};

test('where the meaning of a profile is not the plain one, a rule on that call has a problem', () => {
  let surprises = 0;
  fc.assert(
    fc.property(oddProfiles, (profile) => {
      const text = writePlain(profile);
      const { problems, profiles } = lintFile(new TextEncoder().encode(text), 'f', 'f', { facts: [FACTS] });
      // Nothing is promised of a profile with an error.
      if (profiles[0] === undefined) return;
      const told = new Set(
        problems
          // Of what is lost through socketcall and ipc a note has to do: who writes for 64 bits has to live with it.
          .filter(({ code, severity }) => /^SP[234]/.test(code) && (severity !== 'note' || code === 'SP412'))
          .flatMap(({ code, path, message }) => {
            const at = /^\$\.syscalls\[(\d+)\]/.exec(path)?.[1];
            // Such a filter forgets all rules at once.
            if (code === 'SP318') return profile.rules.flatMap(({ names }) => names);
            if (at === undefined) return [];
            const { names } = profile.rules[Number(at)]!;
            // Rules on semget are rules on ipc as well.
            return [...names, ...(/^[\w, ]+(?=: )/.exec(message)?.[0].split(', ') ?? [])];
          }),
      );
      for (const name of findSurprises(profile, profiles[0].source)) {
        surprises += 1;
        assert.ok(told.has(name), `${name}\n${text}${problems.map(({ message }) => message).join('\n')}`);
      }
    }),
    { numRuns: 600 },
  );
  // Otherwise the profiles are not odd.
  assert.ok(surprises > 80, `${surprises}`);
});

test.run();
