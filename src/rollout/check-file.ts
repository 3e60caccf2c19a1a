// Whether the file that a pod names is on a node, and which content it has: by what labels and records claim, or by what
// the node's own disk was seen to hold.
import { generationName, type LocalhostProfile } from '../protocol/layout.ts';
import type { GenerationOnDisk, Inspection } from '../protocol/report.ts';
import type { StartReason, StartReasonCode, StartVerdict } from '../workload/check.ts';
import type { Contents } from './contents.ts';
import { digest16 } from './names.ts';
import type { NodeSeen } from './node.ts';

/** One content that a file may have. */
export interface FileContent {
  readonly bundle: string;
  readonly digest16: string;
  readonly sha256: string;
}

export interface FileFound {
  readonly reasons: readonly StartReason[];
  /** Several where a rollout was cut short on the node; none where it is not known. */
  readonly contents: readonly FileContent[];
}

type Named = Extract<LocalhostProfile, { kind: 'linked' | 'pinned' }>;

/** Finds the file; without `inspection` by labels and records, without `contents` (nothing could be read) not at all. */
export const findFile = (
  node: NodeSeen,
  profile: LocalhostProfile,
  contents: Contents | undefined,
  inspection: Inspection | 'unasked' | undefined,
): FileFound => {
  if (node.exclusion !== undefined) return only('file-unknown', 'unknown', node.exclusion);
  if (profile.kind === 'operator' || profile.kind === 'foreign') return UNMANAGED;
  if (contents === undefined)
    return only('file-unknown', 'unknown', 'the records of bundles could not be read');
  if (inspection === 'unasked') return only('file-unknown', 'unknown', 'the disk could not be asked');
  return inspection ? onDisk(node, profile, contents, inspection) : byRecords(node, profile, contents);
};

const only = (code: StartReasonCode, verdict: StartVerdict, message: string): FileFound => ({
  reasons: [{ code, verdict, message }],
  contents: [],
});

const UNMANAGED = only(
  'unmanaged',
  'unknown',
  'the file is not from a bundle of this plugin: nothing tells whether it is there',
);

const missingBundle = (named: Named): FileFound =>
  named.kind === 'pinned'
    ? only('missing-bundle', 'fails', `${generationName(named.bundle, named.digest16)} is not on the node`)
    : only('missing-bundle', 'fails', `bundle ${named.bundle} is not on the node`);

const byRecords = (node: NodeSeen, named: Named, contents: Contents): FileFound => {
  switch (contents.fileOn(node.name, named)) {
    case 'unmanaged':
      return UNMANAGED;
    case 'missing-bundle':
      return missingBundle(named);
    case 'unknown':
      return only('file-unknown', 'unknown', 'labels and records do not tell what is on the node');
    default:
      return together(
        contents.digestsOn(node.name, named).map((digest) => inContent(named, digest, node, contents)),
      );
  }
};

/** Of several contents that it may have, each is judged; the file is missing for sure only where none has it. */
const together = (found: readonly FileFound[]): FileFound => {
  const isUnanimous = new Set(found.map(({ reasons }) => reasons.length === 0)).size === 1;
  return {
    reasons: found.flatMap(({ reasons }) =>
      reasons.map((reason) => (isUnanimous ? reason : { ...reason, verdict: 'unknown' as const })),
    ),
    contents: found.flatMap((one) => one.contents),
  };
};

const inContent = (named: Named, digest: string, node: NodeSeen, contents: Contents): FileFound => {
  const generation = { bundle: named.bundle, digest16: digest };
  const build = contents.buildIn(generation, named.path, node.architecture);
  const where = generationName(named.bundle, digest);
  switch (build.kind) {
    case 'known':
      return { reasons: [], contents: [{ ...generation, sha256: build.sha256 }] };
    case 'missing':
      return only('missing-profile', 'fails', `${where} has no profile ${named.path}`);
    case 'no-build':
      return only('architecture', 'fails', `${where} has no build of ${named.path} for ${node.architecture}`);
    case 'unknown':
      return only('content-unknown', 'unknown', `no record says what ${where} holds`);
  }
};

const onDisk = (node: NodeSeen, named: Named, contents: Contents, inspection: Inspection): FileFound => {
  const bundle = inspection.bundles.find(({ name }) => name === named.bundle);
  if (bundle === undefined)
    return inspection.foreign.includes(named.bundle) ? UNMANAGED : missingBundle(named);
  const wanted = named.kind === 'pinned' ? named.digest16 : bundle.current?.split('@')[1];
  const generation = bundle.generations.find(({ digest }) => digest16(digest) === wanted);
  if (wanted === undefined || generation === undefined) return missingBundle(named);
  const found = inContent(named, wanted, node, contents);
  const reasons = driftOf(generation, named, wanted);
  return reasons.length === 0 ? found : { reasons, contents: [] };
};

/** What the disk has is not what was installed: what it is instead, nobody has looked at. */
const driftOf = (
  { state, drift }: GenerationOnDisk,
  { bundle, path }: Named,
  digest: string,
): StartReason[] => {
  const where = generationName(bundle, digest);
  if (state === 'damaged')
    return [
      { code: 'drifted', verdict: 'unknown', message: `the manifest of ${where} is damaged on the disk` },
    ];
  const own = drift.find((one) => one.path === path || one.path === `${where}/${path}`);
  switch (own?.kind) {
    case 'missing':
    case 'not-a-file':
      return [{ code: 'drifted', verdict: 'fails', message: `${where}/${path} is gone from the disk` }];
    case 'changed':
      return [{ code: 'drifted', verdict: 'unknown', message: `${where}/${path} was changed on the disk` }];
    default:
      return [];
  }
};
