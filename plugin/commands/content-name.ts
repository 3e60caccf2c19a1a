// How people name a recorded content: `web@v3`, `web@3fa9c1d2e4f5a6b7`, and with a path one profile of it. Pure.
import { checkBundleName } from '../../src/bundle/entry-path.ts';

export interface ContentName {
  readonly bundle: string;
  /** One of the two is there. */
  readonly revision?: number;
  /** The first 16 digits of a digest. */
  readonly digest16?: string;
  /** Below the bundle's folder; absent: all of it. */
  readonly path?: string;
}

/** Parses the name of a recorded content; undefined for anything else, e.g. a file's name. */
export const parseContentName = (text: string): ContentName | undefined => {
  const [, bundle = '', revision, digest, path] =
    /^([a-z0-9-]+)@(?:v([1-9]\d{0,8})|([0-9a-f]{16}))(?:\/(.*))?$/s.exec(text) ?? [];
  if (checkBundleName(bundle) !== undefined) return undefined;
  return {
    bundle,
    ...(revision !== undefined && { revision: Number(revision) }),
    ...(digest !== undefined && { digest16: digest }),
    ...(path && { path }),
  };
};
