// The objects of the sync inside the cluster, whole.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type SyncSettings, syncObjects, syncPlaces } from '../../../plugin/cluster/sync-objects.ts';
import { matchGolden } from '../../support/golden.ts';

const test = suite('plugin/cluster/sync-objects');

const settings: SyncSettings = {
  namespace: 'kubectl-seccomp',
  image: 'docker.io/library/node:24-slim',
  isPruning: false,
  programSha256: 'ab'.repeat(32),
  order: '{"version":1,"kubeletRoot":"/data/$(HOME)"}',
};

const asJson = (more: Partial<SyncSettings>): string =>
  `${JSON.stringify(
    syncObjects({ ...settings, ...more }).map(({ object }) => object),
    null,
    2,
  )}\n`;

test('every object is as in the golden file', () => {
  matchGolden('sync-objects.json', asJson({}));
});

test('with all options', () => {
  const all = { startupTaint: 'kubectl-seccomp/not-ready', isPruning: true, imagePullSecret: 'pull' };
  matchGolden('sync-objects-all.json', asJson({ ...all, priorityClass: 'high' }));
});

test('what starts Pods is removed first, the account last', () => {
  const places = syncPlaces('ns').map(({ path, name }) => `${path}/${name}`);
  assert.is(places.at(0), '/apis/batch/v1/namespaces/ns/cronjobs/sync');
  assert.is(places.at(-1), '/api/v1/namespaces/ns/serviceaccounts/sync');
  assert.is(places.length, 8);
});

test('two install namespaces share no rights in the cluster', () => {
  const names = (namespace: string) =>
    syncPlaces(namespace)
      .filter(({ path }) => !path.includes(`/${namespace}/`))
      .map(({ name }) => name);
  assert.equal(
    names('one').filter((name) => names('two').includes(name)),
    [],
  );
});

test.run();
