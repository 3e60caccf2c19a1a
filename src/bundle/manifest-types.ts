// The manifest: the first entry of every bundle, whose sha256 as stored is the bundle's digest.

export interface Manifest {
  readonly formatVersion: 1;
  /** A DNS label of at most 40 characters, not `operator`. */
  readonly name: string;
  /** Sorted by path, then by first architecture. */
  readonly profiles: readonly ManifestProfile[];
}

export interface ManifestProfile {
  readonly path: string;
  /** 64 lower-case hex digits. */
  readonly sha256: string;
  readonly sizeBytes: number;
  /** Only where a profile compiled differently per architecture; several entries then share a `path`. */
  readonly architectures?: readonly string[];
  /** Only where the profile was compiled: from what. */
  readonly source?: { readonly format: 'docker' | 'spo'; readonly sha256: string };
}

/** What a reader hands out, in this order: one manifest, then each distinct blob once, verified. */
export type BundlePart =
  | {
      readonly kind: 'manifest';
      readonly manifest: Manifest;
      readonly bytes: Uint8Array;
      readonly digest: string;
    }
  | { readonly kind: 'blob'; readonly sha256: string; readonly content: Uint8Array };

/** A packed bundle, whole in memory (at most 64 MiB). */
export interface Bundle {
  readonly manifest: Manifest;
  readonly manifestBytes: Uint8Array;
  /** sha256 of `manifestBytes`, 64 lower-case hex digits. */
  readonly digest: string;
  /** The uncompressed tar, byte for byte reproducible. */
  readonly tar: Uint8Array;
}
