// Which credential plugins a kuberc lets run; that it is read as kubectl reads it is tested beside kubectl.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findKuberc, parseKuberc, readPluginPolicy } from '../../../plugin/cluster/kuberc.ts';

const test = suite<{ folder: string }>('plugin/cluster/kuberc');

test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'kuberc-'));
  mkdirSync(join(context.folder, '.kube'));
});

test.after.each(({ folder }) => rmSync(folder, { recursive: true, force: true }));

const preference = (text: string): string =>
  `apiVersion: kubectl.config.k8s.io/v1beta1\nkind: Preference\n${text}\n`;

test('the flag counts before the variable, and that before the usual place', () => {
  const environment = { HOME: '/h', KUBERC: '/v' };
  assert.equal(findKuberc('/f', environment), { path: '/f', isNamed: true });
  assert.equal(findKuberc(undefined, environment), { path: '/v', isNamed: true });
  assert.equal(findKuberc(undefined, { HOME: '/h' }), { path: join('/h/.kube/kuberc'), isNamed: false });
  assert.is(findKuberc(undefined, {}), undefined);
  assert.is(findKuberc(undefined, { HOME: '/h', KUBERC: 'off' }), undefined);
  assert.is(findKuberc('/f', { HOME: '/h', KUBECTL_KUBERC: 'FALSE' }), undefined);
  assert.throws(() => findKuberc('/f', { KUBERC: 'off' }), /mutually exclusive/);
});

test('a policy and its list are read, old entries too', () => {
  const text = 'credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist: [{ command: a }, { name: /b }]';
  assert.equal(parseKuberc(preference(text), '/f'), {
    policy: { type: 'Allowlist', allowlist: ['a', '/b'], file: '/f' },
    unknown: [],
  });
});

test('a file that somebody named must be good; the usual one may be broken, which is said', async ({
  folder,
}) => {
  const path = join(folder, '.kube', 'kuberc');
  const warnings: string[] = [];
  const read = (environment: Record<string, string>) =>
    readPluginPolicy(undefined, { HOME: folder, ...environment }, (text) => warnings.push(text));
  assert.is(await read({}), undefined);
  assert.equal(warnings, [], 'a missing one is none');
  writeFileSync(path, '{');
  assert.is(await read({}), undefined);
  assert.equal(warnings, [
    `kuberc: no preferences loaded from ${path}: no valid preferences found in ${path}`,
  ]);
  const message = await read({ KUBERC: path }).catch((thrown: Error) => thrown.message);
  assert.is(message, `kuberc: no valid preferences found in ${path}`);
});

test('a misspelt limit does not go unnoticed', async ({ folder }) => {
  const path = join(folder, 'rc');
  writeFileSync(path, preference('credentialPluginPolcy: DenyAll'));
  const warnings: string[] = [];
  await readPluginPolicy(path, {}, (text) => warnings.push(text));
  assert.equal(warnings, [`kuberc: ignoring unknown fields in ${path}: credentialPluginPolcy`]);
});

test.run();
