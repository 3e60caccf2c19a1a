// A small shop to bind profiles in: a cluster with the bundle `web`, and a Deployment.
import { runCli } from '../../plugin/cli.ts';
import type { SeccompError } from '../../src/error.ts';
import type { NodeSeen } from '../../src/rollout/node.ts';
import type { ControllerObject } from '../../src/workload/objects.ts';
import { FakeClock } from './fake-clock.ts';
import { FakeCluster, sampleInstalledNode } from './fake-cluster.ts';
import { FakeControllers } from './fake-controllers.ts';
import { type FakeOutside, fakeOutside } from './fake-outside.ts';
import { DIGEST, sampleManifest, sampleRelease } from './rollout-samples.ts';

export const NGINX = 'web/nginx.json';
export const node = sampleInstalledNode('node-1', 'web', DIGEST);
const manifest = {
  ...sampleManifest,
  profiles: [{ path: 'nginx.json', sha256: 'a'.repeat(64), sizeBytes: 1 }],
};
const release = sampleRelease([node], { manifest });

/** A Deployment of one pod, rolled out as soon as it is changed. */
export const deployment = (name: string, template: object = {}): ControllerObject =>
  ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'shop', generation: 1 },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { securityContext: {}, containers: [{ name: 'main', image: 'nginx:1.29' }], ...template },
      },
    },
    status: { observedGeneration: 2, replicas: 1, updatedReplicas: 1, availableReplicas: 1 },
  }) as ControllerObject;

export interface Scene {
  readonly controllers: FakeControllers;
  readonly outside: FakeOutside;
}

/** A cluster in which node-1 has the bundle web with nginx.json, and a Deployment front. */
export const scene = (
  changes: Partial<Parameters<typeof fakeOutside>[0]> & { nodes?: readonly NodeSeen[] } = {},
): Scene => {
  const { nodes = [node], ...others } = changes ?? {};
  const controllers = new FakeControllers();
  controllers.put('Deployment', deployment('front'));
  const clock = new FakeClock();
  const cluster = new FakeCluster({ nodes, releases: [release], clock });
  return { controllers, outside: fakeOutside({ controllers, cluster, clock, ...others }) };
};
/** Runs bind to its end. */
export const run = async (one: Scene, ...args: string[]): Promise<FakeOutside> => {
  await runCli(['bind', ...args], one.outside);
  return one.outside;
};
/** Runs bind, which must be refused. */
export const failure = async (one: Scene, ...args: string[]): Promise<SeccompError> => {
  try {
    await run(one, ...args);
  } catch (thrown) {
    return thrown as SeccompError;
  }
  throw new Error('it was not refused');
};
/** What a Deployment's pods run under. */
export const profileOf = ({ controllers }: Scene, name = 'front'): unknown =>
  controllers.get('Deployment', name).spec?.template?.spec?.securityContext?.seccompProfile;
export const patchesOf = ({ controllers }: Scene): string[] =>
  controllers.calls.filter((call) => call.startsWith('patch'));
