// A tar writer that writes whatever it is told, with checksums that are right unless told otherwise. It shares no code
// with the program, so that it also proves that the program's own tar is what the format says.
import { createHash } from 'node:crypto';

/** The end-of-archive marker. */
export const END = new Uint8Array(1024);

export interface RawEntry {
  /** One character per byte. */
  readonly name: string;
  readonly content: Uint8Array;
  /** Bytes written over the header before its checksum is made right: offset and text, one character per byte. */
  readonly patches?: readonly (readonly [offset: number, text: string])[];
  /** Bytes written over the finished header. */
  readonly lastPatches?: readonly (readonly [offset: number, text: string])[];
  /** Instead of zeros up to the next block. */
  readonly padding?: Uint8Array;
}

export const OFFSETS = { size: 124, checksum: 148, type: 156, magic: 257, prefix: 345 } as const;

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0');

/** Renders one header; the checksum covers the patches. */
export const renderRawHeader = ({ name, content, patches = [], lastPatches = [] }: RawEntry): Buffer => {
  const header = Buffer.alloc(512);
  const write = (offset: number, text: string) => latin1(text).copy(header, offset);
  write(0, name);
  write(100, '000644 \x00000000 \x00000000 ');
  write(OFFSETS.size, `${octal(content.length, 11)} `);
  write(136, '00000000000 ');
  write(OFFSETS.type, '0');
  write(OFFSETS.magic, 'ustar\x0000');
  write(329, '000000 \x00000000 ');
  for (const [offset, text] of patches) write(offset, text);
  write(OFFSETS.checksum, ' '.repeat(8));
  const sum = header.reduce((total, byte) => total + byte, 0);
  write(OFFSETS.checksum, `${octal(sum, 6)} \0`);
  for (const [offset, text] of lastPatches) write(offset, text);
  return header;
};

/** Renders an archive; `end` is the end-of-archive marker and whatever follows it. */
export const renderRawTar = (entries: readonly RawEntry[], end: Uint8Array = END): Buffer =>
  Buffer.concat([
    ...entries.flatMap((entry) => [
      renderRawHeader(entry),
      entry.content,
      entry.padding ?? Buffer.alloc((512 - (entry.content.length % 512)) % 512),
    ]),
    end,
  ]);

export const rawSha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export interface RawProfile {
  path: string;
  sha256: string;
  sizeBytes: number;
  architectures?: string[];
  source?: { format: string; sha256: string };
}

/** A bundle in the making: mutations change it, `renderDraft` makes all hashes and checksums right again. */
export interface Draft {
  readonly name: string;
  readonly profiles: readonly RawProfile[];
  /** By sha256, sorted, as a right bundle has them. */
  readonly blobs: readonly RawEntry[];
}

/** Makes the entry of a blob. */
export const blobEntryOf = (content: Uint8Array): RawEntry => ({
  name: `blobs/sha256/${rawSha256(content)}`,
  content,
});

/** Makes the entry of a manifest, from JSON text or a value. */
export const manifestEntryOf = (manifest: unknown): RawEntry => ({
  name: 'manifest.json',
  content: Buffer.from(typeof manifest === 'string' ? manifest : JSON.stringify(manifest)),
});

export const manifestOf = ({
  name,
  profiles,
}: Draft): { formatVersion: number; name: string; profiles: RawProfile[] } =>
  structuredClone({ formatVersion: 1, name, profiles: [...profiles] });

/** Lists the entries of a draft: the manifest, then the blobs. */
export const entriesOf = (draft: Draft): RawEntry[] => [manifestEntryOf(manifestOf(draft)), ...draft.blobs];

/** Random numbers that a seed repeats (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 to `below` - 1. */
  below(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below) | 0;
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)]!;
  }

  bytes(count: number): Buffer {
    return Buffer.from(Array.from({ length: count }, () => this.below(256)));
  }
}

/** Makes a valid bundle of two to five profiles: at least two blobs, sometimes shared, sometimes per architecture. */
export const sampleDraft = (random: Random): Draft => {
  const contents = Array.from({ length: 2 + random.below(3) }, (_, index) =>
    // Block borders are where readers go wrong; the first blob always has padding to attack.
    Buffer.concat([
      Buffer.from([index]),
      random.bytes(random.pick(index === 0 ? [1, 510, 700] : [1, 510, 511, 512, 1023, random.below(1500)])),
    ]),
  );
  const profileOf = (path: string, content: Uint8Array, architectures?: string[]): RawProfile => ({
    path,
    sha256: rawSha256(content),
    sizeBytes: content.length,
    ...(architectures && {
      architectures,
      source: { format: 'docker', sha256: rawSha256(Buffer.from(path)) },
    }),
  });
  const profiles = contents.map((content, index) =>
    profileOf(`p${index}/${random.pick(['a', 'b', 'c'])}.json`, content),
  );
  if (random.below(2)) {
    profiles.push(
      profileOf('web.json', contents[0]!, ['amd64']),
      profileOf('web.json', contents[1]!, ['arm', 'arm64']),
    );
  }
  const blobs = contents.map(blobEntryOf).sort((a, b) => (a.name < b.name ? -1 : 1));
  return { name: random.pick(['web', 'a', 'b-2']), profiles, blobs };
};

/** Takes a valid draft and makes an archive that must be refused. */
export type Mutation = (draft: Draft, random: Random) => Uint8Array;

/** Lists where the headers of a draft's archive begin. */
export const headerStarts = (draft: Draft): number[] => {
  const ends = entriesOf(draft).map(({ content }) => 512 + Math.ceil(content.length / 512) * 512);
  return ends.map((_, index) => ends.slice(0, index).reduce((sum, size) => sum + size, 0));
};
