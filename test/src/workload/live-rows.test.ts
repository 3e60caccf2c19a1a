// Rows that are kept up to date: after any changes the same as those of a fold from scratch.
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Profile } from '../../../src/workload/confinement.ts';
import { LiveRows } from '../../../src/workload/live-rows.ts';
import { foldWorkloads, type WorkloadRow } from '../../../src/workload/rows.ts';
import type { PodSeen, TemplateSeen } from '../../../src/workload/seen.ts';
import { localhost, sampleContainer, samplePod, sampleTemplate } from '../../support/fake-workloads.ts';

const test = suite('src/workload/live-rows');

const profile = fc.constantFrom<Profile>(localhost('web/a.json'), { kind: 'none' });
const workload = fc.constantFrom('front', 'back').map((name) => ({ kind: 'Deployment', name }));
const pod = fc.record({
  id: fc.nat(5),
  profiles: fc.array(profile, { maxLength: 2 }),
  workload,
  node: fc.option(fc.constantFrom('n1', 'n2'), { nil: undefined }),
  reason: fc.option(fc.constantFrom('CreateContainerError'), { nil: undefined }),
});
const change = fc.oneof(
  pod.map(
    ({ id, profiles, workload, node, reason }): Change => ({
      key: `pods/${id}`,
      pod: samplePod(
        `p${id}`,
        { kind: 'none' },
        {
          workload,
          ...(node === undefined ? { node: undefined as never } : { node }),
          containers: profiles.map((one, index) =>
            sampleContainer(one, { name: `c${index}`, ...(reason !== undefined && { reason }) }),
          ),
        },
      ),
    }),
  ),
  fc.record({ id: fc.nat(2), profile, workload }).map(
    ({ id, profile, workload }): Change => ({
      key: `deployments/${id}`,
      template: sampleTemplate(profile, { workload }),
    }),
  ),
  fc
    .constantFrom('pods/0', 'pods/1', 'pods/2', 'deployments/0', 'deployments/1')
    .map((key): Change => ({ key })),
);

interface Change {
  readonly key: string;
  /** With neither it is gone. */
  readonly pod?: PodSeen;
  readonly template?: TemplateSeen;
}

/** Pods of a row come in no order of their own. */
const plain = (rows: readonly WorkloadRow[]) =>
  rows.map((row) => ({ ...row, pods: row.pods.toSorted((one, other) => (one.name < other.name ? -1 : 1)) }));

test('after any changes the rows are those of a fold of what there is', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 30 }), async (changes) => {
      const live = new LiveRows();
      const there = new Map<string, Change>();
      for (const one of changes) {
        if (one.pod) live.setPod(one.key, one.pod);
        else if (one.template) live.setTemplate(one.key, [one.template]);
        else live.remove(one.key);
        if (one.pod || one.template) there.set(one.key, one);
        else there.delete(one.key);
        if (there.size % 3 === 0) live.result();
      }
      const pages = async function* () {
        const all = [...there.values()];
        yield { kind: 'templates', templates: all.flatMap(({ template }) => template ?? []) } as const;
        yield { kind: 'pods', pods: all.flatMap((one) => one.pod ?? []) } as const;
      };
      assert.equal(plain(live.result()), plain((await foldWorkloads(pages())).rows));
    }),
    { numRuns: 300 },
  );
});

test('a row that has not changed is the same object, and news that say nothing new are none', () => {
  const live = new LiveRows();
  const front = samplePod('p1', localhost('web/a.json'));
  const back = { workload: { kind: 'Deployment', name: 'back' } };
  live.setPod('pods/p1', front);
  live.setPod('pods/p2', samplePod('p2', localhost('web/a.json'), back));
  const [, before] = live.result();
  live.setPod('pods/p1', { ...front });
  assert.not.ok(live.isChanged);
  live.setPod('pods/p2', samplePod('p2', localhost('web/a.json'), { ...back, node: 'node-2' }));
  assert.ok(live.isChanged);
  const rows = live.result();
  assert.is(rows[1], before);
  assert.is(rows[0]?.pods[0]?.node, 'node-2');
});

test.run();
