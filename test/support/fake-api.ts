// An in-memory `Api`: a store of objects by path with UIDs, resource versions, conflicts, preconditions and dry runs,
// as far as the cluster room uses them. It has no opinions on what objects mean and no watches.
import {
  type Api,
  ApiError,
  type ListOptions,
  type RequestOptions,
  type WatchEvent,
} from '../../plugin/cluster/api.ts';

interface Stored {
  apiVersion?: string;
  kind?: string;
  metadata: {
    name: string;
    uid: string;
    resourceVersion: string;
    labels?: Record<string, string>;
    [more: string]: unknown;
  };
  [more: string]: unknown;
}

export class FakeApi implements Api {
  readonly objects = new Map<string, Stored>();
  /** Every request as `VERB path`, with ` (dry run)`. */
  readonly requests: string[] = [];
  /** Called before each request; may throw, as an API server that refuses. */
  intercept: (request: string, body: unknown) => void | Promise<void> = () => {};
  #version = 0;

  /** Puts an object as somebody else would. */
  put(path: string, object: object): Stored {
    const previous = this.objects.get(path);
    const { metadata = {}, ...rest } = object as { metadata?: object };
    this.#version += 1;
    const stored: Stored = {
      ...rest,
      metadata: {
        name: path.slice(path.lastIndexOf('/') + 1),
        uid: previous?.metadata.uid ?? `uid-${this.#version}`,
        ...metadata,
        resourceVersion: String(this.#version),
      },
    };
    this.objects.set(path, stored);
    return stored;
  }

  async #note(
    verb: string,
    path: string,
    options: RequestOptions | undefined,
    body?: unknown,
  ): Promise<void> {
    const request = `${verb} ${path}${options?.isDryRun ? ' (dry run)' : ''}`;
    this.requests.push(request);
    await this.intercept(request, body);
  }

  #find(path: string): Stored {
    const found = this.objects.get(path);
    if (!found) throw new ApiError(404, 'NotFound', `"${path}" not found`);
    return found;
  }

  async get<T>(path: string, options?: RequestOptions): Promise<T> {
    await this.#note('GET', path, options);
    return structuredClone(this.#find(path)) as T;
  }

  async create<T>(path: string, body: unknown, options?: RequestOptions): Promise<T> {
    await this.#note('POST', path, options, body);
    const { name } = (body as Stored).metadata ?? {};
    const place = `${path}/${name}`;
    if (this.objects.has(place)) throw new ApiError(409, 'AlreadyExists', `"${name}" already exists`);
    if (options?.isDryRun) return body as T;
    return structuredClone(this.put(place, JSON.parse(JSON.stringify(body)))) as T;
  }

  async replace<T>(path: string, body: unknown, options?: RequestOptions): Promise<T> {
    await this.#note('PUT', path, options, body);
    const found = this.#find(path);
    const wanted = (body as Stored).metadata.resourceVersion;
    if (wanted !== undefined && wanted !== found.metadata.resourceVersion)
      throw new ApiError(409, 'Conflict', 'the object has been modified');
    return structuredClone(this.put(path, JSON.parse(JSON.stringify(body)))) as T;
  }

  async patch<T>(
    path: string,
    body: unknown,
    options: RequestOptions & { readonly type: string },
  ): Promise<T> {
    await this.#note('PATCH', path, options, body);
    const found = this.#find(path);
    if (Array.isArray(body)) return this.put(path, applyJsonPatch(found, body as JsonPatch)) as T;
    const { metadata } = body as { metadata: { uid?: string; labels?: Record<string, string | null> } };
    if (metadata.uid !== undefined && metadata.uid !== found.metadata.uid)
      throw new ApiError(422, 'Invalid', 'metadata.uid: Invalid value: field is immutable');
    const labels = Object.entries({ ...found.metadata.labels, ...metadata.labels }).filter(
      ([, value]) => value !== null,
    );
    if (options.isDryRun) return found as T;
    return this.put(path, {
      ...found,
      metadata: { ...found.metadata, labels: Object.fromEntries(labels) },
    }) as T;
  }

  async delete<T>(path: string, body?: unknown, options?: RequestOptions): Promise<T> {
    await this.#note('DELETE', path, options, body);
    const found = this.#find(path);
    const { uid } = (body as { preconditions?: { uid?: string } } | undefined)?.preconditions ?? {};
    if (uid !== undefined && uid !== found.metadata.uid)
      throw new ApiError(409, 'Conflict', 'UID in precondition');
    for (const other of [...this.objects.keys()])
      if (other === path || other.includes(`${path}/`)) this.objects.delete(other);
    return {} as T;
  }

  async *list<T>(path: string, options: ListOptions = {}): AsyncIterable<readonly T[]> {
    await this.#note('LIST', path, undefined);
    const wanted = (options.labelSelector ?? '')
      .split(',')
      .filter(Boolean)
      .map((part) => part.split('='));
    const found = [...this.objects].filter(
      ([place, { metadata }]) =>
        place.startsWith(`${path}/`) &&
        !place.slice(path.length + 1).includes('/') &&
        wanted.every(([key, value]) => metadata.labels?.[key ?? ''] === value),
    );
    yield structuredClone(found.map(([, object]) => object)) as T[];
  }

  watch<T>(): AsyncIterable<WatchEvent<T>> {
    throw new Error('the fake has no watches');
  }

  async text(path: string): Promise<string> {
    await this.#note('GET', path, undefined);
    return String(this.#find(path).text);
  }

  close(): void {}
}

type JsonPatch = readonly {
  readonly op: 'test' | 'remove';
  readonly path: string;
  readonly value?: unknown;
}[];

/** The two operations that the plugin uses; a test that does not hold is Invalid, as Kubernetes answers it. */
const applyJsonPatch = (object: Stored, patch: JsonPatch): Stored => {
  const changed = structuredClone(object);
  for (const { op, path, value } of patch) {
    const keys = path.slice(1).split('/');
    const last = keys.pop() ?? '';
    const parent = keys.reduce<unknown>((at, key) => (at as Record<string, unknown>)?.[key], changed);
    if (op === 'remove') (parent as unknown[]).splice(Number(last), 1);
    else if (JSON.stringify((parent as Record<string, unknown>)?.[last]) !== JSON.stringify(value))
      throw new ApiError(422, 'Invalid', `the server rejected our request: testing ${path} failed`);
  }
  return changed;
};
