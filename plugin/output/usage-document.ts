// The document of `usage -o json|yaml`, version kubectl-seccomp/v1, and how it is built.
import { generationName } from '../../src/protocol/layout.ts';
import type { Contents } from '../../src/rollout/contents.ts';
import type { PodVerdict, Usage } from '../../src/rollout/usage.ts';
import type { Profile } from '../../src/workload/confinement.ts';
import { API_VERSION, type Document } from './document.ts';
import { countBy } from './many-rows.ts';

export interface UsageDocument extends Document {
  readonly kind: 'Usage';
  /** Absent: all namespaces. */
  readonly namespace?: string;
  readonly containers: readonly ContainerUsageDocument[];
  /** What could not be read, so that users may be missing or their states unknown. */
  readonly unread: readonly UnreadDocument[];
}

export interface UnreadDocument {
  /** As kubectl names it, e.g. `cronjobs.batch`. */
  readonly resource: string;
  readonly message: string;
}

/** One container of one workload under one profile. */
export interface ContainerUsageDocument {
  readonly namespace: string;
  /** `group` is absent for Kubernetes' own kinds; of any other, such as an Argo Rollout, the template is not read. */
  readonly workload: { readonly kind: string; readonly name: string; readonly group?: string };
  readonly container: {
    readonly name: string;
    readonly role: 'container' | 'init' | 'sidecar' | 'ephemeral';
  };
  readonly profile: ProfileDocument;
  /** `container`, `pod`, `container-annotation`, `pod-annotation` or `default`. */
  readonly setBy: string;
  /** Why no profile is applied all the same: `privileged`, `sandbox` or `windows`. */
  readonly notApplied?: string;
  /** What an old annotation asks for in vain: Kubernetes 1.27 and later do not read it. */
  readonly ignoredAnnotation?: ProfileDocument;
  /** Whether the workload's template says this now; false for bare pods and for pods of an earlier template. */
  readonly isInTemplate: boolean;
  /** The bundle that the path belongs to by its form. */
  readonly bundle?: string;
  /** The generation that the path pins, e.g. `web@3fa9c1d2e4f5a6b7`. */
  readonly generation?: string;
  /** Where a bundle holds what a path below `operator/` names. */
  readonly replacement?: string;
  /** Pods by state; without any that tells, nodes on which the template's pods could run, by what is known of the file. */
  readonly summary: Readonly<Record<string, number>>;
  readonly pods: readonly PodUsageDocument[];
}

export interface ProfileDocument {
  /** As in the API; `None`: nothing is set. */
  readonly type: 'Localhost' | 'RuntimeDefault' | 'Unconfined' | 'None';
  readonly localhostProfile?: string;
}

export interface PodUsageDocument {
  readonly name: string;
  readonly node?: string;
  /** Of the container: `running`, `waiting`, `ended` or `unknown`. */
  readonly container: string;
  /** Why it waits, e.g. `CreateContainerError`. */
  readonly reason?: string;
  /** By the node's clock, RFC 3339. */
  readonly startedAt?: string;
  /**
   * `current`, `older`, `present`, `missing-bundle`, `missing-profile`, `unmanaged`, `unscheduled` or `unknown`; absent
   * where no file is needed.
   */
  readonly state?: string;
}

/** Builds the document; `contents` only finds where a bundle took over from an older path. */
export const usageDocument = (
  usages: readonly Usage[],
  unread: readonly UnreadDocument[],
  contents: Contents | undefined,
  namespace: string | undefined,
): UsageDocument => ({
  apiVersion: API_VERSION,
  kind: 'Usage',
  ...(namespace !== undefined && { namespace }),
  containers: usages.map((usage) => describeUsage(usage, contents)),
  unread,
});

const describeUsage = (
  { row, named, pods, eligible }: Usage,
  contents: Contents | undefined,
): ContainerUsageDocument => {
  const { profile, source, notApplied, ignoredAnnotation } = row.confinement;
  const replacement = named?.kind === 'operator' ? replacementOf(named.path, contents) : undefined;
  return {
    namespace: row.namespace,
    workload: row.workload,
    container: row.container,
    profile: describeProfile(profile),
    setBy: source,
    ...(notApplied && { notApplied }),
    ...(ignoredAnnotation && { ignoredAnnotation: describeProfile(ignoredAnnotation) }),
    isInTemplate: row.template !== undefined,
    ...((named?.kind === 'linked' || named?.kind === 'pinned') && { bundle: named.bundle }),
    ...(named?.kind === 'pinned' && { generation: generationName(named.bundle, named.digest16) }),
    ...(replacement !== undefined && { replacement }),
    summary: { ...(eligible ?? countBy(pods.flatMap(({ use }) => use ?? []))) },
    pods: pods.map(describePod),
  };
};

/**
 * A bundle made of a namespace's ConfigMaps holds `<namespace>/<configmap>/<key>`, as the operator's folder did, and one
 * of its SeccompProfiles `<namespace>/<name>.json`. Those without a namespace are in a bundle of any name.
 */
const replacementOf = (path: string, contents: Contents | undefined): string | undefined => {
  const [bundle = '', ...rest] = path.split('/');
  if (rest.length === 0) {
    const holder = contents?.findObjectHolder(path);
    return holder === undefined ? undefined : `${holder}/${path}`;
  }
  return contents?.hasEverHeld(bundle, rest.join('/')) ? path : undefined;
};

const describeProfile = (profile: Profile): ProfileDocument => {
  switch (profile.kind) {
    case 'localhost':
      return { type: 'Localhost', localhostProfile: profile.path };
    case 'runtime-default':
      return { type: 'RuntimeDefault' };
    case 'unconfined':
      return { type: 'Unconfined' };
    case 'none':
      return { type: 'None' };
  }
};

const describePod = ({ name, node, state, reason, startedAtMs, use }: PodVerdict): PodUsageDocument => ({
  name,
  ...(node !== undefined && { node }),
  container: state,
  ...(reason !== undefined && { reason }),
  ...(startedAtMs !== undefined && { startedAt: new Date(startedAtMs).toISOString().replace('.000Z', 'Z') }),
  ...(use !== undefined && { state: use }),
});
