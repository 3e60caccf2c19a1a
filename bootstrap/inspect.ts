// Inspect: says what lies under a seccomp root, ours with every difference and the rest by name. Writes nothing.
import { checkBundleName } from '../src/bundle/entry-path.ts';
import {
  generationName,
  isStagingName,
  parseGenerationName,
  parseRecordName,
  parseTakenName,
  recordName,
} from '../src/protocol/layout.ts';
import type { NodeRecord } from '../src/protocol/node-record.ts';
import type { BundleOnDisk, Drift, GenerationOnDisk } from '../src/protocol/report.ts';
import type { InspectRequest } from '../src/protocol/request.ts';
import { type LinkState, listGenerationNames, readLinkState, readRecord } from './bundle-state.ts';
import { compareGeneration, readGeneration } from './generation.ts';
import { NodeFailure } from './node-failure.ts';
import type { Done } from './operation.ts';
import type { Site } from './site.ts';

const MAXIMUM_FOREIGN = 200;
const MAXIMUM_DRIFT = 50;

/** Inspects one bundle or, without a name, everything under the root. */
export const inspect = async (site: Site, request: InspectRequest): Promise<Done> => {
  const names = await site.disk.list(site.root);
  const candidates = request.bundle === undefined ? bundlesNamed(names) : [request.bundle];
  const ours = new Set<string>();
  const bundles: BundleOnDisk[] = [];
  for (const name of candidates) {
    const found = await inspectBundle(site, name);
    for (const owned of found.owned) ours.add(owned);
    if (found.bundle) bundles.push(found.bundle);
  }
  const belongs = (name: string) => request.bundle === undefined || name === request.bundle;
  const leftovers = names.filter(isLeftover);
  const foreign = names.filter((name) => belongs(name) && !ours.has(name) && !isLeftover(name));
  const current = bundles.find(({ name }) => name === request.bundle);
  const digest = current?.generations.find(
    (generation) => current.current === generationName(current.name, generation.digest),
  )?.digest;
  return {
    outcome: 'inspected',
    ...(digest?.length === 64 && { digest }),
    ...(current?.revision !== undefined && { revision: current.revision }),
    inspection: { bundles, foreign: foreign.slice(0, MAXIMUM_FOREIGN), leftovers },
  };
};

const isLeftover = (name: string): boolean => isStagingName(name) || parseTakenName(name) !== undefined;

/** Every name that could be a bundle's; whether there is anything of ours is looked at one by one. */
const bundlesNamed = (names: readonly string[]): string[] => {
  const bundles = names.map((name) =>
    checkBundleName(name) === undefined ? name : (parseGenerationName(name)?.bundle ?? parseRecordName(name)),
  );
  return [...new Set(bundles.filter((name) => name !== undefined))].sort();
};

interface FoundBundle {
  /** Absent where nothing of ours has this name. */
  readonly bundle?: BundleOnDisk;
  /** Names directly under the root that are ours, or damaged and listed as such. */
  readonly owned: readonly string[];
}

const inspectBundle = async (site: Site, name: string): Promise<FoundBundle> => {
  const problems: string[] = [];
  const link = await readLinkState(site, name);
  const record = await readRecord(site, name).catch((error: unknown) => {
    if (!(error instanceof NodeFailure)) throw error;
    problems.push(error.message);
    return undefined;
  });
  const generations: GenerationOnDisk[] = [];
  const owned: string[] = [];
  for (const generation of await listGenerationNames(site, name)) {
    const found = await inspectGeneration(site, generation);
    if (found === undefined) continue;
    generations.push(found);
    owned.push(generation);
  }
  const isLinkOurs = link.kind === 'ours' || link.kind === 'removal';
  // A file that is only named like a record of ours is nobody's bundle.
  if (!isLinkOurs && record === undefined && generations.length === 0) return { owned: [] };
  if (isLinkOurs) owned.push(name);
  if (record !== undefined) owned.push(recordName(name));
  return {
    owned,
    bundle: {
      name,
      ...(link.kind === 'ours' && { current: link.generation }),
      ...(record !== undefined && { revision: record.revision, installedAt: record.at }),
      generations,
      problems: [...problems, ...linkProblems(name, link, record, generations)],
    },
  };
};

const inspectGeneration = async (site: Site, name: string): Promise<GenerationOnDisk | undefined> => {
  const generation = await readGeneration(site, name);
  if (generation.kind === 'absent' || generation.kind === 'foreign') return undefined;
  if (generation.kind === 'damaged' || generation.manifest === undefined) {
    const digest =
      generation.kind === 'ours' ? generation.digest : (parseGenerationName(name)?.digest16 ?? '');
    return { digest, state: 'damaged', drift: [] };
  }
  const { digest, manifest, manifestBytes } = generation;
  const drift: Drift[] = await compareGeneration(site, name, { manifest, manifestBytes });
  return { digest, state: drift.length === 0 ? 'intact' : 'drifted', drift: drift.slice(0, MAXIMUM_DRIFT) };
};

const linkProblems = (
  name: string,
  link: LinkState,
  record: NodeRecord | undefined,
  generations: readonly GenerationOnDisk[],
): string[] => {
  if (link.kind === 'removal' || record?.operation === 'remove')
    return [`a removal of ${name} was begun and is not done`];
  if (link.kind === 'foreign') return [`${name} is ${link.what}, which is not ours`];
  if (link.kind === 'absent') return [`the link ${name} is missing`];
  if (!generations.some(({ digest }) => generationName(name, digest) === link.generation)) {
    return [`the link ${name} names ${link.generation}, which is missing`];
  }
  if (record === undefined) return [`the record ${recordName(name)} is missing`];
  if (record.digest !== undefined && generationName(name, record.digest) !== link.generation) {
    return [`the link ${name} names ${link.generation}, the record ${generationName(name, record.digest)}`];
  }
  return [];
};
