// The install namespace: made on first use, marked as ours, and removed only when it is. One that was there before is
// used as it is: never labelled, never deleted.
import type { V1Namespace } from '@kubernetes/client-node';
import { SeccompError } from '../../src/error.ts';
import { installNamespaceObject, NAMESPACE_MARK } from '../../src/rollout/install-namespace.ts';
import type { Clock } from '../../src/rollout/ports.ts';
import { type Api, ApiError } from './api.ts';
import { isOurs, SELECT_OURS } from './labels.ts';

interface Place {
  readonly api: Api;
  readonly namespace: string;
  /** Ends the request. */
  readonly signal?: AbortSignal;
}

/** Builds the namespace. */
export const namespaceObject: (name: string) => V1Namespace = installNamespaceObject;

/** Reads the namespace; undefined when it does not exist. */
export const readNamespace = async ({
  api,
  namespace,
  ...options
}: Place): Promise<V1Namespace | undefined> => {
  try {
    return await api.get<V1Namespace>(`/api/v1/namespaces/${namespace}`, options);
  } catch (thrown) {
    if (thrown instanceof ApiError && thrown.status === 404) return undefined;
    throw thrown;
  }
};

/** Makes the namespace unless it exists; throws `conflict` while it is being deleted. */
export const ensureNamespace = async (place: Place): Promise<void> => {
  const { api, namespace, ...options } = place;
  const existing = await readNamespace(place);
  if (existing?.metadata?.deletionTimestamp)
    throw new SeccompError('conflict', `namespace ${namespace} is being deleted`, {
      hint: 'run the same command again when it is gone',
    });
  if (existing) return;
  try {
    await api.create('/api/v1/namespaces', namespaceObject(namespace), options);
  } catch (thrown) {
    // Somebody else was faster; that is as good.
    if (!(thrown instanceof ApiError) || thrown.reason !== 'AlreadyExists') throw thrown;
  }
};

/** What people put into a namespace. Service accounts, roles and the like come with it on some distributions. */
const KINDS = [
  '/api/v1/%/pods',
  '/api/v1/%/services',
  '/api/v1/%/configmaps',
  '/api/v1/%/secrets',
  '/api/v1/%/persistentvolumeclaims',
  '/apis/apps/v1/%/deployments',
  '/apis/apps/v1/%/daemonsets',
  '/apis/apps/v1/%/statefulsets',
  '/apis/apps/v1/%/replicasets',
  '/apis/batch/v1/%/jobs',
  '/apis/batch/v1/%/cronjobs',
] as const;
/** What we put there ourselves. */
const OUR_KINDS = [
  '/apis/batch/v1/%/jobs',
  '/api/v1/%/pods',
  '/api/v1/%/configmaps',
  '/apis/coordination.k8s.io/v1/%/leases',
] as const;

interface AnyObject {
  readonly type?: string;
  readonly metadata?: { readonly name?: string; readonly labels?: Record<string, string> };
}

/** Lists what is in the namespace and neither ours nor the cluster's own, as `configmaps/x`. */
const findForeign = async ({ api, namespace }: Place): Promise<string[]> => {
  const found: string[] = [];
  for (const kind of KINDS) {
    const resource = kind.slice(kind.lastIndexOf('/') + 1);
    for await (const page of api.list<AnyObject>(kind.replace('%', `namespaces/${namespace}`)))
      for (const { type, metadata } of page) {
        const name = metadata?.name ?? '';
        // Root certificates are put into every namespace, as are tokens on older clusters.
        const isClusters =
          (resource === 'configmaps' &&
            /(^|-)(root|service)-ca\.crt$|-ca-root-cert$|-ca-bundle$/.test(name)) ||
          (resource === 'secrets' && /service-account-token|dockercfg/.test(type ?? ''));
        if (!isOurs(metadata?.labels) && !isClusters) found.push(`${resource}/${name}`);
      }
  }
  return found.toSorted();
};

/** Removes the namespace where we made it, else what is ours in it; see `Cluster.removeNamespace`. */
export const removeNamespace = async (
  { clock, ...place }: Place & { readonly clock: Clock },
  { force, signal }: { readonly force: boolean; readonly signal: AbortSignal },
): Promise<'removed' | 'absent' | 'kept'> => {
  const { api, namespace } = place;
  const existing = await readNamespace(place);
  if (!existing) return 'absent';
  if (existing.metadata?.annotations?.[NAMESPACE_MARK] === undefined) {
    await removeOurObjects(place);
    return 'kept';
  }
  const foreign = force ? [] : await findForeign(place);
  if (foreign.length > 0)
    throw new SeccompError(
      'conflict',
      `namespace ${namespace} holds what is not ours: ${foreign.slice(0, 10).join(', ')}${foreign.length > 10 ? ', …' : ''}`,
      { hint: 'remove it first, or remove everything with --force' },
    );
  const { uid } = existing.metadata;
  const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid } };
  await api.delete(`/api/v1/namespaces/${namespace}`, body).catch(ignoreAbsent);
  await untilGone({ clock, ...place }, uid, signal);
  return 'removed';
};

const removeOurObjects = async ({ api, namespace }: Place): Promise<void> => {
  for (const kind of OUR_KINDS) {
    const path = kind.replace('%', `namespaces/${namespace}`);
    for await (const page of api.list<AnyObject>(path, { labelSelector: SELECT_OURS }))
      for (const { metadata } of page)
        await api
          .delete(`${path}/${metadata?.name}`, { propagationPolicy: 'Background' })
          .catch(ignoreAbsent);
  }
};

const GONE_DEADLINE_MS = 120_000;

const untilGone = async (
  { clock, ...place }: Place & { readonly clock: Clock },
  uid: string | undefined,
  signal: AbortSignal,
): Promise<void> => {
  const end = clock.monotonic() + GONE_DEADLINE_MS;
  while (!signal.aborted) {
    const now = await readNamespace(place);
    if (!now || now.metadata?.uid !== uid) return;
    if (clock.monotonic() > end) {
      const conditions = now.status?.conditions?.map(({ message }) => message).filter(Boolean) ?? [];
      throw new SeccompError(
        'api',
        `namespace ${place.namespace} is still being deleted: ${conditions.join('; ')}`,
        {
          hint: `see kubectl get namespace ${place.namespace} -o yaml`,
        },
      );
    }
    await clock.sleep(500, signal);
  }
};

const ignoreAbsent = (thrown: unknown): void => {
  if (!(thrown instanceof ApiError) || thrown.status !== 404) throw thrown;
};
