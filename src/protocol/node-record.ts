// The record `.web.json` on a node: what was last begun with a bundle there. It is written before the link is
// swapped, so that an older Job that comes late finds the newer revision and leaves it alone.
import {
  parseJson,
  refuseOtherVersion,
  takeCount,
  takeObject,
  takeOptional,
  takeSha256,
  takeString,
  takeWord,
} from './shape.ts';

export interface NodeRecord {
  readonly version: 1;
  /** `remove` only stands while a removal is under way, or was killed. */
  readonly operation: 'install' | 'remove';
  readonly revision: number;
  /** Full digest; absent for `remove`. */
  readonly digest?: string;
  /** By the node's clock, RFC 3339. */
  readonly at: string;
}

/** Bounds what is read of a file that somebody else may have put there. */
export const MAXIMUM_RECORD_BYTES = 4096;

/** Renders the record as it lies on disk. */
export const renderRecord = (record: NodeRecord): Uint8Array =>
  new TextEncoder().encode(`${JSON.stringify(record)}\n`);

/** Parses a record; throws `protocol` for an unknown version, an unknown field or a wrong value. */
export const parseRecord = (text: string): NodeRecord => {
  const where = 'the record';
  const value = parseJson(text, where);
  refuseOtherVersion(value, where);
  const fields = takeObject(value, where, ['version', 'operation', 'revision', 'digest', 'at']);
  const operation = takeWord(fields.operation, `${where}.operation`, ['install', 'remove']);
  return {
    version: 1,
    operation,
    revision: takeCount(fields.revision, `${where}.revision`),
    ...(operation === 'install'
      ? { digest: takeSha256(fields.digest, `${where}.digest`) }
      : takeOptional(fields, 'digest', where, takeSha256)),
    at: takeString(fields.at, `${where}.at`, 40),
  };
};

/** Tells whether two records speak of the same step; the time does not count. */
export const isSameStep = (a: NodeRecord, b: NodeRecord): boolean =>
  a.operation === b.operation && a.revision === b.revision && a.digest === b.digest;
