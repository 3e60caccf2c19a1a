// Requests that the API server counted: three a node, plus a constant, for any rollout.
import * as assert from 'uvu/assert';
import { suiteThatNeeds } from '../support/requires.ts';
import { attachCluster } from './cluster.ts';
import type { Cluster } from './handle.ts';
import { EXAMPLES, mustPlugin, USER_AGENT } from './plugin.ts';

const test = suiteThatNeeds('test/cluster/requests', ['cluster']);

/** Requests for one rollout in an install namespace that exists. The lease is renewed by time, not by node. */
const countFor = async (cluster: Cluster, nodes: string): Promise<number> => {
  const mark = await cluster.auditMark();
  await mustPlugin(cluster, ['apply', '-f', EXAMPLES, '--name', 'web', '--force', '--nodes', nodes]);
  const requests = await cluster.requests(USER_AGENT, mark);
  return requests.filter(({ resource }) => resource !== 'leases').length;
};

test('a rollout makes at most three requests for each node, and fewer than thirty beside', async () => {
  const cluster = attachCluster();
  await cluster.reset();
  await mustPlugin(cluster, ['apply', '-f', EXAMPLES, '--name', 'web']);
  const one = await countFor(cluster, 'node-1');
  const three = await countFor(cluster, 'node-1,node-2,node-3');
  assert.ok(three - one <= 2 * 3, `${one} requests for one node, ${three} for three`);
  assert.ok(one < 3 + 30, `${one} requests for one node`);
});

test.run();
