// macOS' code signature as far as a program signed by nobody needs it ("ad hoc", as linkers sign): Apple silicon kills
// a program whose pages do not hash to what its code directory says. Needs no tool of Apple's.
// Sources: xnu osfmk/kern/cs_blobs.h, EXTERNAL_HEADERS/mach-o/loader.h.
import { createHash } from 'node:crypto';

const MACH_O_64 = 0xfeedfacf;
const MACH_O_HEADER_BYTES = 32;
const LC_SEGMENT_64 = 0x19;
const LC_CODE_SIGNATURE = 0x1d;

const SUPER_BLOB = 0xfade0cc0;
const CODE_DIRECTORY = 0xfade0c02;
const CODE_DIRECTORY_SLOT = 0;
const SUPER_BLOB_BYTES = 12 + 8;
const CODE_DIRECTORY_BYTES = 88;
const VERSION_WITH_EXEC_SEGMENT = 0x20400;
const ADHOC_AND_LINKER_SIGNED = 0x20002;
const SHA256_TYPE = 2;
const SHA256_BYTES = 32;
const PAGE_SHIFT = 12;
const PAGE_BYTES = 2 ** PAGE_SHIFT;
/** Of the largest page a Mac has. */
const SEGMENT_ALIGNMENT = 2 ** 14;
const MAIN_BINARY = 1n;

interface Layout {
  /** Offset of the load command. */
  readonly command: number;
  /** Where the signature begins: all before it is hashed. */
  readonly codeLimit: number;
  readonly signatureBytes: number;
  readonly linkEdit: { readonly command: number; readonly fileOffset: number };
  readonly textBytes: bigint;
}

const readLayout = (file: Buffer): Layout => {
  if (file.length < MACH_O_HEADER_BYTES || file.readUInt32LE(0) !== MACH_O_64) {
    throw new Error('this is no 64-bit Mach-O file');
  }
  const found: { signature?: number; text?: number; linkEdit?: number } = {};
  let offset = MACH_O_HEADER_BYTES;
  for (let rest = file.readUInt32LE(16); rest > 0; rest -= 1) {
    const kind = file.readUInt32LE(offset);
    if (kind === LC_CODE_SIGNATURE) found.signature = offset;
    if (kind === LC_SEGMENT_64) {
      const name = file.toString('latin1', offset + 8, offset + 24).replace(/\0+$/, '');
      if (name === '__TEXT') found.text = offset;
      if (name === '__LINKEDIT') found.linkEdit = offset;
    }
    offset += file.readUInt32LE(offset + 4);
  }
  const { signature, text, linkEdit } = found;
  if (signature === undefined || text === undefined || linkEdit === undefined) {
    throw new Error('the Mach-O file has no place for a signature, no __TEXT or no __LINKEDIT');
  }
  return {
    command: signature,
    codeLimit: file.readUInt32LE(signature + 8),
    signatureBytes: file.readUInt32LE(signature + 12),
    linkEdit: { command: linkEdit, fileOffset: Number(file.readBigUInt64LE(linkEdit + 40)) },
    textBytes: file.readBigUInt64LE(text + 48),
  };
};

const hashOf = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

const align = (size: number, to: number): number => Math.ceil(size / to) * to;

/**
 * Returns the program with an ad-hoc signature in the place of whatever signature it had. The old one must be the last
 * thing in the file, as every linker puts it; throws otherwise.
 */
