import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Api, ListOptions } from '../../../plugin/cluster/api.ts';
import { readHealth } from '../../../plugin/cluster/health.ts';
import type { PodObject } from '../../../src/workload/objects.ts';
import { DIGEST } from '../../support/rollout-samples.ts';

const test = suite('plugin/cluster/health');

const pod = (name: string, nodeName: string): PodObject => ({
  metadata: { name, namespace: 'shop' },
  spec: {
    nodeName,
    containers: [
      {
        name: 'main',
        securityContext: { seccompProfile: { type: 'Localhost', localhostProfile: 'web/a.json' } },
      },
    ],
  },
  status: {
    containerStatuses: [{ name: 'main', state: { running: { startedAt: '2026-01-02T00:00:00Z' } } }],
  },
});

/** An API server with two pods on each node, a page each. */
const bench = (nodes: readonly string[]) => {
  const asked: (string | undefined)[] = [];
  const api = {
    async *list(_path: string, { fieldSelector }: ListOptions) {
      asked.push(fieldSelector);
      for (const node of nodes)
        if (fieldSelector === undefined || fieldSelector === `spec.nodeName=${node}`)
          for (const name of ['x', 'y']) yield [pod(`${node}-${name}`, node)];
    },
  } as unknown as Api;
  const ask = (...names: string[]) =>
    readHealth(
      api,
      {
        bundle: 'web',
        digest: DIGEST,
        paths: new Set(['a.json']),
        nodes: new Map(names.map((name) => [name, 0])),
      },
      new AbortController().signal,
    );
  return { asked, ask };
};

test('few nodes are asked for one by one, many by one list; what lies elsewhere does not count', async () => {
  const nodes = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  const few = bench(nodes);
  assert.is((await few.ask('a', 'b')).started, 4);
  assert.equal(few.asked, ['spec.nodeName=a', 'spec.nodeName=b']);
  const many = bench(nodes);
  assert.is((await many.ask(...nodes.slice(0, 6))).started, 12);
  assert.equal(many.asked, [undefined]);
});

test.run();
