// The built program against the cluster's own kubectl: generated scenes as users meet them, and a pod's service
// account. SECCOMP_TEST_PROGRAM has the single file that ships do it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { buildPlugin } from '../../../plugin/release/build.ts';
import { PROGRAM_VARIABLE } from '../../cluster/plugin.ts';
import { kubectlPath } from '../../support/beside-kubectl.ts';
import { type Client, explore, kubectl, observe, runProgram } from '../../support/client-comparison.ts';
import { renderFlags, type Stage } from '../../support/client-stage.ts';
import { openWorld, portOf, type World } from '../../support/client-world.ts';
import { type FakeCertificates, makeCertificates } from '../../support/fake-api-server.ts';
import { suiteThatNeeds } from '../../support/requires.ts';

const test = suiteThatNeeds('plugin/cluster/client-against-kubectl-built', ['linux', 'root', 'runc']);

let certificates: FakeCertificates;
let worlds: World[];
let built: string;
let program: readonly string[];

test.before(async () => {
  certificates = makeCertificates();
  worlds = await Promise.all(
    ['built-0', 'built-1'].map((name) => openWorld(certificates, name, { isCompressionCompared: false })),
  );
  built = mkdtempSync(join(tmpdir(), 'client-built-'));
  const named = process.env[PROGRAM_VARIABLE];
  if (!named) await buildPlugin(built);
  program = named ? [named] : [process.execPath, join(built, 'kubectl-seccomp.js')];
});

test.after(async () => {
  for (const world of worlds ?? []) await world.stop();
  certificates?.remove();
  rmSync(built, { recursive: true, force: true });
});

/** `version` says what it knows, also where the server doesn't answer. */
const ours: Client = async (stage, world) => {
  const { stdout, text } = await runProgram(
    [...program, 'version', ...renderFlags(stage.flags)],
    stage,
    world,
  );
  return { isDone: stdout.includes('v1.30.0'), text };
};

test('in generated scenes kubectl and the built program send the same, or both refuse', async () => {
  const compared = await explore(worlds, { seed: 3, count: 36 }, kubectl('/version'), ours);
  const answered = compared.filter(({ ours }) => ours.isDone);
  assert.ok(answered.length >= 18, `only ${answered.length} of 36 got through`);
});

/** Where a pod finds its service account; made in a mount namespace, so that nothing of this machine changes. */
const POD = `mount -t tmpfs none /run
folder=/run/secrets/kubernetes.io/serviceaccount
mkdir -p $folder
cp "$AUTHORITY" $folder/ca.crt
printf '%s' "$ACCOUNT_TOKEN" > $folder/token
printf team > $folder/namespace
exec "$@"`;

const inPod =
  (command: readonly string[]): Client =>
  async (stage, world) => {
    const { stdout, text } = await runProgram(
      ['unshare', '--mount', 'sh', '-ec', POD, 'pod', ...command, ...renderFlags(stage.flags)],
      stage,
      world,
    );
    return { isDone: stdout.includes('v1.30.0'), text };
  };

const kubectlInPod = inPod([kubectlPath(), 'get', '--raw', '/version']);

const podStage = (world: World, flags: Stage['flags'], more: Stage['environment'] = {}): Stage => ({
  flags,
  environment: {
    PATH: process.env.PATH ?? '',
    HOME: '/nonexistent',
    KUBERC: 'off',
    AUTHORITY: certificates.authority,
    ACCOUNT_TOKEN: 'account',
    KUBERNETES_SERVICE_HOST: '0.0.0.0',
    KUBERNETES_SERVICE_PORT: String(portOf(world.secure)),
    ...more,
  },
});

test('in a pod both are its service account', async () => {
  const [world] = worlds as [World];
  const empty = join(world.folder, 'empty-config');
  writeFileSync(empty, '');
  const proxy = `http://127.0.0.1:${world.proxies.http.port}`;
  world.status = 200;
  world.proxies.http.target = portOf(world.secure);
  world.proxies.http.login = undefined;
  const stages: Readonly<Record<string, Stage>> = {
    'nothing else': podStage(world, {}),
    'an empty kubeconfig': podStage(world, {}, { KUBECONFIG: empty }),
    'a proxy': podStage(world, {}, { HTTPS_PROXY: proxy }),
    'a token by flag': podStage(world, { token: 'F' }),
    'no token': podStage(world, {}, { ACCOUNT_TOKEN: '' }),
    'no port': podStage(world, {}, { KUBERNETES_SERVICE_PORT: '' }),
  };
  for (const [what, stage] of Object.entries(stages)) {
    const { text: _, ...theirs } = await observe(world, stage, kubectlInPod);
    const { text, ...mine } = await observe(world, stage, inPod([...program, 'version']));
    assert.equal(mine, theirs, `with ${what}: ${text}`);
    assert.is(mine.isDone, !what.startsWith('no '), `with ${what}: ${text}`);
  }
});

test('meant to differ: in a pod kubectl knows no server once it is to act as somebody', async () => {
  const [world] = worlds as [World];
  const stage = podStage(world, { as: 'al', asGroup: ['a'] });
  const theirs = await observe(world, stage, kubectlInPod);
  assert.equal([theirs.isDone, theirs.touched], [false, []]);
  const mine = await observe(world, stage, inPod([...program, 'version']));
  assert.ok(mine.isDone, mine.text);
  assert.match(mine.calls[0]!, /Bearer account.*impersonate-group: a, impersonate-user: al/);
});

test.run();
