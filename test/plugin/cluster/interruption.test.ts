// Ctrl-C against an API server that takes requests and never answers.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Api } from '../../../plugin/cluster/api.ts';
import { openApi } from '../../../plugin/cluster/connection.ts';
import { createKubernetesCluster } from '../../../plugin/cluster/kubernetes-cluster.ts';
import { localClock } from '../../../plugin/local-clock.ts';
import { SeccompError } from '../../../src/error.ts';
import type { Cluster, NodeTask } from '../../../src/rollout/ports.ts';
import { type FakeApiServer, sendJson, startFakeApiServer } from '../../support/fake-api-server.ts';
import { sampleNode } from '../../support/fake-cluster.ts';

interface Context {
  fake: FakeApiServer;
  api: Api;
  cluster: Cluster;
  interruption: AbortController;
}

const test = suite<Context>('plugin/cluster/interruption');
const task: NodeTask = {
  node: sampleNode('a'),
  run: 'web-v1-1',
  attempt: 1,
  request: { version: 1, operation: 'remove', bundle: 'web', revision: 1, force: false },
  chunkConfigMaps: [],
};
const reason = new SeccompError('interrupted', 'interrupted by SIGINT');

test.before.each(async (context) => {
  // Takes the request and says nothing.
  context.fake = await startFakeApiServer(() => {});
  context.interruption = new AbortController();
  context.api = await openApi(
    { server: context.fake.url },
    {
      environment: {},
      clock: localClock,
      stdin: {},
      stderr: process.stderr,
      version: '1.2.3',
      onWarning: () => {},
    },
  );
  context.cluster = createKubernetesCluster({
    api: context.api,
    clock: localClock,
    options: {
      installNamespace: 'kubectl-seccomp',
      image: 'node:24',
      privilege: 'default',
      launch: 'job',
      jobTimeoutMs: 1000,
    },
    program: new Uint8Array(),
    holder: 'alice@laptop',
    signal: context.interruption.signal,
  });
});

test.after.each(async ({ fake, api }) => {
  api.close();
  await fake.stop();
});

const MOST_TURNS = 20;

const ASKING: Readonly<Record<string, (cluster: Cluster, signal: AbortSignal) => Promise<unknown>>> = {
  readNodes: (cluster) => cluster.readNodes({ selector: '' }),
  readReleases: (cluster) => cluster.readReleases('web'),
  whoAmI: (cluster) => cluster.whoAmI(),
  prepare: (cluster) => cluster.prepare([]),
  admit: (cluster) => cluster.admit(task),
  acquireLease: (cluster, signal) => cluster.acquireLease('web', { waitMs: 0, onWait: () => {}, signal }),
};

for (const [name, ask] of Object.entries(ASKING))
  test(`${name} ends at once`, async ({ cluster, fake, interruption }) => {
    let asked = (): void => {};
    const isAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    fake.answer = (response, { path }) =>
      // The lease is asked for in a namespace that is there.
      name === 'acquireLease' && path.endsWith('/kubectl-seccomp') ? sendJson(response, {}) : asked();
    const asking = ask(cluster, interruption.signal).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    await isAsked;
    interruption.abort(reason);
    // The server never answers: within a few turns of the event loop nothing but the abort can have ended it.
    const patience = (async () => {
      for (let turn = 0; turn < MOST_TURNS; turn++) await new Promise((resolve) => setImmediate(resolve));
      return 'still asking';
    })();
    assert.is(await Promise.race([asking, patience]), reason);
  });

test('what cleans up goes on', async ({ cluster, fake, interruption }) => {
  fake.answer = (response) => sendJson(response, { metadata: { name: 'x', resourceVersion: '1' } });
  interruption.abort(reason);
  await cluster.discard(task);
  await cluster.label(task.node, { web: null });
  await cluster.forget({ releases: [], chunks: ['bundle-web-1'] });
  assert.equal(
    fake.calls.map(({ method }) => method),
    ['DELETE', 'PATCH', 'DELETE'],
  );
});

test.run();
