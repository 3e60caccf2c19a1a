// Looks at what an install would find, and refuses what it must not touch. Writes nothing.
import { generationName } from '../src/protocol/layout.ts';
import { isSameStep, type NodeRecord } from '../src/protocol/node-record.ts';
import type { Drift } from '../src/protocol/report.ts';
import type { InstallRequest } from '../src/protocol/request.ts';
import { readOwnLink, readRecord, refuseStale } from './bundle-state.ts';
import { compareGeneration, type Generation, readGeneration } from './generation.ts';
import { NodeFailure } from './node-failure.ts';
import type { Site } from './site.ts';
import { chooseForNode } from './stage.ts';

export interface Found {
  /** Absent, or to be moved aside with force: the whole generation must be staged. */
  readonly isWhole: boolean;
  readonly isDamaged: boolean;
  /** Paths of the generation's profiles for this node; empty while there is none. */
  readonly files: readonly string[];
  readonly drift: readonly Drift[];
  /** Link, record and every byte are as wanted. */
  readonly isDone: boolean;
}

/** Reads the state of one bundle's generation, link and record; throws NodeFailure for what is in the way. */
export const look = async (site: Site, request: InstallRequest): Promise<Found> => {
  const name = generationName(request.bundle, request.digest);
  const link = await readOwnLink(site, request.bundle);
  const record = await readRecord(site, request.bundle);
  refuseStale(record, request);
  const generation = await readGeneration(site, name);
  refuseOther(name, generation, request);
  if (generation.kind !== 'ours') {
    return { isWhole: true, isDamaged: generation.kind === 'damaged', files: [], drift: [], isDone: false };
  }
  const { manifest, manifestBytes } = generation;
  if (manifest === undefined) {
    throw new NodeFailure('damaged', `the manifest of ${name} has a format that this program does not know`);
  }
  const files = chooseForNode(manifest, site.architecture).map(({ path }) => path);
  const drift = await compareGeneration(site, name, { manifest, manifestBytes });
  const isCurrent = link.kind === 'ours' && link.generation === name;
  const isRecorded = record !== undefined && isSameStep(record, recordOf(site, request));
  return {
    isWhole: false,
    isDamaged: false,
    files,
    drift,
    isDone: drift.length === 0 && isCurrent && isRecorded,
  };
};

const refuseOther = (name: string, generation: Generation, { force, digest }: InstallRequest): void => {
  if (generation.kind === 'foreign') {
    throw new NodeFailure(
      'foreign',
      `${name} in the seccomp root is a ${generation.found}: it was left alone`,
    );
  }
  if (generation.kind === 'damaged' && !force) {
    throw new NodeFailure(
      'damaged',
      `${name} is not what its name says (${generation.why}): it was left alone`,
    );
  }
  // 64 bits of a hash can be made to meet on purpose.
  if (generation.kind === 'ours' && generation.digest !== digest) {
    throw new NodeFailure(
      'clash',
      `${name} holds the bundle with the digest ${generation.digest}: ${digest} begins with the same digits`,
    );
  }
};

/** Makes the record of an install. */
export const recordOf = (site: Site, { revision, digest }: InstallRequest): NodeRecord => ({
  version: 1,
  operation: 'install',
  revision,
  digest,
  at: new Date(site.now()).toISOString(),
});
