// Hostile bundles without end: valid ones with one thing changed, and every outer check made right again.
import { gzipSync } from 'node:zlib';
import { ENTRY_MUTATIONS, ORDER_MUTATIONS } from './hostile-entries.ts';
import { END_MUTATIONS, GZIP_MUTATIONS } from './hostile-files.ts';
import { MANIFEST_MUTATIONS } from './hostile-manifests.ts';
import { type Mutation, Random, sampleDraft } from './hostile-tar.ts';

export interface HostileBundle {
  /** What was done to it, and the number that repeats it. */
  readonly label: string;
  readonly bytes: Uint8Array;
}

/** Every mutation by what it attacks. */
const MUTATIONS: Readonly<Record<string, Mutation>> = {
  ...ENTRY_MUTATIONS,
  ...ORDER_MUTATIONS,
  ...END_MUTATIONS,
  ...GZIP_MUTATIONS,
  ...MANIFEST_MUTATIONS,
};

/** Names what `hostileBundles` attacks; `count` of it or more attack everything at least once. */
export const HOSTILE_KINDS: readonly string[] = Object.keys(MUTATIONS);

/** Makes hostile bundles, plain and gzipped, all of which must be refused; the same seed makes the same ones. */
export function* hostileBundles(seed: number, count: number): Generator<HostileBundle> {
  for (let index = 0; index < count; index += 1) {
    const random = new Random(Math.imul(seed, 0x9e3779b1) ^ index);
    const kind = HOSTILE_KINDS[index % HOSTILE_KINDS.length]!;
    const bytes = MUTATIONS[kind]!(sampleDraft(random), random);
    const isZipped = !kind.startsWith('gzip') && random.below(8) === 0;
    yield {
      label: `${kind} (seed ${seed}, number ${index})`,
      bytes: isZipped ? gzipSync(bytes, { level: 1 }) : bytes,
    };
  }
}
