// The archives users download: tar.gz, and zip for Windows. The same entries give the same bytes, whoever packs them
// and when: no owner, no time of the day, nothing of the machine.
import { buffer } from 'node:stream/consumers';
import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';

export interface ArchiveEntry {
  /** Without folders. */
  readonly name: string;
  readonly content: Uint8Array;
  readonly isExecutable: boolean;
}

const BEST = { level: 9 };
const modeOf = ({ isExecutable }: ArchiveEntry): number => (isExecutable ? 0o755 : 0o644);

/** Packs files into a gzipped tar. */
export const packTarGz = async (entries: readonly ArchiveEntry[]): Promise<Buffer> => {
  const archive = pack();
  for (const entry of entries) {
    const { name, content } = entry;
    archive.entry({ name, mode: modeOf(entry), mtime: new Date(0), uid: 0, gid: 0 }, Buffer.from(content));
  }
  archive.finalize();
  const compressed = gzipSync(await buffer(archive), BEST);
  // RFC 1952: which system packed it; zlib writes its own there. 255: unknown.
  compressed[9] = 255;
  return compressed;
};

const LOCAL_FILE = 0x04034b50;
const CENTRAL_FILE = 0x02014b50;
const END_OF_CENTRAL = 0x06054b50;
const DEFLATE = 8;
const VERSION_NEEDED = 20;
const MADE_BY_UNIX = 3 << 8;
const REGULAR_FILE = 0o100000;
/** 1 January 1980, the earliest there is. */
const DOS_DATE = (1 << 5) | 1;

/** Writes numbers, little-endian, each in as many bytes as it is paired with. */
const fields = (...pairs: readonly (readonly [value: number, bytes: 2 | 4])[]): Buffer =>
  Buffer.concat(
    pairs.map(([value, bytes]) => {
      const field = Buffer.alloc(bytes);
      field.writeUIntLE(value, 0, bytes);
      return field;
    }),
  );

/** Packs files into a zip with their Unix modes, which Krew restores. Source: PKWARE APPNOTE.TXT 4.3, without Zip64. */
export const packZip = (entries: readonly ArchiveEntry[]): Buffer => {
  const files: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const name = Buffer.from(entry.name, 'ascii');
    const compressed = deflateRawSync(entry.content, BEST);
    const shared = fields(
      [VERSION_NEEDED, 2],
      [0, 2],
      [DEFLATE, 2],
      [0, 2],
      [DOS_DATE, 2],
      [crc32(entry.content), 4],
      [compressed.length, 4],
      [entry.content.length, 4],
      [name.length, 2],
      [0, 2],
    );
    central.push(
      fields([CENTRAL_FILE, 4], [MADE_BY_UNIX | VERSION_NEEDED, 2]),
      shared,
      // No comment, the first disk, no internal attributes.
      fields([0, 2], [0, 2], [0, 2]),
      fields([((REGULAR_FILE | modeOf(entry)) << 16) >>> 0, 4], [offset, 4]),
      name,
    );
    files.push(fields([LOCAL_FILE, 4]), shared, name, compressed);
    offset += 4 + shared.length + name.length + compressed.length;
  }
  const directory = Buffer.concat(central);
  const end = fields(
    ...([
      [END_OF_CENTRAL, 4],
      [0, 2],
      [0, 2],
      [entries.length, 2],
      [entries.length, 2],
      [directory.length, 4],
      [offset, 4],
      [0, 2],
    ] as const),
  );
  return Buffer.concat([...files, directory, end]);
};
