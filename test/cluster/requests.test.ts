// Requests that the API server counted: three a node, plus a constant, for any rollout.
import * as assert from 'uvu/assert';
import { suiteThatNeeds } from '../support/requires.ts';
import { attachCluster } from './cluster.ts';
import type { Cluster } from './handle.ts';
import { EXAMPLES, mustPlugin, USER_AGENT } from './plugin.ts';

const test = suiteThatNeeds('test/cluster/requests', ['cluster']);

const countFor = async (cluster: Cluster, nodes: string): Promise<number> => {
  await cluster.reset();
  // The first apply also makes the namespace and uploads; that is part of the constant for both counts.
  const mark = await cluster.auditMark();
  await mustPlugin(cluster, ['apply', '-f', EXAMPLES, '--name', 'web', '--nodes', nodes]);
  return cluster.countRequests(USER_AGENT, mark);
};

test('a rollout makes at most three requests for each further node', async () => {
  const cluster = attachCluster();
  const one = await countFor(cluster, 'node-1');
  const three = await countFor(cluster, 'node-1,node-2,node-3');
  assert.ok(three - one <= 2 * 3, `${one} requests for one node, ${three} for three`);
  assert.ok(one <= 3 + 25, `${one} requests for one node`);
});

test.run();
