// `apply --from-configmaps` and `--from-spo`: what becomes of which object, and that one fault stops nothing else.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runCli } from '../../../plugin/cli.ts';
import { type ApplyOptions, applyCommand } from '../../../plugin/commands/apply.ts';
import type { ProfileObject } from '../../../src/workload/profile-objects.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FakeCluster, sampleNode } from '../../support/fake-cluster.ts';
import { type FakeOutside, fakeOutside } from '../../support/fake-outside.ts';
import { FakeProfileObjects, sampleConfigMap } from '../../support/fake-profile-objects.ts';
import { parseCommand } from '../../support/parse-command.ts';

const test = suite('plugin/commands/from-cluster');

/** Of which lint has nothing to say but notes. */
const PROFILE =
  '{"defaultAction":"SCMP_ACT_LOG","architectures":["SCMP_ARCH_X86","SCMP_ARCH_X32","SCMP_ARCH_ARM"]}';

const object = (name: string, namespace?: string, spec: object = JSON.parse(PROFILE)): ProfileObject => ({
  name,
  content: new TextEncoder().encode(
    JSON.stringify(
      {
        apiVersion: 'security-profiles-operator.x-k8s.io/v1',
        kind: 'SeccompProfile',
        metadata: { name },
        spec,
      },
      null,
      2,
    ),
  ),
  ...(namespace !== undefined && { namespace }),
});

interface Kept {
  readonly configMaps?: FakeProfileObjects['configMaps'];
  readonly seccompProfiles?: FakeProfileObjects['seccompProfiles'];
}

const world = (kept: Kept): { outside: () => FakeOutside; objects: FakeProfileObjects } => {
  const objects = Object.assign(new FakeProfileObjects(), kept);
  const clock = new FakeClock();
  const cluster = new FakeCluster({ nodes: [sampleNode('node-1')], clock });
  return { objects, outside: () => fakeOutside({ clock, cluster, profileObjects: objects }) };
};

const apply = async (kept: Kept, ...args: string[]): Promise<FakeOutside> => {
  const outside = world(kept).outside();
  await runCli(['apply', ...args], outside);
  return outside;
};

const failing = async (kept: Kept, ...args: string[]): Promise<string> => {
  try {
    await apply(kept, ...args);
  } catch (thrown) {
    return (thrown as Error).message;
  }
  return assert.unreachable() as never;
};

test('flags arrive', async () => {
  const parse = async (...args: string[]) =>
    (await parseCommand<ApplyOptions>(applyCommand, args)).fromCluster;
  assert.is(await parse('-f', 'x'), undefined);
  assert.equal(await parse('--from-configmaps', '-A'), {
    isFromConfigMaps: true,
    isFromSpo: false,
    isEveryNamespace: true,
  });
  assert.equal(await parse('--from-spo', '--from-configmaps', '-n', 'shop'), {
    isFromConfigMaps: true,
    isFromSpo: true,
    isEveryNamespace: false,
    namespace: 'shop',
  });
});

test('what does not go together is refused', async () => {
  const MAPS = '--from-configmaps';
  assert.match(await failing({}, MAPS, '-f', 'x'), '--filename: with --from-configmaps');
  assert.match(await failing({}, '-f', 'x', '-A', '--name', 'web'), '--all-namespaces is for');
  assert.match(await failing({}, MAPS, '--name', 'web'), '--name: with --from-configmaps');
  assert.match(await failing({}, MAPS, '-A', '-n', 'shop'), 'only one can hold');
  assert.match(await failing({}, MAPS, '-n', '../x'), '"../x" is not the name of a namespace');
});

test("the context's namespace is read, one that is named, or all", async () => {
  const { objects, outside } = world({ configMaps: [sampleConfigMap('shop', 'app', { a: PROFILE })] });
  for (const args of [[], ['-A'], ['-n', 'shop']])
    await runCli(['apply', '--from-configmaps', ...args], outside());
  assert.equal(objects.asked, ['shop', undefined, 'shop']);
  assert.match(
    await failing({}, '--from-configmaps', '--from-spo'),
    /^there is no ConfigMap .* and no SeccompProfile in namespace shop$/,
  );
});

