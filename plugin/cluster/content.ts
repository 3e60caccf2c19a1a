// Bytes in ConfigMaps: the program and the chunks of bundles. Immutable, named by their hash, and compared before they
// are trusted: whoever can write a ConfigMap here would otherwise choose what runs as root on every node.
import type { V1ConfigMap } from '@kubernetes/client-node';
import { SeccompError } from '../../src/error.ts';
import { type Api, ApiError } from './api.ts';
import type { objectLabels } from './labels.ts';

export interface Content {
  readonly name: string;
  readonly key: string;
  readonly bytes: Uint8Array;
  readonly labels: ReturnType<typeof objectLabels>;
}

/** Creates the ConfigMap, or compares the one that is there; throws `conflict` when it holds anything else. */
export const ensureContent = async (
  { api, namespace, signal }: { readonly api: Api; readonly namespace: string; readonly signal: AbortSignal },
  content: Content,
): Promise<void> => {
  const path = `/api/v1/namespaces/${namespace}/configmaps`;
  try {
    await api.create(path, render(namespace, content), { signal });
  } catch (thrown) {
    if (!(thrown instanceof ApiError) || thrown.reason !== 'AlreadyExists') throw thrown;
    compare(await api.get<V1ConfigMap>(`${path}/${content.name}`, { signal }), namespace, content);
  }
};

const render = (namespace: string, { name, key, bytes, labels }: Content): V1ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace, labels },
  immutable: true,
  binaryData: { [key]: Buffer.from(bytes).toString('base64') },
});

const compare = (existing: V1ConfigMap, namespace: string, { name, key, bytes }: Content): void => {
  const found = Buffer.from(existing.binaryData?.[key] ?? '', 'base64');
  if (found.equals(bytes) && existing.immutable === true) return;
  throw new SeccompError(
    'conflict',
    `ConfigMap ${namespace}/${name} exists, but does not hold what its name says`,
    {
      hint: 'somebody else wrote it; find out who, then delete it and run the same command again',
    },
  );
};
