// Reads profiles that are kept as objects. Only names and annotations are listed: most ConfigMaps of a cluster are not
// about seccomp, and may be large.
import type { V1ConfigMap } from '@kubernetes/client-node';
import { MAXIMUM_PROFILE_BYTES } from '../../src/bundle/limits.ts';
import { SeccompError } from '../../src/error.ts';
import type { ProfileConfigMap, ProfileObject, ProfileObjects } from '../../src/workload/profile-objects.ts';
import { type Api, ApiError } from './api.ts';

interface Settings {
  readonly api: Api;
  readonly signal: AbortSignal;
}

interface Listed {
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/** kubernetes-sigs/seccomp-operator, internal/pkg/controllers/profile/profile.go, of August 2020. */
const ANNOTATION = 'seccomp.security.kubernetes.io/profile';
const SPO_GROUP = '/apis/security-profiles-operator.x-k8s.io';
const SPO_RESOURCE = 'seccompprofiles';
/** The newest first. */
const SPO_VERSIONS = ['v1', 'v1beta1', 'v1alpha2', 'v1alpha1'];
/** What the API server adds to an object, managed fields above all, beside a profile of the greatest size. */
const MAXIMUM_OBJECT_BYTES = 4 * MAXIMUM_PROFILE_BYTES;
const READ_AT_ONCE = 8;

/** Makes the port; nothing is sent yet. */
export const createProfileObjects = ({ api, signal }: Settings): ProfileObjects => {
  const list = async (path: string, isWanted: (object: Listed) => boolean): Promise<Listed[]> => {
    const found: Listed[] = [];
    for await (const page of api.list<Listed>(path, { isMetadataOnly: true, signal }))
      found.push(...page.filter(isWanted));
    return found.toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
  };
  return {
    async readConfigMaps(namespace) {
      const scope = namespace === undefined ? '' : `/namespaces/${namespace}`;
      const found = await list(
        `/api/v1${scope}/configmaps`,
        ({ metadata }) => metadata?.annotations?.[ANNOTATION] === 'true',
      );
      const maps = await readEach(found, async ({ metadata = {} }) => {
        const path = `/api/v1/namespaces/${metadata.namespace}/configmaps/${metadata.name}`;
        return describeConfigMap(await api.get<V1ConfigMap>(path, { signal }));
      });
      return maps;
    },

    async readSeccompProfiles(namespace) {
      const { path, isNamespaced } = await findSeccompProfiles(api, signal);
      const scope = (name: string | undefined): string =>
        isNamespaced && name !== undefined
          ? `${path}/namespaces/${name}/${SPO_RESOURCE}`
          : `${path}/${SPO_RESOURCE}`;
      const found = await list(scope(namespace), () => true);
      return await readEach(found, async ({ metadata = {} }): Promise<ProfileObject> => {
        const { name = '', namespace: own } = metadata;
        const text = await api.text(`${scope(own)}/${name}`, {
          query: { pretty: true },
          limitBytes: MAXIMUM_OBJECT_BYTES,
          signal,
        });
        const content = new TextEncoder().encode(text);
        return { name, content, ...(own !== undefined && { namespace: own }) };
      });
    },
  };
};

const keyOf = ({ metadata = {} }: Listed): string => `${metadata.namespace ?? ''}\0${metadata.name ?? ''}`;

/** Reads a few at a time, and leaves out what is gone since it was listed. */
const readEach = async <T>(found: readonly Listed[], read: (one: Listed) => Promise<T>): Promise<T[]> => {
  const all: T[] = [];
  for (let start = 0; start < found.length; start += READ_AT_ONCE) {
    const some = await Promise.all(
      found.slice(start, start + READ_AT_ONCE).map((one) => read(one).catch(undefinedWhereGone)),
    );
    all.push(...some.filter((one) => one !== undefined));
  }
  return all;
};

const undefinedWhereGone = (thrown: unknown): undefined => {
  if (!(thrown instanceof ApiError) || thrown.status !== 404) throw thrown;
};

const describeConfigMap = ({ metadata, data = {}, binaryData = {} }: V1ConfigMap): ProfileConfigMap => ({
  namespace: metadata?.namespace ?? '',
  name: metadata?.name ?? '',
  entries: [
    ...Object.entries(data).map(([key, text]) => ({ key, content: new TextEncoder().encode(text) })),
    ...Object.entries(binaryData).map(([key, text]) => ({
      key,
      content: new Uint8Array(Buffer.from(text, 'base64')),
    })),
  ].toSorted((one, other) => (one.key < other.key ? -1 : 1)),
});

interface ApiGroup {
  readonly versions?: readonly { readonly version?: string }[];
}

interface ApiResources {
  readonly resources?: readonly { readonly name?: string; readonly namespaced?: boolean }[];
}

const findSeccompProfiles = async (
  api: Api,
  signal: AbortSignal,
): Promise<{ path: string; isNamespaced: boolean }> => {
  const group = await api.get<ApiGroup>(SPO_GROUP, { signal }).catch(undefinedWhereGone);
  const served = group?.versions?.map(({ version }) => version) ?? [];
  for (const version of SPO_VERSIONS.filter((one) => served.includes(one))) {
    const path = `${SPO_GROUP}/${version}`;
    const known = await api.get<ApiResources>(path, { signal }).catch(undefinedWhereGone);
    const kind = known?.resources?.find(({ name }) => name === SPO_RESOURCE);
    if (kind) return { path, isNamespaced: kind.namespaced === true };
  }
  throw new SeccompError('api', 'this cluster knows no SeccompProfile objects', {
    hint: 'The Security Profiles Operator brings the kind; is this the right context?',
  });
};
