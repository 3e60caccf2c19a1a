// Lists page by page, so that a cluster of any size is never in memory at once.
import { ApiError, type ListOptions, type Query } from './api.ts';

/** What kubectl asks for. */
export const PAGE_SIZE = 500;
const RESTART_LIMIT = 5;

export interface Page<T> {
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items?: readonly T[] | null;
}

/** Gets one page. */
export type GetPage = <T>(path: string, query: Query, options: ListOptions) => Promise<Page<T>>;

interface Identified {
  readonly metadata?: { readonly uid?: string };
}

/** Yields the pages of one consistent list; throws ApiError 410 where the server has forgotten its place. */
export async function* readPages<T>(
  get: GetPage,
  path: string,
  options: ListOptions,
): AsyncGenerator<Page<T>> {
  let token = '';
  do {
    const page = await get<T>(path, pageQuery(options, token), options);
    yield page;
    token = page.metadata?.continue ?? '';
  } while (token !== '');
}

/**
 * Yields the items of all pages, no object twice. After a 410 it goes on where it was, from the cluster's present
 * state, if the server offers that; else it begins again and leaves out what it has yielded.
 */
export async function* listItems<T>(
  get: GetPage,
  path: string,
  options: ListOptions,
): AsyncGenerator<readonly T[]> {
  const yielded = new Set<string>();
  let token = '';
  let restarts = 0;
  do {
    const page = await getPage<T>(get, path, options, token);
    if (page instanceof Expired) {
      // Threat: a server whose tokens never work would be asked for ever.
      if (++restarts > RESTART_LIMIT) throw page.error;
      token = page.offeredToken;
      continue;
    }
    yield (page.items ?? []).filter((item) => isFirst(item as Identified, yielded));
    token = page.metadata?.continue ?? '';
    if (token === '') return;
  } while (true);
}

const isFirst = ({ metadata }: Identified, yielded: Set<string>): boolean => {
  const uid = metadata?.uid;
  if (uid === undefined) return true;
  const isNew = !yielded.has(uid);
  yielded.add(uid);
  return isNew;
};

class Expired {
  readonly error: ApiError;
  /** A token by which the server goes on at the same key in the newest state; '' where it offers none. */
  readonly offeredToken: string;

  constructor(error: ApiError) {
    const status = error.details as { readonly metadata?: { readonly continue?: unknown } } | undefined;
    const offered = status?.metadata?.continue;
    this.error = error;
    this.offeredToken = typeof offered === 'string' ? offered : '';
  }
}

/** A first page that is refused with 410 has no place to go on from: that is thrown. */
const getPage = async <T>(
  get: GetPage,
  path: string,
  options: ListOptions,
  token: string,
): Promise<Page<T> | Expired> => {
  try {
    return await get<T>(path, pageQuery(options, token), options);
  } catch (error) {
    if (error instanceof ApiError && error.status === 410 && token !== '') return new Expired(error);
    throw error;
  }
};

const pageQuery = (options: ListOptions, token: string): Query => ({
  limit: PAGE_SIZE,
  continue: token || undefined,
  labelSelector: options.labelSelector || undefined,
  fieldSelector: options.fieldSelector || undefined,
});
