// Manifest <-> bytes. One manifest has exactly one byte sequence, so that a digest names one content and no other.
import { createHash } from 'node:crypto';
import type { Architecture } from '../profile/prepared.ts';
import { checkBundleName, checkPathCollisions, checkProfilePath } from './entry-path.ts';
import {
  MAXIMUM_MANIFEST_BYTES,
  MAXIMUM_PROFILE_BYTES,
  MAXIMUM_PROFILES,
  MAXIMUM_UNPACKED_BYTES,
} from './limits.ts';
import type { Manifest, ManifestProfile } from './manifest-types.ts';
import { quote, refusal } from './refusal.ts';
import { unpackedBytes } from './tar-layout.ts';

const FORMAT_VERSION = 1;

/** A record, so that the compiler demands a new architecture here too. */
const KNOWN_ARCHITECTURES: Readonly<Record<Architecture, true>> = {
  '386': true,
  amd64: true,
  arm: true,
  arm64: true,
  loong64: true,
  mips64le: true,
  ppc64le: true,
  riscv64: true,
  s390x: true,
};

/** Computes the sha256 of any bytes, 64 lower-case hex digits. */
export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Computes a bundle's digest from its manifest's bytes as stored. */
export const digestOf = (manifestBytes: Uint8Array): string => sha256Of(manifestBytes);

/** Renders the canonical JSON: fixed key order, no white space, profiles by path and then first architecture. */
export const renderManifest = (manifest: Manifest): Uint8Array => {
  const profiles = manifest.profiles.map(orderKeys).sort(compareProfiles);
  const ordered = { formatVersion: manifest.formatVersion, name: manifest.name, profiles };
  return new TextEncoder().encode(JSON.stringify(ordered));
};

const orderKeys = ({ path, sha256, sizeBytes, architectures, source }: ManifestProfile): ManifestProfile => ({
  path,
  sha256,
  sizeBytes,
  ...(architectures && { architectures: [...architectures].sort() }),
  ...(source && { source: { format: source.format, sha256: source.sha256 } }),
});

const compareProfiles = (a: ManifestProfile, b: ManifestProfile): number =>
  compareText(a.path, b.path) || compareText(a.architectures?.[0] ?? '', b.architectures?.[0] ?? '');

/** By code unit, never by locale: the same folder must have the same digest everywhere. */
const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Parses a manifest that may come from anywhere; throws `bundle` at the first thing that is not as it must be. */
export const parseManifest = (bytes: Uint8Array): Manifest => {
  if (bytes.length > MAXIMUM_MANIFEST_BYTES) {
    throw refusal(`the manifest has ${bytes.length} bytes: at most ${MAXIMUM_MANIFEST_BYTES} are allowed`);
  }
  const document = asFields(parseJson(bytes), 'the manifest');
  // Before all else: a later version may have other fields, and "unknown field" would send the reader astray.
  if (document.formatVersion !== FORMAT_VERSION) {
    throw refusal(
      `the bundle has formatVersion ${quote(document.formatVersion)}: this program knows ${FORMAT_VERSION} only`,
      'Use the version of kubectl-seccomp that built it, or build it again with this one.',
    );
  }
  refuseUnknownFields(document, ['formatVersion', 'name', 'profiles'], 'the manifest');
  const name = asText(document.name, 'name');
  refuseProblem(checkBundleName(name));
  const manifest: Manifest = {
    formatVersion: FORMAT_VERSION,
    name,
    profiles: parseProfiles(document.profiles),
  };
  refuseInconsistency(manifest.profiles);
  refuseTooMuch(manifest, bytes.length);
  // Catches what JSON leaves open: key order, duplicated keys (readers differ on which counts), white space, escapes,
  // `1e3`, and the order of profiles. Otherwise one content could go by many digests.
  if (Buffer.compare(renderManifest(manifest), bytes) !== 0) {
    throw refusal(
      'the manifest is not canonical JSON: keys or profiles out of order, a duplicated key, or white space',
    );
  }
  return manifest;
};

const parseJson = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (cause) {
    throw refusal('the manifest is not JSON in UTF-8', undefined, cause);
  }
};

const parseProfiles = (value: unknown): ManifestProfile[] => {
  if (!Array.isArray(value)) throw refusal(`profiles is ${quote(value)}: a list was wanted`);
  if (value.length === 0) throw refusal('profiles is empty: a bundle holds at least one profile');
  if (value.length > MAXIMUM_PROFILES) {
    throw refusal(`the bundle has ${value.length} profiles: at most ${MAXIMUM_PROFILES} are allowed`);
  }
  return value.map((entry, index) => parseProfile(entry, `profiles[${index}]`));
};

