// Every instant of every operation, with every subset of what a power loss may drop: old or new, and the next run
// completes. And no fsync too many or too few: without any one of them, something here must break.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Bundle } from '../../src/bundle/manifest-types.ts';
import { generationName } from '../../src/protocol/layout.ts';
import type { Request } from '../../src/protocol/request.ts';
import { MemoryDisk, type Tree } from '../support/memory-disk.ts';
import { treesAfterPowerLoss } from '../support/power-loss.ts';
import { findTreeViolation, type Scenario } from '../support/power-loss-scenario.ts';
import {
  FOREIGN,
  installRequest,
  pruneRequest,
  removeRequest,
  runOn,
  sampleSite,
  sampleVersions,
  treeAfter,
  withEntry,
} from '../support/root-samples.ts';
import { type DiskCall, tappedDisk } from '../support/tapped-disk.ts';

// The default of 10 frames does not reach from a call to where it comes from.
Error.stackTraceLimit = 40;

const test = suite('bootstrap/power-loss');

/** More than any instant here has; `reaches the limit` below would tell. */
const MAXIMUM_TREES = 20_000;

const { first, second } = await sampleVersions();
const bundles: readonly Bundle[] = [first, second];
const FIRST = generationName('web', first.digest);
const SECOND = generationName('web', second.digest);

/** Runs a request until just after the call that `isLast` names; then it is killed. */
const runUntil = async (
  disk: MemoryDisk,
  request: Request,
  isLast: (call: DiskCall) => boolean,
): Promise<void> => {
  let isDying = false;
  const dying = tappedDisk(disk, (call) => {
    if (isDying) throw Object.assign(new Error('killed'), { code: 'EIO', syscall: 'kill' });
    isDying = isLast(call);
    return 'go';
  });
  const report = await runOn(sampleSite(dying), request, bundles);
  assert.is(report.error?.message, 'killed');
};

const makeScenarios = async (): Promise<Scenario[]> => {
  const fresh = await treeAfter(FOREIGN, [installRequest(first, 1)], bundles);
  const both = await treeAfter(fresh, [installRequest(second, 2)], bundles);
  const back = await treeAfter(both, [installRequest(first, 3)], bundles);
  const generations: Tree = { [FIRST]: both[FIRST]!, [SECOND]: both[SECOND]! };
  const base = { foreign: FOREIGN, generations };
  const firstFile = { kind: 'file', mode: 0o644, content: 'tampered' } as const;
  const drifted = [
    [`${FIRST}/a.json`, firstFile],
    [`${FIRST}/extra`, { kind: 'folder', mode: 0o755, tree: { 'x.json': firstFile } }],
    [`${FIRST}/sub`, undefined],
  ] as const;
  const isDrifted = drifted.reduce((tree, [path, entry]) => withEntry(tree, path, entry), fresh);
  return [
    {
      name: 'a first install',
      before: FOREIGN,
      request: installRequest(first, 1),
      after: fresh,
      expected: { ...base, targets: [undefined, FIRST], guarded: { target: FIRST, revision: 1 } },
    },
    {
      name: 'an update',
      before: fresh,
      request: installRequest(second, 2),
      after: both,
      expected: { ...base, targets: [FIRST, SECOND], guarded: { target: SECOND, revision: 2 } },
    },
    {
      name: 'a switch to a generation that is there',
      before: both,
      request: installRequest(first, 3),
      after: back,
      expected: { ...base, targets: [FIRST, SECOND], guarded: { target: FIRST, revision: 3 } },
    },
    {
      name: 'a newer revision of what is there',
      before: back,
      request: installRequest(first, 4),
      after: await treeAfter(back, [installRequest(first, 4)], bundles),
      expected: { ...base, targets: [FIRST] },
    },
    {
      name: 'a repair',
      before: isDrifted,
      request: installRequest(first, 1),
      after: fresh,
      expected: { ...base, drifted: { [FIRST]: isDrifted[FIRST]! }, targets: [FIRST] },
    },
    {
      name: 'an install over a removal that was killed',
      before: both,
      prepare: (disk) =>
        runUntil(disk, removeRequest(4), ({ name, path }) => name === 'rename' && path.endsWith(SECOND)),
      request: installRequest(second, 5),
      after: await treeAfter(FOREIGN, [installRequest(second, 5)], bundles),
      orAfter: await treeAfter(both, [installRequest(second, 5)], bundles),
      expected: {
        ...base,
        targets: [undefined, SECOND],
        isRemovalAllowed: true,
        guarded: { target: SECOND, revision: 5 },
      },
    },
    {
      name: 'an install that finds all done by a run that was killed',
      before: fresh,
      prepare: (disk) =>
        runUntil(
          disk,
          installRequest(second, 2),
          ({ name, path }) => name === 'rename' && path.includes('/.link-'),
        ),
      request: installRequest(second, 2),
      after: both,
      expected: { ...base, targets: [FIRST, SECOND], guarded: { target: SECOND, revision: 2 } },
    },
    {
      name: 'a removal that finds all done by a run that was killed',
      before: both,
      prepare: (disk) =>
        runUntil(disk, removeRequest(3), ({ name, path }) => name === 'removeFolder' && path === '/root/web'),
      request: removeRequest(3),
      after: FOREIGN,
      expected: { ...base, targets: [undefined, SECOND], isRemovalAllowed: true },
    },
    {
      name: 'a prune',
      before: both,
      request: pruneRequest(2),
      after: withEntry(both, FIRST, undefined),
      expected: { ...base, targets: [SECOND] },
    },
    {
      name: 'a prune that finds all done by a run that was killed',
      before: both,
      prepare: (disk) =>
        runUntil(disk, pruneRequest(2), ({ name, path }) => name === 'rename' && path.endsWith(FIRST)),
      request: pruneRequest(2),
      after: withEntry(both, FIRST, undefined),
      expected: { ...base, targets: [SECOND] },
    },
    {
      name: 'a removal',
      before: both,
      request: removeRequest(3),
      after: FOREIGN,
      expected: { ...base, targets: [undefined, SECOND], isRemovalAllowed: true },
    },
  ];
};

