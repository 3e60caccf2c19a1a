// Profiles whose fate is known, a cluster that has them, and pods that name them.
import { compressBundle } from '../../src/bundle/compress.ts';
import { packBundle } from '../../src/bundle/pack.ts';
import { digest16 } from '../../src/rollout/names.ts';
import type { NodeSeen } from '../../src/rollout/node.ts';
import type { Release } from '../../src/rollout/release.ts';
import type { CheckSubject } from '../../src/workload/check.ts';
import type { ContainerObject, PodSpec } from '../../src/workload/objects.ts';
import { FakeClock } from './fake-clock.ts';
import { FakeCluster, sampleInstalledNode } from './fake-cluster.ts';
import { sampleDigest, sampleRelease } from './rollout-samples.ts';

export const bytesOf = (profile: unknown): Uint8Array =>
  new TextEncoder().encode(typeof profile === 'string' ? profile : JSON.stringify(profile));

/** Allows all but some calls. */
export const refusing = (names: readonly string[], action = 'SCMP_ACT_ERRNO'): object => ({
  defaultAction: 'SCMP_ACT_ALLOW',
  syscalls: [{ names, action }],
});

/** Refuses all but some calls. */
export const allowing = (names: readonly string[], defaultAction = 'SCMP_ACT_ERRNO'): object => ({
  defaultAction,
  syscalls: [{ names, action: 'SCMP_ACT_ALLOW' }],
});

/** By name in the bundle `web`. */
export const PROFILES: Readonly<Record<string, object>> = {
  'open.json': refusing(['chroot']),
  'stifling.json': allowing(['execve', 'exit_group']),
  'strict.json': refusing(['statx']),
};

export const localhost = (localhostProfile: string): NonNullable<ContainerObject['securityContext']> => ({
  seccompProfile: { type: 'Localhost', localhostProfile },
});

/** A Deployment in `shop` with one container under a profile of `web`. */
export const sampleSubject = (
  path: string,
  container: Partial<ContainerObject> = {},
  spec: PodSpec = {},
): CheckSubject => ({
  namespace: 'shop',
  workload: { kind: 'Deployment', name: 'front' },
  template: {
    spec: { containers: [{ name: 'main', securityContext: localhost(path), ...container }], ...spec },
  },
});

export interface CheckBench {
  readonly cluster: FakeCluster;
  readonly digest: string;
  readonly release: Release;
}

/** A cluster that has the bundle `web` on node-1 by label and record, with its content; other nodes as given. */
export const checkBench = async (others: readonly NodeSeen[] = []): Promise<CheckBench> => {
  const profiles = Object.entries(PROFILES).map(([path, profile]) => ({ path, content: bytesOf(profile) }));
  const { manifest, digest, tar } = await packBundle('web', profiles);
  const chunk = await compressBundle(tar);
  const node = sampleInstalledNode('node-1', 'web', digest);
  const chunks = [{ name: 'bundle-web', sha256: sampleDigest('web') }];
  const release = sampleRelease([node], { digest, manifest, chunks });
  const cluster = new FakeCluster({ nodes: [node, ...others], releases: [release], clock: new FakeClock() });
  cluster.uploaded.set('bundle-web', chunk);
  return { cluster, digest: digest16(digest), release };
};
