// The numbers of the bundle format. Raising one is compatible; lowering one refuses bundles that exist.

const KIB = 1024;
const MIB = 1024 * KIB;

export const MAXIMUM_NAME_LENGTH = 40;
export const MAXIMUM_PATH_LENGTH = 200;
/** Segments of a profile path, the file's own name included. */
export const MAXIMUM_PATH_DEPTH = 4;
export const MAXIMUM_PROFILE_BYTES = MIB;
export const MAXIMUM_PROFILES = 4096;
/** 4,096 profiles with the longest paths, every architecture and a source come to 2.1 MiB. */
export const MAXIMUM_MANIFEST_BYTES = 3 * MIB;
export const MAXIMUM_COMPRESSED_BYTES = 8 * MIB;
/** Of the tar, and of what a node writes when every profile lies on its disk. */
export const MAXIMUM_UNPACKED_BYTES = 64 * MIB;
/** A ConfigMap holds at most 1 MiB of data, `binaryData` counted decoded (API server, `MaxSecretSize`). */
export const MAXIMUM_CHUNK_BYTES = 900 * KIB;
