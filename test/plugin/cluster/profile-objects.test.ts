import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createProfileObjects } from '../../../plugin/cluster/profile-objects.ts';
import { FakeApi } from '../../support/fake-api.ts';

const test = suite('plugin/cluster/profile-objects');
const MAPS = '/api/v1/namespaces/shop/configmaps';
const GROUP = '/apis/security-profiles-operator.x-k8s.io';
const annotations = { 'seccomp.security.kubernetes.io/profile': 'true' };

const reading = (api: FakeApi) => createProfileObjects({ api, signal: new AbortController().signal });
const textOf = ({ content }: { readonly content: Uint8Array }): string => new TextDecoder().decode(content);

/** Serves the kind in these versions; in the last of `served` it is to be found. */
const withKind = (served: readonly string[], isNamespaced: boolean): FakeApi => {
  const api = new FakeApi();
  api.put(GROUP, { versions: served.map((version) => ({ version })) });
  for (const version of served) api.put(`${GROUP}/${version}`, { resources: [] });
  api.put(`${GROUP}/${served.at(-1)}`, {
    resources: [{ name: 'seccompprofiles', namespaced: isNamespaced }],
  });
  return api;
};

test('only annotated ConfigMaps are read, with each key of data and binaryData, sorted', async () => {
  const api = new FakeApi();
  const metadata = { namespace: 'shop', annotations };
  api.put(`${MAPS}/web`, {
    metadata,
    data: { 'z.json': '{}', 'a.json': '{"a":1}' },
    binaryData: { m: Buffer.from('[1]').toString('base64') },
  });
  api.put(`${MAPS}/app`, { metadata, data: { x: '1' } });
  api.put(`${MAPS}/secretive`, { metadata: { namespace: 'shop' }, data: { x: '1' } });
  api.put(`${MAPS}/off`, {
    metadata: { namespace: 'shop', annotations: { 'seccomp.security.kubernetes.io/profile': 'false' } },
  });
  const maps = await reading(api).readConfigMaps('shop');
  assert.equal(
    maps.map(({ namespace, name, entries }) => [
      `${namespace}/${name}`,
      ...entries.map((entry) => `${entry.key}=${textOf(entry)}`),
    ]),
    [
      ['shop/app', 'x=1'],
      ['shop/web', 'a.json={"a":1}', 'm=[1]', 'z.json={}'],
    ],
  );
  assert.equal(api.requests, [`LIST ${MAPS}`, `GET ${MAPS}/app`, `GET ${MAPS}/web`]);
});

test('one that is gone since it was listed is left out', async () => {
  const api = new FakeApi();
  api.put(`${MAPS}/app`, { metadata: { namespace: 'shop', annotations } });
  api.intercept = (request) => {
    if (request === `GET ${MAPS}/app`) api.objects.clear();
  };
  assert.equal(await reading(api).readConfigMaps('shop'), []);
});

test('SeccompProfiles are read in the newest version that has them, byte for byte', async () => {
  const api = withKind(['v1', 'v1beta1'], true);
  const path = `${GROUP}/v1beta1/namespaces/shop/seccompprofiles`;
  const text = '{"spec":{"value":9223372036854775807}}';
  api.put(`${path}/web`, { metadata: { namespace: 'shop' }, text });
  const found = await reading(api).readSeccompProfiles('shop');
  assert.equal(
    found.map((one) => [one.namespace, one.name, textOf(one)]),
    [['shop', 'web', text]],
  );
});

test('where they are in no namespace, all are read', async () => {
  const api = withKind(['v1'], false);
  api.put(`${GROUP}/v1/seccompprofiles/web`, { text: '{}' });
  const [found] = await reading(api).readSeccompProfiles('shop');
  assert.is(found?.name, 'web');
  assert.is(found?.namespace, undefined);
});

test('a cluster without the kind says so', async () => {
  for (const api of [new FakeApi(), withKind(['v9'], true)])
    try {
      await reading(api).readSeccompProfiles();
      assert.unreachable();
    } catch (thrown) {
      assert.is((thrown as Error).message, 'this cluster knows no SeccompProfile objects');
    }
});

test.run();
