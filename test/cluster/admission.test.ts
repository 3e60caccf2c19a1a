// Webhooks between us and our Pods: one that denies, one that cannot be reached, one that changes what we asked for.
import * as assert from 'uvu/assert';
import { suiteThatNeeds } from '../support/requires.ts';
import { attachCluster } from './cluster.ts';
import type { Cluster } from './handle.ts';
import { mustPlugin, startPlugin, USER_AGENT } from './plugin.ts';
import { poll } from './processes.ts';
import { APPLY, applyExpectingFailure, resultsOf } from './results.ts';
import { registerWebhook, startWebhook, type Webhook } from './webhook.ts';

const test = suiteThatNeeds('test/cluster/admission', ['cluster']);

let webhook: Webhook | undefined;

const podsAskedFor = async (cluster: Cluster, mark: number): Promise<(number | undefined)[]> =>
  (await cluster.requests(USER_AGENT, mark))
    .filter(({ verb, resource }) => verb === 'create' && resource === 'pods')
    .map(({ code }) => code);

test.before.each(async () => {
  const cluster = attachCluster();
  await cluster.reset();
  // The install namespace, which the webhooks are for.
  await mustPlugin(cluster, ['verify', '--nodes', 'node-1']);
});

test.after.each(async () => {
  await webhook?.stop();
  webhook = undefined;
});

test.after(() => attachCluster().reset());

test('a webhook that denies is heard before the first Job, in its own words', async () => {
  const cluster = attachCluster();
  webhook = await startWebhook({
    allowed: false,
    status: { code: 403, message: 'no root in this company' },
  });
  await registerWebhook(cluster, 'Validating', webhook, (code) => code !== 0);
  const mark = await cluster.auditMark();
  const nodes = await applyExpectingFailure(cluster);
  assert.equal(new Set(Object.values(resultsOf(nodes))), new Set(['failed: webhook']));
  assert.match(nodes.get('node-1')?.reason?.message ?? '', 'no root in this company');
  assert.match(nodes.get('node-1')?.reason?.message ?? '', 'pods.company.example');
  const jobs = (await cluster.requests(USER_AGENT, mark)).filter(
    ({ verb, resource, uri }) => verb === 'create' && resource === 'jobs' && !uri.includes('dryRun'),
  );
  assert.equal(jobs, []);
});

test('a webhook that cannot be reached is waited for: it may come back, else it is named', async () => {
  const cluster = attachCluster();
  webhook = await startWebhook({ allowed: true });
  await webhook.stop();
  await registerWebhook(cluster, 'Validating', webhook, (code) => code !== 0);
  const mark = await cluster.auditMark();
  const running = startPlugin(cluster, APPLY);
  await poll('the plugin was refused', async () => (await podsAskedFor(cluster, mark)).includes(500));
  await webhook.listen();
  const { code, stderr } = await running.ended;
  assert.is(code, 0, stderr);

  await webhook.stop();
  const nodes = await applyExpectingFailure(cluster, '--force');
  assert.equal(new Set(Object.values(resultsOf(nodes))), new Set(['failed: webhook']));
  assert.match(nodes.get('node-1')?.reason?.message ?? '', /failed calling webhook "pods\.company\.example"/);
});

test('a webhook that leaves the program too little memory: the node says that it was killed for it', async () => {
  const cluster = attachCluster();
  const path = '/spec/containers/0/resources/limits/memory';
  const requests = '/spec/containers/0/resources/requests';
  webhook = await startWebhook({
    allowed: true,
    patch: [
      { op: 'add', path, value: '12Mi' },
      { op: 'add', path: requests, value: { memory: '12Mi' } },
    ],
  });
  await registerWebhook(cluster, 'Mutating', webhook, (_, said) => said.includes('12Mi'));
  const nodes = await applyExpectingFailure(cluster, '--nodes', 'node-1', '--timeout', '30s');
  assert.equal(resultsOf(nodes), { 'node-1': 'failed: out-of-memory' });
});

test.run();
