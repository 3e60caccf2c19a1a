// What the terminal UI lives on: two watches, of nodes and of the records of releases, told as news of the fleet.
import type { V1ConfigMap, V1Node } from '@kubernetes/client-node';
import { Channel } from '../../src/rollout/channel.ts';
import type { FleetNews, FleetPart } from '../../src/rollout/fleet.ts';
import type { Release, ReleaseNode } from '../../src/rollout/release.ts';
import type { Api, WatchEvent } from './api.ts';
import { BUNDLE_LABEL, selectComponent } from './labels.ts';
import { readNode } from './node-facts.ts';
import { parseRecord } from './records.ts';

export interface FleetWatchSettings {
  readonly api: Api;
  readonly installNamespace: string;
  readonly kubeletRoot?: string;
}

/** Yields what is there, then what changes, until the signal aborts. A watch that is refused ends with its reason. */
export async function* watchFleet(
  { api, installNamespace, kubeletRoot }: FleetWatchSettings,
  signal: AbortSignal,
): AsyncGenerator<FleetNews> {
  const channel = new Channel<FleetNews>();
  const records = new Records();
  const pump = async <T>(
    part: FleetPart,
    path: string,
    labelSelector: string,
    take: (event: WatchEvent<T> & { object: T }) => FleetNews | undefined,
  ): Promise<void> => {
    try {
      for await (const event of api.watch<T>(path, { labelSelector, signal, isPatient: true })) {
        if (event.kind === 'synced') channel.push({ kind: 'synced', part });
        else if (event.kind === 'regained') channel.push({ kind: 'regained', part });
        else if (event.kind === 'lost') channel.push({ kind: 'lost', part, message: event.message });
        else {
          const news = take(event);
          if (news) channel.push(news);
        }
      }
    } catch (thrown) {
      if (signal.aborted) return;
      channel.push({
        kind: 'ended',
        part,
        message: thrown instanceof Error ? thrown.message : String(thrown),
      });
    }
  };
  const pumps = Promise.all([
    pump<V1Node>('nodes', '/api/v1/nodes', '', ({ kind, object }) =>
      kind === 'set'
        ? { kind: 'node', node: readNode(object, kubeletRoot) }
        : { kind: 'node-gone', name: object.metadata?.name ?? '' },
    ),
    pump<V1ConfigMap>(
      'records',
      `/api/v1/namespaces/${installNamespace}/configmaps`,
      selectComponent('release'),
      ({ kind, object }) => (kind === 'set' ? records.read(object) : records.gone(object)),
    ),
  ]);
  const stop = () => channel.close();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    yield* channel;
  } finally {
    signal.removeEventListener('abort', stop);
    channel.close();
  }
  await pumps;
}

/** Of so many records it is kept unpacked what each node came to; who looks at an older one waits a moment. */
const KEPT_UNPACKED = 16;

/**
 * Reads records as they are told. Ten of each bundle with 5,000 nodes each are most of what there is to remember, and
 * hardly ever looked at but for the newest: they are kept packed, and unpacked where somebody asks for their nodes.
 */
class Records {
  readonly #share = shareTexts();
  readonly #versions = new Map<string, string>();
  /** In the order in which they were last asked for. */
  readonly #unpacked = new Set<Release['nodes']>();

  /** Undefined for one that has not changed: a list tells it again. */
  read(object: V1ConfigMap): FleetNews | undefined {
    const { name = '', resourceVersion = '' } = object.metadata ?? {};
    if (resourceVersion !== '' && this.#versions.get(name) === resourceVersion) return undefined;
    this.#versions.set(name, resourceVersion);
    try {
      return { kind: 'release', release: this.#pack(parseRecord(object), object) };
    } catch (thrown) {
      return { kind: 'damaged', message: thrown instanceof Error ? thrown.message : String(thrown) };
    }
  }

  gone(object: V1ConfigMap): FleetNews | undefined {
    this.#versions.delete(object.metadata?.name ?? '');
    return goneRecord(object);
  }

  #pack({ nodes: _, ...said }: Release, { metadata, data, binaryData }: V1ConfigMap): Release {
    // Without what only the API server knows of it.
    const packed = { metadata: { name: metadata?.name, labels: metadata?.labels }, data, binaryData };
    let known: WeakRef<Release['nodes']> | undefined;
    const nodes = (): Release['nodes'] => {
      const unpacked = known?.deref() ?? shareNodes(parseRecord(packed as V1ConfigMap), this.#share);
      if (known?.deref() !== unpacked) known = new WeakRef(unpacked);
      this.#keep(unpacked);
      return unpacked;
    };
    return Object.defineProperty(said, 'nodes', { get: nodes, enumerable: true }) as Release;
  }

  #keep(unpacked: Release['nodes']): void {
    this.#unpacked.delete(unpacked);
    this.#unpacked.add(unpacked);
    for (const oldest of this.#unpacked) {
      if (this.#unpacked.size <= KEPT_UNPACKED) return;
      this.#unpacked.delete(oldest);
    }
  }
}

/** A deletion that was missed comes without labels; the name says it all. */
const goneRecord = ({ metadata }: V1ConfigMap): FleetNews | undefined => {
  const [, named, revision] = /^release-(.+)-v(\d+)$/.exec(metadata?.name ?? '') ?? [];
  const bundle = metadata?.labels?.[BUNDLE_LABEL] ?? named;
  return bundle === undefined || revision === undefined
    ? undefined
    : { kind: 'release-gone', bundle, revision: Number(revision) };
};

/** Ten records of 5,000 nodes repeat the same identities: one copy of each is kept. */
const shareNodes = ({ nodes }: Release, share: (text: string) => string): Release['nodes'] =>
  Object.fromEntries(
    Object.entries(nodes).map(([name, said]) => [
      share(name),
      Object.fromEntries(
        Object.entries(said).map(([field, value]) => [field, share(String(value))]),
      ) as unknown as ReleaseNode,
    ]),
  );

const shareTexts = (): ((text: string) => string) => {
  const known = new Map<string, string>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    known.set(text, text);
    return text;
  };
};
