import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseKubeconfig } from '../../../plugin/cluster/kubeconfig.ts';
import { listConfigured, readObjectNames } from '../../../plugin/cluster/names.ts';
import { renderRecord } from '../../../plugin/cluster/records.ts';
import { FakeApi } from '../../support/fake-api.ts';
import { sampleRelease } from '../../support/rollout-samples.ts';

const test = suite('plugin/cluster/names');

const NAMESPACE = 'kubectl-seccomp';

const place = (api: FakeApi) => ({ api, installNamespace: NAMESPACE, signal: new AbortController().signal });

test('kubeconfig lists its contexts, clusters and users, sorted', () => {
  const config = parseKubeconfig(
    'contexts: [{name: b, context: {}}, {name: a, context: {}}]\nclusters: [{name: c, cluster: {}}]\n',
    '/k',
  );
  assert.equal(listConfigured(config, 'contexts'), ['a', 'b']);
  assert.equal(listConfigured(config, 'clusters'), ['c']);
  assert.equal(listConfigured(config, 'users'), []);
});

test('nodes and namespaces by name, from one list each', async () => {
  const api = new FakeApi();
  for (const name of ['node-2', 'node-1']) api.put(`/api/v1/nodes/${name}`, {});
  assert.equal(await readObjectNames('nodes', place(api)), ['node-1', 'node-2']);
  assert.equal(api.requests.length, 1);
});

test('bundles are those that have records, each once; profiles those of the newest that installs', async () => {
  const api = new FakeApi();
  const path = `/api/v1/namespaces/${NAMESPACE}/configmaps`;
  for (const revision of [1, 2]) {
    const release = sampleRelease([], { revision });
    api.put(`${path}/release-${release.bundle}-v${revision}`, renderRecord(release, NAMESPACE));
  }
  api.put(`${path}/somebody-elses`, {});
  const [bundle = ''] = await readObjectNames('bundles', place(api));
  assert.is(bundle, sampleRelease([], {}).bundle);
  assert.is((await readObjectNames('bundles', place(api))).length, 1);
  const wanted = (sampleRelease([], {}).manifest?.profiles ?? []).map((one) => `${bundle}/${one.path}`);
  assert.equal(await readObjectNames('profiles', place(api), bundle), [...new Set(wanted)].sort());
});

test.run();
