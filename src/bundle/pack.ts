// Packs profiles into a bundle. The same profiles give the same bytes on every machine, in whatever order they come.
import { pack } from 'tar-stream';
import { blobEntry, MANIFEST_ENTRY } from './entry-path.ts';
import { digestOf, parseManifest, renderManifest, sha256Of } from './manifest.ts';
import type { Bundle, ManifestProfile } from './manifest-types.ts';
import { refusal } from './refusal.ts';
import { blobsOf } from './tar-layout.ts';

export interface BundleProfile {
  /** Below the bundle's folder, e.g. `sub/nginx.json`. */
  readonly path: string;
  readonly content: Uint8Array;
  /** Only where the profile compiled differently per architecture; several profiles then share a path. */
  readonly architectures?: readonly string[];
  /** Only where the profile was compiled: from what. */
  readonly source?: ManifestProfile['source'];
}

/** Packs a named set of profiles; throws `bundle` when a name, path, size or count is over the format's limits. */
export const packBundle = async (name: string, profiles: readonly BundleProfile[]): Promise<Bundle> => {
  const blobs = new Map<string, Uint8Array>();
  const entries = profiles.map(({ path, content, architectures, source }): ManifestProfile => {
    const sha256 = sha256Of(content);
    blobs.set(sha256, content);
    return {
      path,
      sha256,
      sizeBytes: content.length,
      ...(architectures && { architectures }),
      ...(source && { source }),
    };
  });
  const manifestBytes = renderManifest({ formatVersion: 1, name, profiles: entries });
  return packParts(manifestBytes, blobs);
};

/** Packs a manifest with its blobs by hash; the bytes are the only ones that a reader accepts for this manifest. */
export const packParts = async (
  manifestBytes: Uint8Array,
  blobs: ReadonlyMap<string, Uint8Array>,
): Promise<Bundle> => {
  // The reader's own law, so that nothing can be packed that a node would refuse.
  const manifest = parseManifest(manifestBytes);
  const tar = await renderTar([
    { name: MANIFEST_ENTRY, content: manifestBytes },
    ...blobsOf(manifest).map(({ sha256 }) => {
      const content = blobs.get(sha256);
      if (content === undefined) throw refusal(`blob ${sha256} of the manifest is missing`);
      return { name: blobEntry(sha256), content };
    }),
  ]);
  return { manifest, manifestBytes, digest: digestOf(manifestBytes), tar };
};

interface TarEntry {
  readonly name: string;
  readonly content: Uint8Array;
}

const renderTar = async (entries: readonly TarEntry[]): Promise<Uint8Array> => {
  const stream = pack();
  for (const { name, content } of entries) {
    // Everything that would otherwise come from this machine or this moment is stated.
    const header = { name, type: 'file', mode: 0o644, uid: 0, gid: 0, mtime: new Date(0) } as const;
    stream.entry(header, Buffer.from(content.buffer, content.byteOffset, content.byteLength));
  }
  stream.finalize();
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece as Uint8Array);
  return Buffer.concat(pieces);
};
