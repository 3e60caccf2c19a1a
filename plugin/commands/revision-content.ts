// What a revision or a generation holds, read from the cluster's records: `web@v3`, `web@3fa9c1d2e4f5a6b7`, and with a
// path one profile of it.
import { collectBundle } from '../../src/bundle/collect.ts';
import { checkBundleName } from '../../src/bundle/entry-path.ts';
import type { Bundle } from '../../src/bundle/manifest-types.ts';
import { SeccompError } from '../../src/error.ts';
import { digest16 } from '../../src/rollout/names.ts';
import type { Cluster } from '../../src/rollout/ports.ts';
import type { Release } from '../../src/rollout/release.ts';
import { chooseRollback } from '../../src/rollout/rollback.ts';

export interface ContentName {
  readonly bundle: string;
  /** One of the two is there. */
  readonly revision?: number;
  /** The first 16 digits of a digest. */
  readonly digest16?: string;
  /** Below the bundle's folder; absent: all of it. */
  readonly path?: string;
}

/** Parses the name of a recorded content; undefined for anything else, e.g. a file's name. */
export const parseContentName = (text: string): ContentName | undefined => {
  const [, bundle = '', revision, digest, path] =
    /^([a-z0-9-]+)@(?:v([1-9]\d{0,8})|([0-9a-f]{16}))(?:\/(.*))?$/s.exec(text) ?? [];
  if (checkBundleName(bundle) !== undefined) return undefined;
  return {
    bundle,
    ...(revision !== undefined && { revision: Number(revision) }),
    ...(digest !== undefined && { digest16: digest }),
    ...(path && { path }),
  };
};

/** Reads the content, verified to its last byte; throws SeccompError `bundle` or `conflict` where it cannot be had. */
export const readContent = async (name: ContentName, cluster: Cluster): Promise<Bundle> => {
  const releases = await cluster.readReleases(name.bundle);
  const release = chooseRelease(name, releases);
  const bundle = await collectBundle(asStream(await cluster.readChunks(release)));
  if (bundle.digest === release.digest) return bundle;
  throw new SeccompError(
    'conflict',
    `the content of ${name.bundle}@v${release.revision} is not what its record says`,
    { hint: 'Somebody else may be writing ConfigMaps in the install namespace.' },
  );
};

const chooseRelease = (
  { bundle, revision, digest16: wanted }: ContentName,
  releases: readonly Release[],
): Release => {
  if (wanted === undefined)
    return chooseRollback(bundle, releases, { ...(revision !== undefined && { to: revision }) });
  const found = releases.findLast(
    ({ digest, chunks = [] }) => digest !== undefined && digest16(digest) === wanted && chunks.length > 0,
  );
  if (found) return found;
  const known = releases.flatMap(({ digest }) =>
    digest === undefined ? [] : `${bundle}@${digest16(digest)}`,
  );
  throw new SeccompError(
    'bundle',
    `no revision with the content ${bundle}@${wanted} is recorded (any more)`,
    {
      hint:
        known.length === 0
          ? `Nothing is recorded of "${bundle}".`
          : `Recorded: ${[...new Set(known)].join(', ')}.`,
    },
  );
};

async function* asStream(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array, void, void> {
  yield* chunks;
}
