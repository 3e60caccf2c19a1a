// The UI's port onto the world, made of what the verbs use: they themselves, the watches, the records and the files.
import { collectBundle } from '../../src/bundle/collect.ts';
import { readBundle } from '../../src/bundle/read.ts';
import { SeccompError } from '../../src/error.ts';
import { readText } from '../../src/profile/read-text.ts';
import { Channel } from '../../src/rollout/channel.ts';
import type { Release } from '../../src/rollout/release.ts';
import type { Connected, ConnectOptions, Files, Outside } from '../outside.ts';
import type { FolderEntry, Port, RunNews } from '../tui/port.ts';
import { runVerb } from './ui-verbs.ts';

/** Makes the port; nothing is sent yet. */
export const createPort = (options: ConnectOptions, outside: Outside): Port => {
  const at = (context: string | undefined): ConnectOptions => ({
    ...options,
    ...(context !== undefined && { context }),
  });
  const contents = new Contents(at, outside);
  const withContents = (context: string | undefined): Files => ({
    ...outside.files,
    kind: async (path) => (parseName(path) === undefined ? await outside.files.kind(path) : 'file'),
    read: async (path, limitBytes) =>
      (await contents.find(path, context)) ?? (await outside.files.read(path, limitBytes)),
  });
  return {
    async *watchFleet(context, signal) {
      const { outside: quiet } = await outside.lend({ signal });
      const cluster = await quiet.connect(at(context));
      yield* cluster.watchFleet(signal);
    },
    async *watchWorkloads(namespace, context, signal) {
      const { outside: quiet } = await outside.lend({ signal });
      const cluster = await quiet.connect(at(context));
      yield* cluster.workloads.watch(namespace === undefined ? {} : { namespace }, signal);
    },
    ask: (words, context, signal) =>
      runVerb(words, { signal, connect: at(context), files: withContents(context) }, outside),
    async *run(words, context, signal, pace) {
      const channel = new Channel<RunNews>();
      const ended = runVerb(
        words,
        {
          signal,
          pace,
          connect: at(context),
          files: outside.files,
          onSaid: (text) => channel.push({ kind: 'said', text }),
          onEvent: (event) => channel.push({ kind: 'event', event }),
        },
        outside,
      ).finally(() => channel.close());
      yield* channel;
      yield { kind: 'ended', answer: await ended };
    },
    readProfile: async ({ bundle, revision, path }, context) => {
      const content = await contents.read(bundle, revision, path, context);
      return readText(content).text;
    },
    listFolder: (folder) => listFolder(folder, outside.files),
    readContexts: () => outside.readNames('contexts', options, outside.signal),
  };
};

/** Parses `./web@v3/nginx.json`, which to verbs is a file; undefined for a name of another form. */
const parseName = (name: string) => {
  const [, bundle, revision, path] = /^\.\/([^@/]+)@v(\d{1,9})\/(.+)$/.exec(name) ?? [];
  if (bundle === undefined || revision === undefined || path === undefined) return undefined;
  return { bundle, revision: Number(revision), path };
};

/** Beyond the formats that `apply` reads, a bundle's file. */
const APPLICABLE = /\.(json|ya?ml|tar|tgz|tar\.gz)$/;

const listFolder = async (
  folder: string,
  files: Files,
): Promise<{ readonly path: string; readonly entries: readonly FolderEntry[] }> => {
  const path = files.resolve(folder);
  const found = await files.listFolder(path);
  return {
    path,
    entries: found
      .filter(({ name, isFolder }) => isFolder || APPLICABLE.test(name))
      .toSorted(
        (one, other) => Number(other.isFolder) - Number(one.isFolder) || (one.name < other.name ? -1 : 1),
      ),
  };
};

/** Contents of revisions, read once: they never change. */
class Contents {
  readonly #at: (context: string | undefined) => ConnectOptions;
  readonly #outside: Outside;
  readonly #clusters = new Map<string | undefined, Promise<Connected>>();
  readonly #read = new Map<string, Promise<ReadonlyMap<string, Uint8Array>>>();

  constructor(at: (context: string | undefined) => ConnectOptions, outside: Outside) {
    this.#at = at;
    this.#outside = outside;
  }

  /** Reads what a name such as `./web@v3/nginx.json` means; undefined for a name of another form. */
  async find(name: string, context: string | undefined): Promise<Uint8Array | undefined> {
    const named = parseName(name);
    return named && (await this.read(named.bundle, named.revision, named.path, context));
  }

  async read(
    bundle: string,
    revision: number,
    path: string,
    context: string | undefined,
  ): Promise<Uint8Array> {
    const key = JSON.stringify([context, bundle, revision]);
    const reading = this.#read.get(key) ?? this.#unpack(bundle, revision, context);
    this.#read.set(key, reading);
    // A failure may have passed when it is asked for again.
    reading.catch(() => this.#read.delete(key));
    const content = (await reading).get(path);
    if (content) return content;
    throw new SeccompError('bundle', `${bundle}@v${revision} has no profile "${path}"`);
  }

  async #unpack(
    bundle: string,
    revision: number,
    context: string | undefined,
  ): Promise<ReadonlyMap<string, Uint8Array>> {
    const cluster = await this.#connect(context);
    const release = (await cluster.readReleases(bundle)).find((one) => one.revision === revision);
    if (release === undefined)
      throw new SeccompError('bundle', `${bundle}@v${revision} is not recorded (any more)`);
    return await unpack(await cluster.readChunks(release), release);
  }

  #connect(context: string | undefined): Promise<Connected> {
    const { signal } = this.#outside;
    const cluster =
      this.#clusters.get(context) ??
      this.#outside.lend({ signal }).then(({ outside }) => outside.connect(this.#at(context)));
    this.#clusters.set(context, cluster);
    return cluster;
  }
}

/** Of a path that has a build for each architecture the first is taken: the one for amd64. */
const unpack = async (
  chunks: readonly Uint8Array[],
  { bundle, revision, digest }: Release,
): Promise<ReadonlyMap<string, Uint8Array>> => {
  const { digest: found, tar, manifest } = await collectBundle(asStream(chunks));
  // The record names both: neither of them is believed about the other.
  if (found !== digest)
    throw new SeccompError('conflict', `the content of ${bundle}@v${revision} is not what its record says`);
  const blobs = new Map<string, Uint8Array>();
  for await (const part of readBundle(asStream([tar])))
    if (part.kind === 'blob') blobs.set(part.sha256, part.content);
  const byPath = new Map<string, Uint8Array>();
  for (const { path, sha256 } of manifest.profiles.toReversed()) byPath.set(path, blobs.get(sha256)!);
  return byPath;
};

async function* asStream(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array, void, void> {
  yield* chunks;
}