test('each namespace is a bundle with each key as one profile; what is bad is told and left out', async () => {
  const outside = await apply(
    {
      configMaps: [
        sampleConfigMap('shop', 'app', { 'a.json': PROFILE, 'b.json': '{\n "defaultAction":"ALOW"}' }),
        sampleConfigMap('shop', 'more', { c: PROFILE }),
        sampleConfigMap('team', 'app', { 'a.json': PROFILE }),
        sampleConfigMap('x'.repeat(41), 'app', { 'a.json': PROFILE }),
        sampleConfigMap('empty', 'app', { 'a.json': '[]' }),
        sampleConfigMap('hidden', 'app', { '.a.json': PROFILE, b: PROFILE }),
      ],
    },
    '--from-configmaps',
    '-A',
    '-o',
    'json',
  );
  assert.is(outside.exitCode(), 1);
  const { kind, items } = JSON.parse(outside.stdoutText());
  assert.is(kind, 'ApplyResultList');
  assert.equal(
    items.map(({ bundle, localhostProfiles }: Record<string, string>) => [bundle, localhostProfiles]),
    [
      ['hidden', ['hidden/app/b']],
      ['shop', ['shop/app/a.json', 'shop/more/c']],
      ['team', ['team/app/a.json']],
    ],
  );
  const said = outside.stderrText();
  assert.match(said, /^shop\/app\/b\.json:2:18: error: /m);
  assert.match(said, /^hidden\/app\/\.a\.json:1:1: error: profile path /m);
  assert.match(said, 'error: namespace shop: 1 of 3 profiles left out\n');
  assert.match(said, 'error: namespace empty: all of 1 profile left out\n');
  assert.match(said, /^error: namespace x{41}: bundle name .* at most 40/m);
});

test('a key that holds an object would lie under another name, and is refused', async () => {
  const text = new TextDecoder().decode(object('other').content);
  const outside = await apply(
    { configMaps: [sampleConfigMap('shop', 'app', { k: text })] },
    '--from-configmaps',
  );
  assert.is(outside.exitCode(), 1);
  assert.match(outside.stderrText(), 'shop/app/k:1:1: error: a SeccompProfile object;');
});

test('SeccompProfile objects are compiled, and those without a namespace need a name for their bundle', async () => {
  const based = object('based', 'shop', { defaultAction: 'SCMP_ACT_LOG', baseProfileName: 'runc' });
  const outside = await apply(
    { seccompProfiles: [object('web', 'shop'), based] },
    '--from-spo',
    '-o',
    'json',
  );
  assert.is(outside.exitCode(), 1);
  assert.equal(JSON.parse(outside.stdoutText()).items[0].localhostProfiles, ['shop/web.json']);
  assert.match(outside.stderrText(), /^shop\/based:\d+:\d+: error: the base profile "runc"/m);
  const without = { seccompProfiles: [object('web')] };
  assert.match(await failing(without, '--from-spo'), 'are in no namespace');
  assert.match(
    await failing({ seccompProfiles: [object('web', 'shop')] }, '--from-spo', '--name', 'spo'),
    '--name spo: each bundle is named as its namespace',
  );
  const named = await apply(without, '--from-spo', '--name', 'spo');
  assert.match(named.stdoutText(), 'spo@v1 ');
  assert.match(named.stderrText(), 'localhostProfile: spo/web.json');
});

test('what came from the other source, or from files, is not taken away without --force', async () => {
  const { outside } = world({
    configMaps: [sampleConfigMap('shop', 'app', { 'a.json': PROFILE })],
    seccompProfiles: [object('web', 'shop')],
  });
  const run = async (...args: string[]): Promise<FakeOutside> => {
    const one = outside();
    await runCli(['apply', ...args], one);
    return one;
  };
  await run('--from-spo');
  const refused = await run('--from-configmaps');
  assert.is(refused.exitCode(), 1);
  assert.match(refused.stderrText(), 'error: namespace shop: the bundle "shop" also holds web.json');
  assert.is((await run('--from-configmaps', '--from-spo')).exitCode(), 0);
  assert.is((await run('--from-configmaps', '--force')).exitCode(), 0);
});

test('a dry run says what would be done with each', async () => {
  const kept = {
    configMaps: [
      sampleConfigMap('one', 'app', { 'a.json': PROFILE }),
      sampleConfigMap('two', 'app', { 'a.json': PROFILE }),
    ],
  };
  const outside = await apply(kept, '--from-configmaps', '-A', '--dry-run=client');
  assert.is(outside.exitCode(), 0);
  assert.match(outside.stdoutText(), /one.*\(dry run\)[\s\S]*two.*\(dry run\)/);
  assert.equal(outside.cluster.writes, []);
});

test.run();