const parseProfile = (value: unknown, where: string): ManifestProfile => {
  const fields = asFields(value, where);
  refuseUnknownFields(fields, ['path', 'sha256', 'sizeBytes', 'architectures', 'source'], where);
  const path = asText(fields.path, `${where}.path`);
  refuseProblem(checkProfilePath(path));
  // By its path from here on: the user who packs knows paths, not positions.
  const field = (name: string) => `profile ${quote(path)}: ${name}`;
  return {
    path,
    sha256: asSha256(fields.sha256, field('sha256')),
    sizeBytes: asSize(fields.sizeBytes, field('sizeBytes')),
    ...('architectures' in fields && {
      architectures: asArchitectures(fields.architectures, field('architectures')),
    }),
    ...('source' in fields && { source: asSource(fields.source, field('source')) }),
  };
};

const asSource = (value: unknown, where: string): NonNullable<ManifestProfile['source']> => {
  const fields = asFields(value, where);
  refuseUnknownFields(fields, ['format', 'sha256'], where);
  const { format } = fields;
  if (format !== 'docker' && format !== 'spo') {
    throw refusal(`${where}.format is ${quote(format)}: "docker" or "spo" was wanted`);
  }
  return { format, sha256: asSha256(fields.sha256, `${where}.sha256`) };
};

const asArchitectures = (value: unknown, where: string): string[] => {
  // An empty list would be a profile that no node installs.
  if (!Array.isArray(value) || value.length === 0) {
    throw refusal(
      `${where} is ${Array.isArray(value) ? 'empty' : quote(value)}: a list of architectures was wanted`,
    );
  }
  return value.map((entry: unknown) => {
    if (typeof entry === 'string' && Object.hasOwn(KNOWN_ARCHITECTURES, entry)) return entry;
    throw refusal(`${where} has ${quote(entry)}: ${Object.keys(KNOWN_ARCHITECTURES).join(', ')} are known`);
  });
};

const asFields = (value: unknown, where: string): Record<string, unknown> => {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw refusal(`${where} is ${quote(value)}: a JSON object was wanted`);
};

const asText = (value: unknown, where: string): string => {
  if (typeof value === 'string') return value;
  throw refusal(`${where} is ${quote(value)}: a string was wanted`);
};

/** Upper case is refused: it would name the same blob by another entry. */
const asSha256 = (value: unknown, where: string): string => {
  if (typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)) return value;
  throw refusal(`${where} is ${quote(value)}: a sha256 of 64 lower-case hex digits was wanted`);
};

const asSize = (value: unknown, where: string): number => {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MAXIMUM_PROFILE_BYTES) {
    return value;
  }
  throw refusal(`${where} is ${quote(value)}: 1 to ${MAXIMUM_PROFILE_BYTES} bytes are allowed`);
};

const refuseUnknownFields = (
  fields: Record<string, unknown>,
  known: readonly string[],
  where: string,
): void => {
  const unknown = Object.keys(fields).find((key) => !known.includes(key));
  if (unknown !== undefined) throw refusal(`${where} has the unknown field ${quote(unknown)}`);
};

const refuseProblem = (problem: string | undefined): void => {
  if (problem !== undefined) throw refusal(problem);
};

/** What no entry shows by itself: two builds for one node, a file that is also a folder, one blob of two sizes. */
const refuseInconsistency = (profiles: readonly ManifestProfile[]): void => {
  refuseProblem(checkPathCollisions(profiles.map((profile) => profile.path)));
  const claims = new Set<string>();
  const sizes = new Map<string, number>();
  for (const { path, sha256, sizeBytes, architectures } of profiles) {
    for (const architecture of architectures ?? Object.keys(KNOWN_ARCHITECTURES)) {
      const claim = `${path}\0${architecture}`;
      if (claims.has(claim)) {
        const scope = architectures ? ` for ${architecture} nodes` : '';
        throw refusal(`profile path ${quote(path)} stands twice${scope}`);
      }
      claims.add(claim);
    }
    const known = sizes.get(sha256) ?? sizeBytes;
    if (known !== sizeBytes) throw refusal(`blob ${sha256} is said to have ${known} and ${sizeBytes} bytes`);
    sizes.set(sha256, sizeBytes);
  }
};

const refuseTooMuch = (manifest: Manifest, manifestBytes: number): void => {
  const total = unpackedBytes(manifest, manifestBytes);
  if (total > MAXIMUM_UNPACKED_BYTES) {
    throw refusal(`the bundle unpacks to ${total} bytes: at most ${MAXIMUM_UNPACKED_BYTES} are allowed`);
  }
};
