// What one content of a bundle has and another has not, by the names that pods use.
import type { Manifest, ManifestProfile } from '../bundle/manifest-types.ts';

export interface Changes {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
}

/** Compares two contents by the paths of their profiles; without `before`, everything was added. Sorted as manifests are. */
export const changesBetween = (before: Manifest | undefined, after: Manifest | undefined): Changes => {
  const [old, now] = [before, after].map(contentsByPath) as [Map<string, string>, Map<string, string>];
  return {
    added: [...now.keys()].filter((path) => !old.has(path)),
    removed: [...old.keys()].filter((path) => !now.has(path)),
    changed: [...now]
      .filter(([path, content]) => old.has(path) && old.get(path) !== content)
      .map(([path]) => path),
  };
};

/** A path may have a build for each architecture: all of them together are its content. */
const contentsByPath = (manifest: Manifest | undefined): Map<string, string> => {
  const contents = new Map<string, string>();
  for (const profile of manifest?.profiles ?? [])
    contents.set(profile.path, `${contents.get(profile.path) ?? ''}${spell(profile)}`);
  return contents;
};

const spell = ({ sha256, architectures }: ManifestProfile): string =>
  `${architectures?.join(',') ?? ''} ${sha256};`;
