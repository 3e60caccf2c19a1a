// The 512-byte header of a tar entry. A bundle's headers hold no choice, so the reader compares all bytes with the
// ones that packing makes: no field can say anything unexpected, not even one that this file has never heard of.

import { quote, refusal } from './refusal.ts';
import { BLOCK_BYTES } from './tar-layout.ts';

export interface EntryHeader {
  readonly name: string;
  readonly sizeBytes: number;
}

/** Field, offset, length: POSIX ustar. */
const FIELDS = [
  ['name', 0, 100],
  ['mode', 100, 8],
  ['uid', 108, 8],
  ['gid', 116, 8],
  ['size', 124, 12],
  ['mtime', 136, 12],
  ['checksum', 148, 8],
  ['type', 156, 1],
  ['link name', 157, 100],
  ['magic', 257, 8],
  ['user name', 265, 32],
  ['group name', 297, 32],
  ['device major', 329, 8],
  ['device minor', 337, 8],
  ['prefix', 345, 155],
  ['reserved', 500, 12],
] as const;

type FieldName = (typeof FIELDS)[number][0];

const TYPES: Readonly<Record<string, string>> = {
  '\0': 'a plain file of the old format',
  '1': 'a hard link',
  '2': 'a symbolic link',
  '3': 'a character device',
  '4': 'a block device',
  '5': 'a directory',
  '6': 'a FIFO',
  '7': 'a contiguous file',
  g: 'a global pax header',
  x: 'a pax header',
  A: 'a Solaris access control list',
  D: 'a GNU directory dump',
  K: 'a GNU long link name',
  L: 'a GNU long name',
  M: 'a GNU continuation',
  N: 'an old GNU long name',
  S: 'a GNU sparse file',
  V: 'a GNU volume label',
};

/** Renders the only header that an entry of this name (at most 100 ASCII characters) and size may have. */
export const renderHeader = ({ name, sizeBytes }: EntryHeader): Uint8Array => {
  const header = new Uint8Array(BLOCK_BYTES);
  const write = (field: FieldName, text: string) =>
    new TextEncoder().encodeInto(text, fieldOf(header, field));
  write('name', name);
  write('mode', '000644 ');
  write('uid', '000000 ');
  write('gid', '000000 ');
  write('size', `${sizeBytes.toString(8).padStart(11, '0')} `);
  write('mtime', '00000000000 ');
  write('type', '0');
  write('magic', 'ustar\x0000');
  write('device major', '000000 ');
  write('device minor', '000000 ');
  write('checksum', renderChecksum(header));
  return header;
};

/** Parses the size of an entry whose size is not known beforehand; undefined when it is not plain octal. */
export const parseSize = (header: Uint8Array): number | undefined => {
  const text = textOf(header, 'size');
  return /^[0-7]{11} $/.test(text) ? Number.parseInt(text, 8) : undefined;
};

/** Throws `bundle` unless the header is, byte for byte, the one that packing makes for this entry. */
export const refuseOtherHeader = (received: Uint8Array, wanted: EntryHeader): void => {
  if (Buffer.compare(received, renderHeader(wanted)) !== 0) {
    throw refusal(`${explainHeader(received, wanted)}; the entry ${quote(wanted.name)} was expected`);
  }
};

/** Explains to a person how a header differs; the refusal does not depend on it. */
const explainHeader = (received: Uint8Array, wanted: EntryHeader): string => {
  if (received.length < BLOCK_BYTES) return 'the archive is cut off in a tar header';
  if (received.every((byte) => byte === 0)) return 'the archive ends here: a block of zeros';
  if (!textOf(received, 'magic').startsWith('ustar'))
    return 'this is no tar header: its magic is not "ustar"';
  const checksum = textOf(received, 'checksum');
  if (checksum !== renderChecksum(received)) {
    return `tar checksum ${quote(checksum)} is wrong: the header sums up to ${quote(renderChecksum(received))}`;
  }
  return explainMeaning(received, wanted);
};

const explainMeaning = (received: Uint8Array, wanted: EntryHeader): string => {
  const expected = renderHeader(wanted);
  const name = untilNul(textOf(received, 'name'));
  const type = textOf(received, 'type');
  if (type !== '0') {
    return `tar entry ${quote(name)} is ${TYPES[type] ?? `of the unknown type ${quote(type)}`}: only plain files are allowed`;
  }
  if (textOf(received, 'prefix') !== textOf(expected, 'prefix')) {
    return `tar entry ${quote(name)} has the prefix ${quote(untilNul(textOf(received, 'prefix')))}: none is allowed`;
  }
  if (name !== wanted.name) return explainName(name);
  const size = textOf(received, 'size');
  // GNU and star write sizes from 8 GiB on, and negative ones, as binary numbers with the top bit set.
  if (size.charCodeAt(0) >= 0x80)
    return `tar entry ${quote(name)} has its size in base 256: octal was wanted`;
  if (parseSize(received) === undefined) {
    return `tar entry ${quote(name)} has the size ${quote(size)}: eleven octal digits and a space were wanted`;
  }
  if (size !== textOf(expected, 'size')) {
    return `tar entry ${quote(name)} has ${parseSize(received)} bytes: ${wanted.sizeBytes} were wanted`;
  }
  // The checksum is right for what was received, so it differs with whatever differs.
  const other = FIELDS.map(([field]) => field).find(
    (field) => field !== 'checksum' && textOf(received, field) !== textOf(expected, field),
  )!;
  return `tar entry ${quote(name)} has the ${other} ${quote(textOf(received, other))}: ${quote(textOf(expected, other))} was wanted`;
};

const explainName = (name: string): string => {
  if (name.startsWith('/')) return `tar entry ${quote(name)} has an absolute name`;
  if (name.split(/[/\\]/).includes('..')) return `tar entry ${quote(name)} climbs out of its folder`;
  return `tar entry ${quote(name)} is unknown, repeated or out of order`;
};

/** The sum over all bytes, those of the checksum itself taken as spaces. */
const renderChecksum = (header: Uint8Array): string => {
  const own = fieldOf(header, 'checksum').reduce((sum, byte) => sum + byte, 0);
  const sum = header.reduce((total, byte) => total + byte, 0) - own + 8 * 0x20;
  return `${sum.toString(8).padStart(6, '0')} \0`;
};

const fieldOf = (header: Uint8Array, field: FieldName): Uint8Array => {
  const [, offset, length] = FIELDS.find(([name]) => name === field)!;
  return header.subarray(offset, offset + length);
};

/** One character per byte, so that nothing is lost or joined. */
const textOf = (header: Uint8Array, field: FieldName): string =>
  Buffer.from(fieldOf(header, field)).toString('latin1');

const untilNul = (text: string): string => text.split('\0', 1)[0]!;
