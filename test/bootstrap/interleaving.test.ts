// Several runs on one root at once, at every step: no dangling link, no half generation, nothing foreign touched; and
// in the end the link names what the record says, or everything is gone.
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Bundle } from '../../src/bundle/manifest-types.ts';
import { generationName } from '../../src/protocol/layout.ts';
import { parseRecord } from '../../src/protocol/node-record.ts';
import type { Report } from '../../src/protocol/report.ts';
import type { Request } from '../../src/protocol/request.ts';
import { sampleBundle, sampleProfileBytes } from '../support/bundle-samples.ts';
import { MemoryDisk, type Tree } from '../support/memory-disk.ts';
import { findViolation } from '../support/root-invariants.ts';
import {
  FOREIGN,
  installRequest,
  pruneRequest,
  removeRequest,
  renderTree,
  runOn,
  sampleSite,
  treeAfter,
} from '../support/root-samples.ts';
import { type Choose, takeTurns } from '../support/turns.ts';

const test = suite('bootstrap/interleaving');

const one = (syscall: string): Promise<Bundle> =>
  sampleBundle({ profiles: [{ path: 'a.json', content: sampleProfileBytes(syscall) }] });
const first = await one('mkdir');
const second = await one('rmdir');
const bundles = [first, second];
const FIRST = generationName('web', first.digest);
const SECOND = generationName('web', second.digest);
const onFirst = await treeAfter(FOREIGN, [installRequest(first, 1)], bundles);
const onBoth = await treeAfter(onFirst, [installRequest(second, 2)], bundles);
const generations: Tree = { [FIRST]: onBoth[FIRST]!, [SECOND]: onBoth[SECOND]! };
const drifted: Tree = {
  ...onFirst,
  [FIRST]: {
    kind: 'folder',
    mode: 0o755,
    tree: { ...treeOf(onFirst[FIRST]), 'a.json': { kind: 'file', mode: 0o644, content: 'x' } },
  },
};

function treeOf(entry: Tree[string] | undefined): Tree {
  return entry?.kind === 'folder' ? entry.tree : {};
}

interface Ended {
  readonly reports: readonly Report[];
  readonly tree: Tree;
}

/** Runs all in one order; fails at the first turn after which a reader would see something wrong. */
const runTogether = async (before: Tree, requests: readonly Request[], choose: Choose): Promise<Ended> => {
  const disk = new MemoryDisk(before);
  let seen = 0;
  const reports = await takeTurns(
    disk,
    requests.map((request) => (tapped) => runOn(sampleSite(tapped), request, bundles)),
    choose,
    () => {
      if (disk.changes === seen) return;
      seen = disk.changes;
      const violation = findViolation(disk.tree(), {
        foreign: FOREIGN,
        generations,
        drifted: { [FIRST]: drifted[FIRST]! },
        targets: [undefined, FIRST, SECOND],
        isRemovalAllowed: true,
      });
      if (violation !== undefined) throw new Error(violation);
    },
  );
  return { reports, tree: disk.tree() };
};

const checkEnd = async ({ reports, tree }: Ended, requests: readonly Request[]): Promise<void> => {
  for (const { error } of reports) assert.ok(error === undefined || error.code === 'stale', error?.message);
  assert.ok(
    reports.some(({ error }) => error === undefined),
    'all of them gave way',
  );
  const record = tree['.web.json'];
  if (record === undefined) {
    assert.is(renderTree(tree), renderTree(FOREIGN));
  } else {
    assert.is(record.kind, 'file');
    const { digest, revision } = parseRecord(record.kind === 'file' ? record.content : '');
    assert.equal(tree.web, { kind: 'link', target: generationName('web', digest ?? '') });
    // A newer install that reported success was not undone by an older run.
    for (const [index, request] of requests.entries()) {
      if (request.operation === 'install' && !reports[index]?.error)
        assert.ok(revision >= request.revision, 'undone');
    }
  }
  const leftovers = Object.keys(tree).filter((name) => name.includes('.partial-'));
  assert.equal(leftovers, []);
};

/** 1 takes a minute; so every tenth order, another tenth with each turn of the leader. */
const STEP = 10;

/** The first run goes `i` turns, the second `j`, then the first to its end: a sample of every way with two preemptions. */
const runAllPairs = async (before: Tree, requests: readonly [Request, Request]): Promise<number> => {
  let orders = 0;
  for (const [leader, follower] of [
    [0, 1],
    [1, 0],
  ] as const) {
    for (let i = 0, isLeaderDone = false; !isLeaderDone; i += 1) {
      for (let j = 1 + (i % STEP), isFollowerDone = false; !isFollowerDone; j += STEP) {
        const turns = { [leader]: 0, [follower]: 0 };
        const choose: Choose = (waiting) => {
          const wanted = turns[leader]! < i ? leader : turns[follower]! < j ? follower : leader;
          const next = waiting.includes(wanted) ? wanted : waiting[0]!;
          turns[next] = turns[next]! + 1;
          return next;
        };
        await checkEnd(await runTogether(before, requests, choose), requests);
        orders++;
        isFollowerDone = turns[follower]! < j;
        isLeaderDone = turns[leader]! < i;
      }
    }
  }
  return orders;
};

const PAIRS: readonly (readonly [string, Tree, readonly [Request, Request]])[] = [
  ['two installs of different digests', onFirst, [installRequest(first, 5), installRequest(second, 6)]],
  ['two first installs of one digest', FOREIGN, [installRequest(first, 5), installRequest(first, 5)]],
  ['an install and a newer remove', onFirst, [installRequest(second, 5), removeRequest(6)]],
  ['a remove and a newer install', onFirst, [removeRequest(5), installRequest(second, 6)]],
  ['a remove and a newer switch to what it removes', onBoth, [removeRequest(5), installRequest(first, 6)]],
  ['two removes', onBoth, [removeRequest(5), removeRequest(6)]],
  ['a prune and a newer switch to what it removes', onBoth, [pruneRequest(5), installRequest(first, 6)]],
  ['a prune and a newer first install', onFirst, [pruneRequest(5), installRequest(second, 6)]],
  ['a prune and a remove', onBoth, [pruneRequest(5), removeRequest(6)]],
  ['two prunes', onBoth, [pruneRequest(5), pruneRequest(5)]],
  ['two repairs', drifted, [installRequest(first, 1), installRequest(first, 1)]],
  ['a repair and a remove', drifted, [installRequest(first, 1), removeRequest(2)]],
];

for (const [name, before, requests] of PAIRS) {
  test(`${name} at once: orders with two preemptions are safe`, async () => {
    const orders = await runAllPairs(before, requests);
    assert.ok(orders > 100, `${orders} orders`);
  });
}

test('three at once in any order are safe', async () => {
  const requests = [
    installRequest(first, 5),
    installRequest(second, 6),
    removeRequest(4),
    removeRequest(7),
    installRequest(first, 1),
    pruneRequest(6),
  ];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(FOREIGN, onFirst, onBoth, drifted),
      fc.shuffledSubarray(requests, { minLength: 3, maxLength: 3 }),
      fc.infiniteStream(fc.nat(2)),
      async (before, chosen, picks) => {
        const choose: Choose = (waiting) => waiting[(picks.next().value as number) % waiting.length]!;
        await checkEnd(await runTogether(before, chosen, choose), chosen);
      },
    ),
    { numRuns: 150 },
  );
});

test.run();
