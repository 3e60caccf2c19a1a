// The records of releases and the content they need, as ConfigMaps of the install namespace.
import { createHash } from 'node:crypto';
import type { V1ConfigMap } from '@kubernetes/client-node';
import { SeccompError } from '../../src/error.ts';
import type { Obsolete } from '../../src/rollout/history.ts';
import { releaseName } from '../../src/rollout/names.ts';
import type { Release } from '../../src/rollout/release.ts';
import { type Api, ApiError } from './api.ts';
import { selectComponent } from './labels.ts';
import { CHUNK_KEY } from './node-job.ts';
import { parseRecord, renderRecord } from './records.ts';

export interface ReleaseStore {
  read(bundle?: string): Promise<Release[]>;
  write(release: Release): Promise<void>;
  readChunks(release: Release): Promise<Uint8Array[]>;
  forget(obsolete: Obsolete): Promise<void>;
  /** Forgets what was seen of the records: their namespace is being removed. */
  clear(): void;
}

interface Place {
  readonly api: Api;
  readonly namespace: string;
  /** Ends reads. */
  readonly signal: AbortSignal;
}

/** Makes the store; it remembers which version of a record it saw, so that one changed behind us is not overwritten. */
export const createReleaseStore = ({ api, namespace, signal }: Place): ReleaseStore => {
  const path = `/api/v1/namespaces/${namespace}/configmaps`;
  const versions = new Map<string, string>();
  const remember = ({ metadata }: V1ConfigMap): void => {
    if (metadata?.name && metadata.resourceVersion) versions.set(metadata.name, metadata.resourceVersion);
  };
  const remove = async (name: string): Promise<void> => {
    try {
      await api.delete(`${path}/${name}`);
    } catch (thrown) {
      if (!(thrown instanceof ApiError) || thrown.status !== 404) throw thrown;
    }
  };
  return {
    async read(bundle) {
      const releases: Release[] = [];
      const options = { labelSelector: selectComponent('release', bundle), signal };
      for await (const page of api.list<V1ConfigMap>(path, options))
        for (const object of page) {
          releases.push(parseRecord(object));
          remember(object);
        }
      return releases.sort((one, other) =>
        one.bundle === other.bundle ? one.revision - other.revision : one.bundle < other.bundle ? -1 : 1,
      );
    },

    async write(release) {
      const name = releaseName(release.bundle, release.revision);
      const record = renderRecord(release, namespace);
      const resourceVersion = versions.get(name);
      try {
        remember(
          resourceVersion === undefined
            ? await api.create<V1ConfigMap>(path, record)
            : await api.replace<V1ConfigMap>(`${path}/${name}`, {
                ...record,
                metadata: { ...record.metadata, resourceVersion },
              }),
        );
      } catch (thrown) {
        if (!(thrown instanceof ApiError) || (thrown.status !== 409 && thrown.status !== 404)) throw thrown;
        throw new SeccompError('conflict', `somebody else has changed the record ${name}`, {
          hint: 'run the same command again',
          cause: thrown,
        });
      }
    },

    async readChunks({ bundle, revision, chunks = [] }) {
      const contents: Uint8Array[] = [];
      for (const { name, sha256 } of chunks) {
        const content = await readContent(api, `${path}/${name}`, signal);
        // Whoever may write ConfigMaps here must not choose what a rollback brings back.
        if (content === undefined || createHash('sha256').update(content).digest('hex') !== sha256)
          throw new SeccompError(
            'conflict',
            `ConfigMap ${namespace}/${name} is ${content ? 'not what the record says' : 'gone'}: the content of ${bundle}@v${revision} cannot be read`,
            { hint: 'apply the profiles from where they are kept, or choose another revision with --to' },
          );
        contents.push(content);
      }
      return contents;
    },

    async forget({ releases, chunks }) {
      // The records last: chunks that no record names would never be found again.
      for (const name of chunks) await remove(name);
      for (const { bundle, revision } of releases) {
        const name = releaseName(bundle, revision);
        await remove(name);
        versions.delete(name);
      }
    },

    clear: () => versions.clear(),
  };
};

const readContent = async (api: Api, path: string, signal: AbortSignal): Promise<Uint8Array | undefined> => {
  try {
    const { binaryData } = await api.get<V1ConfigMap>(path, { signal });
    return Buffer.from(binaryData?.[CHUNK_KEY] ?? '', 'base64');
  } catch (thrown) {
    if (thrown instanceof ApiError && thrown.status === 404) return undefined;
    throw thrown;
  }
};
