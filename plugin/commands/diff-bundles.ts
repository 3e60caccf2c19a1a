// Two contents of bundles compared profile by profile: by bytes first, and what differs in them by what it does.
import type { Bundle, ManifestProfile } from '../../src/bundle/manifest-types.ts';
import { readBundle } from '../../src/bundle/read.ts';
import { SeccompError } from '../../src/error.ts';
import type { KnownFacts } from '../../src/profile/facts.ts';
import type { BundleDiffDocument } from '../output/bundle-diff.ts';
import type { DiffDocument } from '../output/diff-document.ts';
import { API_VERSION } from '../output/document.ts';
import type { Outside } from '../outside.ts';
import { diffProfiles } from './diff-profiles.ts';
import { streamOf } from './input-files.ts';
import { type NamedProfile, prepareSource } from './profile-source.ts';

export interface NamedBundle {
  /** As the user named it. */
  readonly name: string;
  readonly bundle: Bundle;
}

/** Compares two contents as a node of this architecture gets them. */
export const diffBundles = async (
  before: NamedBundle,
  after: NamedBundle,
  facts: KnownFacts,
  outside: Outside,
): Promise<BundleDiffDocument> => {
  const [was, is] = await Promise.all([before, after].map((one) => openContent(one, facts, outside)));
  const paths = [...new Set([...was!.keys(), ...is!.keys()])].toSorted();
  const changed: { path: string; diff: DiffDocument }[] = [];
  const found = {
    added: [] as string[],
    removed: [] as string[],
    rewritten: [] as string[],
    unchanged: [] as string[],
  };
  for (const path of paths) {
    const [old, now] = [was!.get(path), is!.get(path)];
    if (!old) found.added.push(path);
    else if (!now) found.removed.push(path);
    else if (old.sha256 === now.sha256) found.unchanged.push(path);
    else {
      const diff = diffProfiles(old.read(), now.read(), facts);
      if (diff.answer === 'same') found.rewritten.push(path);
      else changed.push({ path, diff });
    }
  }
  return {
    apiVersion: API_VERSION,
    kind: 'BundleDiff',
    before: before.name,
    after: after.name,
    beforeDigest: before.bundle.digest,
    afterDigest: after.bundle.digest,
    architecture: facts.architecture,
    dialect: facts.dialect,
    answer: answerOf(found.added.length + found.removed.length, changed),
    ...found,
    changed,
  };
};

const answerOf = (
  comeAndGone: number,
  changed: readonly { readonly diff: DiffDocument }[],
): DiffDocument['answer'] => {
  if (comeAndGone > 0 || changed.some(({ diff }) => diff.answer === 'differs')) return 'differs';
  return changed.length > 0 ? 'unknown' : 'same';
};

/** Takes one profile out of a content; throws SeccompError `bundle` where it has none under that path. */
export const profileOf = async (
  named: NamedBundle,
  path: string,
  facts: KnownFacts,
  outside: Outside,
): Promise<NamedProfile> => {
  const content = await openContent(named, facts, outside);
  const found = content.get(path);
  if (found) return found.read();
  throw new SeccompError('bundle', `${named.name} has no profile "${path}" for ${facts.architecture}`, {
    hint: `It has: ${[...content.keys()].join(', ')}.`,
  });
};

interface Content {
  readonly sha256: string;
  readonly read: () => NamedProfile;
}

/** By path, the builds for one architecture: a path without one is not there on such a node. */
const openContent = async (
  { name, bundle: { manifest, tar } }: NamedBundle,
  facts: KnownFacts,
  outside: Outside,
): Promise<ReadonlyMap<string, Content>> => {
  const blobs = new Map<string, Uint8Array>();
  for await (const part of readBundle(streamOf(tar)))
    if (part.kind === 'blob') blobs.set(part.sha256, part.content);
  const isBuiltFor = ({ architectures }: ManifestProfile): boolean =>
    architectures === undefined || architectures.includes(facts.architecture);
  return new Map(
    manifest.profiles.filter(isBuiltFor).map(({ path, sha256 }) => {
      const content = blobs.get(sha256)!;
      return [
        path,
        { sha256, read: () => prepareSource({ content, shownAs: `${name}/${path}` }, facts, outside) },
      ];
    }),
  );
};
