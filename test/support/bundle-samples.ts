// Valid bundles for tests, small and real.

import { compressBundle } from '../../src/bundle/compress.ts';
import type { Bundle } from '../../src/bundle/manifest-types.ts';
import { type BundleProfile, packBundle } from '../../src/bundle/pack.ts';

/** Renders a small OCI profile that refuses the given syscalls. */
export const sampleProfileBytes = (...refused: readonly string[]): Uint8Array =>
  new TextEncoder().encode(
    `${JSON.stringify({
      defaultAction: 'SCMP_ACT_ALLOW',
      syscalls: [{ names: refused, action: 'SCMP_ACT_ERRNO', errnoRet: 1 }],
    })}\n`,
  );

/** A shared blob, a folder, one path with two builds, and a compiled profile: every feature of the format. */
export const SAMPLE_PROFILES: readonly BundleProfile[] = [
  { path: 'nginx.json', content: sampleProfileBytes('mkdir') },
  { path: 'same-as-nginx.json', content: sampleProfileBytes('mkdir') },
  { path: 'sub/folder/audit.json', content: sampleProfileBytes('ptrace', 'process_vm_readv') },
  {
    path: 'web.json',
    content: sampleProfileBytes('arch_prctl'),
    architectures: ['amd64'],
    source: { format: 'docker', sha256: 'd'.repeat(64) },
  },
  {
    path: 'web.json',
    content: sampleProfileBytes('personality'),
    architectures: ['arm64', 'arm'],
    source: { format: 'docker', sha256: 'd'.repeat(64) },
  },
];

export interface SampleOverrides {
  readonly name?: string;
  readonly profiles?: readonly BundleProfile[];
}

/** Packs a valid bundle; without overrides it is `web` with `SAMPLE_PROFILES`. */
export const sampleBundle = ({
  name = 'web',
  profiles = SAMPLE_PROFILES,
}: SampleOverrides = {}): Promise<Bundle> => packBundle(name, profiles);

/** Packs and compresses a valid bundle, as chunks hold it. */
export const sampleCompressedBundle = async (overrides: SampleOverrides = {}): Promise<Uint8Array> =>
  compressBundle((await sampleBundle(overrides)).tar);

/** Yields bytes in pieces of at most `pieceBytes`. */
export async function* sampleSource(bytes: Uint8Array, pieceBytes = 65_536): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += pieceBytes)
    yield bytes.subarray(start, start + pieceBytes);
}

export { HOSTILE_KINDS, hostileBundles } from './hostile-bundles.ts';
