// What Krew demands, as far as a machine can tell: its own validation, what the index's CI adds, what its extractor
// takes, and what reviewers ask for. Sources: krew internal/index/validation/validate.go,
// cmd/validate-krew-manifest/main.go, internal/download/downloader.go.
import { posix } from 'node:path';
import { gunzipSync, inflateRawSync } from 'node:zlib';
import { extract } from 'tar-stream';
import { parse } from 'yaml';

interface Platform {
  readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
  readonly uri?: string;
  readonly sha256?: string;
  readonly bin?: string;
  readonly files?: readonly unknown[];
}

const KNOWN_PLATFORMS = ['linux', 'darwin', 'windows'].flatMap((os) =>
  ['amd64', 'arm64'].map((arch) => ({ os, arch })),
);
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)$/i;
const SEMVER = /^v(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/;

const matches = (platform: Platform, { os, arch }: { os: string; arch: string }): boolean => {
  const labels = platform.selector?.matchLabels ?? {};
  return (labels.os ?? os) === os && (labels.arch ?? arch) === arch;
};

/** Lists what is wrong with a manifest that would go by that file name; empty where Krew would take it. */
export const checkKrewManifest = (fileName: string, text: string): string[] => {
  const { apiVersion, kind, metadata, spec } = parse(text);
  const platforms: readonly Platform[] = spec.platforms ?? [];
  const rules: [boolean, string][] = [
    [apiVersion === 'krew.googlecontainertools.github.com/v1alpha2', 'apiVersion'],
    [kind === 'Plugin', 'kind'],
    [/^[\w-]+$/.test(metadata.name) && !DEVICE.test(metadata.name), 'name'],
    [fileName === `${metadata.name}.yaml`, 'file name'],
    [SEMVER.test(spec.version), 'version'],
    [/^[^\r\n]{1,50}$/.test(spec.shortDescription ?? ''), 'shortDescription'],
    [(spec.description ?? '').split('\n').every((line: string) => line.length <= 80), 'description'],
    [URL.canParse(spec.homepage ?? ''), 'homepage'],
    [platforms.length > 0, 'platforms'],
    [KNOWN_PLATFORMS.every((one) => platforms.filter((p) => matches(p, one)).length <= 1), 'overlap'],
  ];
  return [
    ...rules.filter(([isMet]) => !isMet).map(([, rule]) => rule),
    ...platforms.flatMap((platform, index) => checkPlatform(platform).map((rule) => `${index}: ${rule}`)),
  ];
};

const checkPlatform = (platform: Platform): string[] => {
  const labels = Object.entries(platform.selector?.matchLabels ?? {});
  const bin = platform.bin ?? '';
  const rules: [boolean, string][] = [
    [URL.canParse(platform.uri ?? ''), 'uri'],
    [/^[0-9a-f]{64}$/.test(platform.sha256 ?? ''), 'sha256'],
    [isCleanPath(bin), 'bin'],
    [
      !KNOWN_PLATFORMS.some((one) => one.os === 'windows' && matches(platform, one)) || bin.endsWith('.exe'),
      '.exe',
    ],
    [platform.files === undefined || platform.files.length > 0, 'files'],
    [labels.length > 0 && labels.every(([key]) => key === 'os' || key === 'arch'), 'selector'],
    [KNOWN_PLATFORMS.some((one) => matches(platform, one)), 'unknown platform'],
  ];
  return rules.filter(([isMet]) => !isMet).map(([, rule]) => rule);
};

const isCleanPath = (path: string): boolean =>
  path !== '' && !posix.isAbsolute(path) && !path.split('/').includes('..') && posix.normalize(path) === path;

export interface ExtractedFile {
  readonly name: string;
  readonly mode: number;
  readonly content: Buffer;
}

/** Extracts an archive as Krew does; throws where Krew would. */
export const extractAsKrew = async (archive: Buffer): Promise<ExtractedFile[]> => {
  const isZip = archive.subarray(0, 4).equals(Buffer.from('PK\x03\x04'));
  if (!isZip && archive.readUInt16BE(0) !== 0x1f8b) throw new Error('neither zip nor gzip');
  const files = isZip ? extractZip(archive) : await extractTar(gunzipSync(archive));
  for (const { name } of files) {
    if (!isCleanPath(name)) throw new Error(`"${name}" leaves the folder`);
  }
  return files;
};

const extractTar = async (tar: Buffer): Promise<ExtractedFile[]> => {
  const files: ExtractedFile[] = [];
  const entries = extract();
  entries.end(tar);
  for await (const entry of entries) {
    const { name, mode = 0, type } = entry.header;
    if (type !== 'file' && type !== 'directory') throw new Error(`"${name}" is a ${type}`);
    const pieces: Buffer[] = [];
    for await (const piece of entry) pieces.push(piece as Buffer);
    if (type === 'file') files.push({ name, mode, content: Buffer.concat(pieces) });
  }
  return files;
};

/** By the central directory, as Go's archive/zip reads it. */
const extractZip = (zip: Buffer): ExtractedFile[] => {
  const end = zip.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  const files: ExtractedFile[] = [];
  let at = zip.readUInt32LE(end + 16);
  for (let rest = zip.readUInt16LE(end + 10); rest > 0; rest -= 1) {
    if (zip.readUInt32LE(at) !== 0x02014b50) throw new Error(`no entry at ${at}`);
    if (zip.readUInt16LE(at + 4) >> 8 !== 3) throw new Error('an entry without Unix mode');
    const nameBytes = zip.readUInt16LE(at + 28);
    const name = zip.toString('latin1', at + 46, at + 46 + nameBytes);
    const local = zip.readUInt32LE(at + 42);
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const content = inflateRawSync(zip.subarray(start, start + zip.readUInt32LE(at + 20)));
    files.push({ name, mode: (zip.readUInt32LE(at + 38) >>> 16) & 0o7777, content });
    at += 46 + nameBytes + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return files;
};