const scenarios = await makeScenarios();

interface Search {
  /** The place in the code whose fsync does nothing. */
  readonly withoutSync?: string;
}

interface Result {
  readonly violation?: string;
  /** Each place in the code that synced something, and what. */
  readonly syncs: ReadonlySet<string>;
  readonly trees: number;
}

/** Runs a scenario and looks at every tree that a power loss before each call, and after the report, may leave. */
const search = async (scenario: Scenario, { withoutSync }: Search = {}): Promise<Result> => {
  const disk = new MemoryDisk(scenario.before);
  await scenario.prepare?.(disk);
  const seen = new Set<string>();
  const syncs = new Set<string>();
  let violation: string | undefined;
  const examine = async (isReported: boolean): Promise<void> => {
    let count = 0;
    for (const tree of treesAfterPowerLoss(disk, MAXIMUM_TREES)) {
      count++;
      const key = `${isReported} ${JSON.stringify(tree)}`;
      if (violation !== undefined || seen.has(key)) continue;
      seen.add(key);
      violation = await findTreeViolation(tree, scenario, isReported, bundles);
    }
    assert.ok(count < MAXIMUM_TREES, `${scenario.name} reaches the limit of trees`);
  };
  const tapped = tappedDisk(disk, async ({ name, path }) => {
    if (violation === undefined && isChange(name)) await examine(false);
    if (name !== 'sync') return 'go';
    const place = placeOf(path, new Error().stack ?? '');
    syncs.add(place);
    return place === withoutSync ? 'skip' : 'go';
  });
  const report = await runOn(sampleSite(tapped), scenario.request, bundles);
  assert.is(report.error?.message, undefined);
  if (violation === undefined) await examine(true);
  return { ...(violation !== undefined && { violation }), syncs, trees: seen.size };
};

/** Names a call by where it comes from in the program and by what it syncs, without what differs from run to run. */
const placeOf = (path: string, stack: string): string => {
  const frames = [...stack.matchAll(/bootstrap\/([a-z-]+)\.ts:(\d+)/g)].map(
    ([, file, line]) => `${file}:${line}`,
  );
  return `${path.replace(/-[0-9a-f]{32}$/, '')} ${frames.filter((frame) => !frame.startsWith('run')).join(' < ')}`
    .replaceAll(/[0-9a-f]{32}/g, '<id>')
    .replaceAll(/@[0-9a-f]{16}/g, '@<digest>');
};

const isChange = (name: string): boolean =>
  !['look', 'readLink', 'list', 'open', 'read', 'close'].includes(name);

for (const scenario of scenarios) {
  test(`${scenario.name} is old or new after a power loss at any instant, and the next run completes`, async () => {
    const { violation, trees } = await search(scenario);
    assert.is(violation, undefined);
    assert.ok(trees > 3, `only ${trees} trees were looked at`);
  });
}

test('without any one of its fsyncs some scenario breaks', async () => {
  const places = new Map<string, Scenario[]>();
  for (const scenario of scenarios) {
    for (const place of (await search(scenario)).syncs)
      places.set(place, [...(places.get(place) ?? []), scenario]);
  }
  assert.ok(places.size >= 8, `only ${[...places.keys()]}`);
  const idle: string[] = [];
  for (const [place, candidates] of places) {
    let isNeeded = false;
    for (const scenario of candidates) {
      isNeeded ||= (await search(scenario, { withoutSync: place })).violation !== undefined;
    }
    if (!isNeeded) idle.push(place);
  }
  assert.equal(idle, [], 'these are not needed, or this test is blind');
});

test.run();
