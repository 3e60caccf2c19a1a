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
  const share = shareTexts();
  const pump = async <T>(
    part: FleetPart,
    path: string,
    labelSelector: string,
    take: (event: WatchEvent<T> & { object: T }) => FleetNews | undefined,
  ): Promise<void> => {
    try {
      for await (const event of api.watch<T>(path, { labelSelector, signal })) {
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
      ({ kind, object }) => (kind === 'set' ? readRecord(object, share) : goneRecord(object)),
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

const readRecord = (object: V1ConfigMap, share: (text: string) => string): FleetNews => {
  try {
    return { kind: 'release', release: shareNodes(parseRecord(object), share) };
  } catch (thrown) {
    return { kind: 'damaged', message: thrown instanceof Error ? thrown.message : String(thrown) };
  }
};

/** A deletion that was missed comes without labels; the name says it all. */
const goneRecord = ({ metadata }: V1ConfigMap): FleetNews | undefined => {
  const [, named, revision] = /^release-(.+)-v(\d+)$/.exec(metadata?.name ?? '') ?? [];
  const bundle = metadata?.labels?.[BUNDLE_LABEL] ?? named;
  return bundle === undefined || revision === undefined
    ? undefined
    : { kind: 'release-gone', bundle, revision: Number(revision) };
};

/** Ten records of 5,000 nodes repeat the same identities: one copy of each is kept. */
const shareNodes = (release: Release, share: (text: string) => string): Release => ({
  ...release,
  nodes: Object.fromEntries(
    Object.entries(release.nodes).map(([name, said]) => [
      share(name),
      Object.fromEntries(
        Object.entries(said).map(([field, value]) => [field, share(String(value))]),
      ) as unknown as ReleaseNode,
    ]),
  ),
});

const shareTexts = (): ((text: string) => string) => {
  const known = new Map<string, string>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    known.set(text, text);
    return text;
  };
};
