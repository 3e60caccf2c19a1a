// A release <-> the ConfigMap that records it. Small facts are readable with kubectl; the manifest and the nodes, which
// grow, are gzipped: 5,000 nodes and 4,096 profiles fit the 1 MiB that a ConfigMap may hold.
import { gunzipSync, gzipSync } from 'node:zlib';
import type { V1ConfigMap } from '@kubernetes/client-node';
import type { Manifest } from '../../src/bundle/manifest-types.ts';
import { SeccompError } from '../../src/error.ts';
import { releaseName } from '../../src/rollout/names.ts';
import type { Release, ReleaseNode } from '../../src/rollout/release.ts';
import { BUNDLE_LABEL, objectLabels, REVISION_LABEL } from './labels.ts';

const SUMMARY_KEY = 'release.json';
const NODES_KEY = 'nodes.json.gz';
const MANIFEST_KEY = 'manifest.json.gz';
/** Far above what fits: a record that unpacks to more was not written by us. */
const MAXIMUM_UNPACKED_BYTES = 32 * 1024 * 1024;

/** Renders a release. */
export const renderRecord = (release: Release, namespace: string): V1ConfigMap => {
  const { nodes, manifest, ...summary } = release;
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: releaseName(release.bundle, release.revision),
      namespace,
      labels: objectLabels('release', {
        [BUNDLE_LABEL]: release.bundle,
        [REVISION_LABEL]: String(release.revision),
      }),
    },
    data: { [SUMMARY_KEY]: JSON.stringify(summary) },
    binaryData: {
      [NODES_KEY]: pack(columns(nodes)),
      ...(manifest && { [MANIFEST_KEY]: pack(manifest) }),
    },
  };
};

/** Parses a record; throws `protocol` with the object's name when it is damaged or of an unknown version. */
export const parseRecord = (object: V1ConfigMap): Release => {
  const name = object.metadata?.name ?? '(no name)';
  const summary = parseJson(object.data?.[SUMMARY_KEY], name, SUMMARY_KEY) as Partial<Release>;
  if (summary.version !== 1)
    throw new SeccompError('protocol', `ConfigMap ${name} has record version ${summary.version}: wanted 1`, {
      hint: 'it was written by a newer kubectl-seccomp; use that one',
    });
  const { bundle, revision, operation, selector, outcome } = summary;
  if (
    typeof bundle !== 'string' ||
    !Number.isSafeInteger(revision) ||
    (operation !== 'install' && operation !== 'remove') ||
    typeof selector !== 'string' ||
    typeof outcome !== 'string' ||
    // Whoever may write one ConfigMap must not thereby speak for another bundle or revision.
    releaseName(bundle, revision ?? 0) !== name
  )
    throw damaged(name, SUMMARY_KEY);
  const packed = object.binaryData?.[MANIFEST_KEY];
  return {
    ...(summary as Omit<Release, 'nodes' | 'manifest'>),
    nodes: rows(unpack(object.binaryData?.[NODES_KEY], name, NODES_KEY), name),
    ...(packed !== undefined && { manifest: unpack(packed, name, MANIFEST_KEY) as Manifest }),
  };
};

const FIELDS = [
  'result',
  'reason',
  'uid',
  'machineId',
  'bootId',
  'seccompRoot',
  'at',
  'installedAt',
  'failingSince',
] as const;
/** Columns that records had from the first; a later one may be missing from a record that was written before it. */
const REQUIRED_FIELDS = new Set<string>([
  'result',
  'reason',
  'uid',
  'machineId',
  'bootId',
  'seccompRoot',
  'at',
]);
type Columns = Record<'name' | (typeof FIELDS)[number], (string | null)[]>;

/** By column rather than by node: what is alike then lies together, and compresses to a third less. */
const columns = (nodes: Readonly<Record<string, ReleaseNode>>): Columns => {
  const entries = Object.entries(nodes);
  const column = (field: (typeof FIELDS)[number]) => entries.map(([, node]) => node[field] ?? null);
  return {
    name: entries.map(([name]) => name),
    ...(Object.fromEntries(FIELDS.map((field) => [field, column(field)])) as Record<
      (typeof FIELDS)[number],
      string[]
    >),
  };
};

const rows = (packed: unknown, object: string): Record<string, ReleaseNode> => {
  const table = packed as Partial<Columns> | null;
  const names = table?.name;
  if (!table || !Array.isArray(names)) throw damaged(object, NODES_KEY);
  for (const field of FIELDS) {
    if (table[field] === undefined && !REQUIRED_FIELDS.has(field)) continue;
    if (!Array.isArray(table[field]) || table[field].length !== names.length)
      throw damaged(object, NODES_KEY);
  }
  return Object.fromEntries(
    names.map((name, index) => {
      const fields = FIELDS.map((field) => [field, table[field]?.[index]]).filter(
        ([, value]) => value != null,
      );
      return [String(name), Object.fromEntries(fields) as ReleaseNode];
    }),
  );
};

const pack = (value: unknown): string => gzipSync(JSON.stringify(value)).toString('base64');

const unpack = (packed: string | undefined, name: string, key: string): unknown => {
  try {
    const bytes = gunzipSync(Buffer.from(packed ?? '', 'base64'), {
      maxOutputLength: MAXIMUM_UNPACKED_BYTES,
    });
    return JSON.parse(bytes.toString('utf8'));
  } catch (thrown) {
    throw damaged(name, key, thrown);
  }
};

const parseJson = (text: string | undefined, name: string, key: string): object => {
  try {
    const value: unknown = JSON.parse(text ?? '');
    if (typeof value === 'object' && value !== null) return value;
  } catch (thrown) {
    throw damaged(name, key, thrown);
  }
  throw damaged(name, key);
};

const damaged = (name: string, key: string, cause?: unknown): SeccompError =>
  new SeccompError('protocol', `ConfigMap ${name} is damaged: ${key} is not what kubectl-seccomp writes`, {
    hint: 'delete that ConfigMap; nodes that only it knew are installed again',
    cause,
  });
