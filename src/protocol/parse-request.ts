// Request <-> text. Strict: what this program does not know it does not guess, because it acts as root.
import { checkBundleName } from '../bundle/entry-path.ts';
import { MAXIMUM_COMPRESSED_BYTES } from '../bundle/limits.ts';
import type { Chunk, Request } from './request.ts';
import {
  parseJson,
  refusal,
  refuseOtherVersion,
  takeBoolean,
  takeCount,
  takeList,
  takeMatch,
  takeObject,
  takeOptional,
  takeSha256,
  takeString,
  takeWord,
} from './shape.ts';

/** More than any bundle needs at 900 KiB a chunk, few enough to bound the work. */
const MAXIMUM_CHUNKS = Math.ceil(MAXIMUM_COMPRESSED_BYTES / (64 * 1024));

/** More generations than a node ever needs at once; the request must fit an environment variable. */
const MAXIMUM_KEPT = 1000;

/** Renders a request as the Job's environment carries it. */
export const renderRequest = (request: Request): string => JSON.stringify(request);

/** Parses a request; throws `protocol` for an unknown version, operation or field, or a wrong value. */
export const parseRequest = (text: string): Request => {
  const where = 'the request';
  const value = parseJson(text, where);
  refuseOtherVersion(value, where);
  const allFields = ['version', 'operation', 'bundle', 'digest', 'revision', 'chunks', 'force', 'kept'];
  const { operation: word } = takeObject(value, where, allFields);
  const operation = takeWord(word, `${where}.operation`, ['install', 'remove', 'prune', 'inspect']);
  if (operation === 'install') return takeInstall(value, where);
  if (operation === 'remove') {
    const fields = takeObject(value, where, ['version', 'operation', 'bundle', 'revision', 'force']);
    return { version: 1, operation, ...takeTarget(fields, where) };
  }
  if (operation === 'prune') {
    const fields = takeObject(value, where, ['version', 'operation', 'bundle', 'revision', 'kept']);
    return {
      version: 1,
      operation,
      bundle: takeBundleName(fields.bundle, `${where}.bundle`),
      revision: takeCount(fields.revision, `${where}.revision`),
      kept: takeList(fields.kept, `${where}.kept`, MAXIMUM_KEPT, takeDigest16),
    };
  }
  const fields = takeObject(value, where, ['version', 'operation', 'bundle']);
  return { version: 1, operation, ...takeOptional(fields, 'bundle', where, takeBundleName) };
};

const takeInstall = (value: unknown, where: string): Request => {
  const fields = takeObject(value, where, [
    'version',
    'operation',
    'bundle',
    'digest',
    'revision',
    'chunks',
    'force',
  ]);
  return {
    version: 1,
    operation: 'install',
    ...takeTarget(fields, where),
    digest: takeSha256(fields.digest, `${where}.digest`),
    chunks: takeList(fields.chunks, `${where}.chunks`, MAXIMUM_CHUNKS, takeChunk),
  };
};

const takeTarget = (fields: Readonly<Record<string, unknown>>, where: string) => ({
  bundle: takeBundleName(fields.bundle, `${where}.bundle`),
  revision: takeCount(fields.revision, `${where}.revision`),
  force: takeBoolean(fields.force, `${where}.force`),
});

const takeChunk = (value: unknown, where: string): Chunk => {
  const fields = takeObject(value, where, ['name', 'sha256']);
  // A name that could climb would read any file of the container.
  const name = takeMatch(
    fields.name,
    `${where}.name`,
    /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?$/,
    'a plain file name',
  );
  return { name, sha256: takeSha256(fields.sha256, `${where}.sha256`) };
};

/** Takes the first 16 digits of a digest, as a generation's name ends. */
export const takeDigest16 = (value: unknown, where: string): string =>
  takeMatch(value, where, /^[0-9a-f]{16}$/, 'the first 16 hex digits of a digest');

/** Takes a bundle's name: it becomes file names under the seccomp root. */
export const takeBundleName = (value: unknown, where: string): string => {
  const name = takeString(value, where, 100);
  const problem = checkBundleName(name);
  if (problem !== undefined) throw refusal(where, value, `a bundle name (${problem}) was`);
  return name;
};
