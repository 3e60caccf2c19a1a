// `bind`: how its words are read, and what it does in a cluster, on fakes.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { bindCommand } from '../../../plugin/commands/bind.ts';
import type { BindOptions } from '../../../plugin/commands/bind-options.ts';
import { UNDO_ANNOTATION } from '../../../src/workload/bind-undo.ts';
import type { ControllerObject } from '../../../src/workload/objects.ts';
import {
  deployment,
  failure,
  NGINX,
  node,
  patchesOf,
  profileOf,
  run,
  scene,
} from '../../support/bind-scene.ts';
import { sampleNode } from '../../support/fake-cluster.ts';
import { matchGolden } from '../../support/golden.ts';
import { parseCommand } from '../../support/parse-command.ts';

const test = suite('plugin/commands/bind');

test('words and flags arrive', async () => {
  const parse = (...args: string[]) => parseCommand<BindOptions>(bindCommand, args);
  const plain = await parse(
    'deploy/front',
    NGINX,
    '-cmain',
    '-n',
    'shop',
    '--require-node',
    '--timeout',
    '90s',
  );
  assert.is(plain.what.kind === 'workload' && plain.what.workload.name, 'front');
  assert.is(plain.deed.kind === 'profile' && plain.deed.choice.kind, 'linked');
  assert.is(plain.container, 'main');
  assert.is(plain.namespace, 'shop');
  assert.ok(plain.isNodeRequired);
  assert.is(plain.timeoutMs, 90_000);
  assert.is((await parse('deploy/front')).deed.kind, 'from-operator');
  assert.is((await parse('deploy/front', '--undo')).deed.kind, 'undo');
  const file = await parse('-f', 'a.yaml', NGINX);
  assert.equal(file.what, { kind: 'file', file: 'a.yaml' });
  const named = await parse('-f', '-', 'job/once', NGINX);
  assert.is(named.what.kind === 'file' && named.what.workload?.kind.kind, 'Job');
  const image = await parse('--from-image', 'nginx', NGINX, '-A');
  assert.is(image.what.kind === 'image' && image.what.image.repository, 'docker.io/library/nginx');
  assert.ok(image.isEveryNamespace);
});

for (const [args, message] of [
  [[], /wants a WORKLOAD/],
  [['deploy/front', 'web'], /not a profile of a bundle/],
  [['job/once', NGINX], /Job cannot be changed/],
  [['deploy/front', NGINX, '--undo'], /--undo takes no PROFILE/],
  [['deploy/front', '--undo', '--pin'], /neither --pin nor --require-node/],
  [['deploy/front', NGINX, '-A'], /-A goes with --from-image/],
  [['deploy/front', NGINX, '--digest', 'abc'], /not 16 to 64 hex digits/],
  [['deploy/front', NGINX, '--digest', 'a'.repeat(16)], /--digest goes with --pin/],
  [['deploy/front', 'RuntimeDefault', '--require-node'], /RuntimeDefault is in no bundle/],
  [['--from-image', 'nginx'], /--from-image wants a PROFILE/],
  [['--from-image', 'nginx', NGINX, '-f', 'x'], /do not go together/],
  [['-f', 'a.yaml', NGINX, '--dry-run=server'], /a file is not sent anywhere/],
  [['deploy/front', NGINX, '-n', '../x'], /not the name of a namespace/],
] as const)
  test(`refused: bind ${args.join(' ')}`, async () => {
    const thrown = await failure(scene(), ...args);
    assert.is(thrown.code, 'usage');
    assert.match(thrown.message, message);
  });

test('it shows the change, has the server try it and a pod of it, patches, watches, and remembers what stood before', async () => {
  const one = scene();
  const outside = await run(one, 'deploy/front', NGINX, '--yes');
  assert.is(outside.exitCode(), 0);
  assert.is(outside.stdoutText(), 'deployment.apps/front bound\n');
  assert.is(
    outside.stderrText(),
    [
      'deployment.apps/front -n shop',
      '  template.spec.securityContext.seccompProfile',
      '  + type: Localhost',
      '  + localhostProfile: web/nginx.json',
      '',
    ].join('\n'),
  );
  assert.equal(one.controllers.calls, [
    'read Deployment shop/front',
    'patch Deployment shop/front (dry run)',
    'admitPod shop',
    'patch Deployment shop/front',
    'read Deployment shop/front',
  ]);
  assert.equal(profileOf(one), { type: 'Localhost', localhostProfile: NGINX });
  assert.ok(one.controllers.get('Deployment', 'front').metadata?.annotations?.[UNDO_ANNOTATION]);
  const again = await run(one, 'deploy/front', NGINX);
  assert.match(again.stdoutText(), /deployment\.apps\/front unchanged\n$/);
  assert.is(patchesOf(one).length, 2);
});

test('two binds are undone one after the other', async () => {
  const one = scene();
  await run(one, 'deploy/front', NGINX, '--yes');
  await run(one, 'deploy/front', 'RuntimeDefault', '--yes');
  assert.equal(profileOf(one), { type: 'RuntimeDefault' });
  await run(one, 'deploy/front', '--undo', '--yes');
  assert.equal(profileOf(one), { type: 'Localhost', localhostProfile: NGINX });
  const outside = await run(one, 'deploy/front', '--undo', '--yes');
  assert.match(outside.stdoutText(), /restored\n$/);
  assert.equal(one.controllers.get('Deployment', 'front').spec, deployment('front').spec);
  assert.match((await failure(one, 'deploy/front', '--undo', '--yes')).message, 'nothing to undo');
});

