import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { BundleOnDisk, Inspection } from '../../../src/protocol/report.ts';
import { judge, wantedOn } from '../../../src/rollout/judge.ts';
import { digest16 } from '../../../src/rollout/names.ts';
import { sampleNode } from '../../support/fake-cluster.ts';
import { DIGEST, OTHER_DIGEST, sampleRelease } from '../../support/rollout-samples.ts';

const test = suite('src/rollout/judge');
const onDisk = (changes: Partial<BundleOnDisk> = {}): Inspection => ({
  bundles: [
    {
      name: 'web',
      current: `web@${digest16(DIGEST)}`,
      revision: 1,
      generations: [{ digest: DIGEST, state: 'intact', drift: [] }],
      problems: [],
      ...changes,
    },
  ],
  foreign: ['audit.json'],
  leftovers: [],
});
const wanted = new Map([['web', DIGEST as string | undefined]]);
const stateOf = (inspection: Inspection | undefined, by = wanted) => judge(inspection, by)[0]?.state;

test('an intact current generation is in sync; foreign files are no fault', () => {
  assert.equal(judge(onDisk(), wanted), [
    {
      bundle: 'web',
      state: 'in-sync',
      wanted: DIGEST,
      current: `web@${digest16(DIGEST)}`,
      drift: [],
      problems: [],
    },
  ]);
});

test('drift is told with its path below the seccomp root, also in a generation that only pinned pods use', () => {
  const drift = [{ path: 'nginx.json', kind: 'changed' } as const];
  const old = { digest: OTHER_DIGEST, state: 'drifted', drift } as const;
  const [verdict] = judge(
    onDisk({ generations: [{ digest: DIGEST, state: 'intact', drift: [] }, old] }),
    wanted,
  );
  assert.is(verdict?.state, 'drifted');
  assert.equal(verdict?.drift, [{ path: `web@${digest16(OTHER_DIGEST)}/nginx.json`, kind: 'changed' }]);
});

test('a damaged manifest and a problem with the link count as drift', () => {
  const damaged = onDisk({ generations: [{ digest: digest16(DIGEST), state: 'damaged', drift: [] }] });
  assert.is(stateOf(damaged), 'drifted');
  assert.match(judge(damaged, wanted)[0]?.problems[0] ?? '', /damaged/);
  assert.is(stateOf(onDisk({ problems: ['the record is unreadable'] })), 'drifted');
});

test('nothing there is missing, another generation is stale, no answer is unknown', () => {
  const nothing = { bundles: [], foreign: [], leftovers: [] };
  assert.is(stateOf(nothing), 'missing');
  assert.is(stateOf(onDisk({ current: undefined } as Partial<BundleOnDisk>)), 'missing');
  assert.is(stateOf(onDisk({ current: `web@${digest16(OTHER_DIGEST)}` })), 'stale');
  assert.is(stateOf(undefined), 'unknown');
});

test('what was removed is stale while it is there, and no verdict when it is not; what no record knows is unknown', () => {
  const removed = new Map<string, string | undefined>([['web', undefined]]);
  assert.is(stateOf(onDisk(), removed), 'stale');
  assert.equal(judge({ bundles: [], foreign: [], leftovers: [] }, removed), []);
  assert.equal(judge(undefined, removed), []);
  assert.is(stateOf(onDisk(), new Map()), 'unknown');
});

test('what is wanted on a node comes from the newest revision that speaks for it', () => {
  const a = sampleNode('a');
  const releases = [
    sampleRelease([a]),
    sampleRelease([a], { revision: 2, digest: OTHER_DIGEST }),
    sampleRelease([a], { bundle: 'db', operation: 'remove' }),
  ];
  assert.equal(
    [...wantedOn(a, releases)],
    [
      ['web', OTHER_DIGEST],
      ['db', undefined],
    ],
  );
});

test.run();
