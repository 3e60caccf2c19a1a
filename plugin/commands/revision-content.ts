// What a revision or a generation holds, read from the cluster's records.
import { collectBundle } from '../../src/bundle/collect.ts';
import type { Bundle } from '../../src/bundle/manifest-types.ts';
import { SeccompError } from '../../src/error.ts';
import { digest16 } from '../../src/rollout/names.ts';
import type { Cluster } from '../../src/rollout/ports.ts';
import type { Release } from '../../src/rollout/release.ts';
import { chooseRollback } from '../../src/rollout/rollback.ts';
import type { ContentName } from './content-name.ts';

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
