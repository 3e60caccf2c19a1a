// What evaluation says of a profile is what the real filter does: read back from two runcs and crun for every profile of
// the corpus that loads, and run on every system call and on both sides of every condition.
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { isOnPath } from '../cluster/tools.ts';
import { suiteThatNeeds } from '../support/requires.ts';
import { casesOf, compareAll, loadAll, tell } from './filter-comparison.ts';
import { prepareRuntimes, type RealRuntimes } from './real-runtimes.ts';

const test = suiteThatNeeds('runtime/filter', ['linux', 'root', 'runc', 'cc', 'shared']);
const shared = process.env.SECCOMP_SHARED ?? '';

let runtimes: RealRuntimes;
test.before(() => {
  runtimes = prepareRuntimes(join(shared, 'oracle'));
});
test.after(() => runtimes?.remove());

for (const [at, which] of ['the newer runc', 'the older runc', 'crun'].entries()) {
  const isThere = which !== 'crun' || isOnPath('crun') || process.env.CI === 'true';
  const register = isThere ? test : test.skip;
  register(
    `every profile of the corpus that loads on ${which} does what evaluation says, raw and as it is shipped`,
    async () => {
      const runtime = runtimes.all[at]!;
      const loaded = await loadAll(casesOf(join(shared, 'corpus/profiles'), runtime));
      const tally = compareAll(loaded);
      tell(`runtime/filter: corpus on ${runtime.name}`, loaded.length, tally);
      assert.equal(tally.mismatches.slice(0, 20), []);
      assert.ok(
        tally.exact >= 30_000 && loaded.length >= 50,
        `${tally.exact} probes of ${loaded.length} filters`,
      );
      // Where evaluation is not sure it must still be rare, and mostly right.
      assert.ok(tally.unsure * 100 < tally.exact && tally.unsureMismatches * 10 < tally.unsure);
    },
  );
}

test.run();