test('without a terminal and --yes nothing is changed', async () => {
  const one = scene();
  assert.match(
    (await failure(one, 'deploy/front', NGINX)).message,
    /there is no terminal: Change deployment\.apps\/front -n shop\?/,
  );
  assert.equal(patchesOf(one), ['patch Deployment shop/front (dry run)']);
});

for (const [mode, calls] of [
  ['client', []],
  ['server', ['patch Deployment shop/front (dry run)']],
] as const)
  test(`--dry-run=${mode} shows the change as the result`, async () => {
    const one = scene();
    const outside = await run(one, 'deploy/front', NGINX, `--dry-run=${mode}`);
    assert.match(outside.stdoutText(), '  + localhostProfile: web/nginx.json\n');
    assert.match(outside.stdoutText(), mode === 'server' ? 'bound (server dry run)\n' : 'bound (dry run)\n');
    assert.equal(patchesOf(one), calls);
  });

test('-o patch prints what kubectl and kustomize take, and asks the server for nothing', async () => {
  const one = scene();
  const outside = await run(one, 'deploy/front', NGINX, '--pin', '--require-node', '-o', 'patch');
  matchGolden('bind-patch.yaml', outside.stdoutText());
  assert.equal(patchesOf(one), []);
});

test('-o json says what was changed and what became of it', async () => {
  const outside = await run(scene(), 'deploy/front', NGINX, '--yes', '-o', 'json');
  matchGolden('bind.json', outside.stdoutText());
  assert.is(
    (await run(scene(), 'deploy/front', NGINX, '--yes', '-o', 'name')).stdoutText(),
    'deployment.apps/front\n',
  );
});

test('what the API server refuses, and what admission says of its pods, leaves it as it is', async () => {
  const refused = scene();
  refused.controllers.refusePatch = () => ({ kind: 'refused', message: 'denied\u001b[2J', hint: 'ask' });
  const outside = await run(refused, 'deploy/front', NGINX, '--yes');
  assert.is(outside.exitCode(), 1);
  assert.match(outside.stderrText(), 'error: deployment.apps/front -n shop: denied^[[2J\nask\n');
  const strict = scene();
  strict.controllers.podRefusal = { message: 'violates PodSecurity' };
  assert.is((await run(strict, 'deploy/front', NGINX, '--yes')).exitCode(), 1);
  assert.equal(patchesOf(strict), ['patch Deployment shop/front (dry run)']);
  assert.is(profileOf(strict), undefined);
});

for (const [title, profile, nodes, message] of [
  ['no node has the bundle', 'db/nginx.json', [node], /no node has a bundle "db"/],
  ['the bundle has no such profile', 'web/other.json', [node], /holds no profile "other\.json"/],
] as const)
  test(`refused without --force: ${title}`, async () => {
    assert.match((await failure(scene({ nodes }), 'deploy/front', profile, '--yes')).message, message);
    const one = scene({ nodes });
    await run(one, 'deploy/front', profile, '--yes', '--force');
    assert.equal(profileOf(one), { type: 'Localhost', localhostProfile: profile });
  });

test('where it would not start on a node it is refused, until its pods are kept off that node', async () => {
  const nodes = [node, sampleNode('node-2')];
  const one = scene({ nodes });
  const outside = await run(one, 'deploy/front', NGINX, '--yes');
  assert.is(outside.exitCode(), 1);
  assert.match(
    outside.stderrText(),
    /would not start:\n {2}container main under web\/nginx\.json on node-2: /,
  );
  assert.match(outside.stderrText(), '--require-node keeps its pods off nodes');
  assert.equal(patchesOf(one), []);
  const required = scene({ nodes });
  assert.is((await run(required, 'deploy/front', NGINX, '--yes', '--require-node')).exitCode(), 0);
});

test('somebody else’s change in between is read anew; one to what was shown stops it', async () => {
  const one = scene();
  let isFirst = true;
  one.controllers.refusePatch = (isDryRun) => {
    if (isDryRun || !isFirst) return undefined;
    isFirst = false;
    one.controllers.put('Deployment', {
      ...one.controllers.get('Deployment', 'front'),
      extra: 1,
    } as ControllerObject);
    return undefined;
  };
  assert.is((await run(one, 'deploy/front', NGINX, '--yes')).exitCode(), 0);
  assert.is((one.controllers.get('Deployment', 'front') as { extra?: number }).extra, 1);

  const other = scene();
  let hasChanged = false;
  other.controllers.refusePatch = (isDryRun) => {
    if (isDryRun || hasChanged) return undefined;
    hasChanged = true;
    const theirs = { seccompProfile: { type: 'Unconfined' } };
    other.controllers.put('Deployment', deployment('front', { securityContext: theirs }));
    return undefined;
  };
  const outside = await run(other, 'deploy/front', NGINX, '--yes');
  assert.is(outside.exitCode(), 1);
  assert.match(outside.stderrText(), 'somebody else is changing it');
  assert.equal(profileOf(other), { type: 'Unconfined' });
});

test.run();