export const signAdHoc = (program: Uint8Array, identifier: string): Buffer => {
  const { command, codeLimit, signatureBytes, linkEdit, textBytes } = readLayout(Buffer.from(program));
  if (codeLimit + signatureBytes !== program.length || codeLimit % 16 !== 0) {
    throw new Error(
      `the signature lies at ${codeLimit} and has ${signatureBytes} bytes; the end of ${program.length} was wanted`,
    );
  }
  const name = Buffer.from(`${identifier}\0`);
  const pages = Math.ceil(codeLimit / PAGE_BYTES);
  const hashOffset = CODE_DIRECTORY_BYTES + name.length;
  const directoryBytes = hashOffset + pages * SHA256_BYTES;
  const blobBytes = SUPER_BLOB_BYTES + directoryBytes;
  const signedBytes = align(blobBytes, 16);

  const signed = Buffer.alloc(codeLimit + signedBytes);
  signed.set(program.subarray(0, codeLimit));
  // The header is hashed too: it must say the new sizes first.
  signed.writeUInt32LE(signedBytes, command + 12);
  const linkEditBytes = signed.length - linkEdit.fileOffset;
  signed.writeBigUInt64LE(BigInt(align(linkEditBytes, SEGMENT_ALIGNMENT)), linkEdit.command + 32);
  signed.writeBigUInt64LE(BigInt(linkEditBytes), linkEdit.command + 48);

  const blob = signed.subarray(codeLimit);
  const superBlob = [SUPER_BLOB, blobBytes, 1, CODE_DIRECTORY_SLOT, SUPER_BLOB_BYTES];
  for (const [index, value] of superBlob.entries()) blob.writeUInt32BE(value, 4 * index);
  const directory = blob.subarray(SUPER_BLOB_BYTES);
  const fields = [
    ...[CODE_DIRECTORY, directoryBytes, VERSION_WITH_EXEC_SEGMENT, ADHOC_AND_LINKER_SIGNED],
    ...[hashOffset, CODE_DIRECTORY_BYTES, 0, pages, codeLimit],
  ];
  for (const [index, value] of fields.entries()) directory.writeUInt32BE(value, 4 * index);
  directory.set([SHA256_BYTES, SHA256_TYPE, 0, PAGE_SHIFT], 36);
  directory.writeBigUInt64BE(0n, 64);
  directory.writeBigUInt64BE(textBytes, 72);
  directory.writeBigUInt64BE(MAIN_BINARY, 80);
  directory.set(name, CODE_DIRECTORY_BYTES);
  for (let page = 0; page < pages; page += 1) {
    const bytes = signed.subarray(page * PAGE_BYTES, Math.min((page + 1) * PAGE_BYTES, codeLimit));
    directory.set(hashOf(bytes), hashOffset + page * SHA256_BYTES);
  }
  return signed;
};

/** Throws unless the signature covers all that stands before it and every page hashes to what it says. */
export const verifySignature = (program: Uint8Array): void => {
  const file = Buffer.from(program.buffer, program.byteOffset, program.length);
  const { codeLimit, signatureBytes } = readLayout(file);
  const blob = file.subarray(codeLimit, codeLimit + signatureBytes);
  if (
    blob.length !== signatureBytes ||
    signatureBytes < SUPER_BLOB_BYTES ||
    blob.readUInt32BE(0) !== SUPER_BLOB
  ) {
    throw new Error('the file has no code signature where its header says');
  }
  const directory = blob.subarray(findCodeDirectory(blob));
  const covered = directory.readUInt32BE(32);
  if (covered !== codeLimit) throw new Error(`the signature covers ${covered} of ${codeLimit} bytes`);
  const [hashBytes, hashType, , pageShift = 0] = directory.subarray(36, 40);
  if (hashBytes !== SHA256_BYTES || hashType !== SHA256_TYPE) {
    throw new Error(`the signature's hashes are of type ${hashType}: 2, sha256, was wanted`);
  }
  const pageBytes = 2 ** pageShift;
  const pages = directory.readUInt32BE(28);
  if (pages !== Math.ceil(codeLimit / pageBytes)) {
    throw new Error(`the signature has ${pages} pages: ${Math.ceil(codeLimit / pageBytes)} were wanted`);
  }
  const hashOffset = directory.readUInt32BE(16);
  const wrong = Array.from({ length: pages }, (_, page) => page).filter((page) => {
    const bytes = file.subarray(page * pageBytes, Math.min((page + 1) * pageBytes, codeLimit));
    const at = hashOffset + page * SHA256_BYTES;
    return !hashOf(bytes).equals(directory.subarray(at, at + SHA256_BYTES));
  });
  if (wrong.length > 0) throw new Error(`${wrong.length} of ${pages} pages differ from the signature`);
};

const findCodeDirectory = (blob: Buffer): number => {
  for (let index = 0; index < blob.readUInt32BE(8); index += 1) {
    const at = 12 + 8 * index;
    if (blob.readUInt32BE(at) === CODE_DIRECTORY_SLOT) {
      const offset = blob.readUInt32BE(at + 4);
      if (blob.readUInt32BE(offset) === CODE_DIRECTORY) return offset;
    }
  }
  throw new Error('the signature has no code directory');
};
