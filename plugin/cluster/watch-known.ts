// What a watch remembers of the objects it has told about: enough to tell which have vanished, and no more.
import type { WatchEvent } from './api.ts';

export interface WatchedObject {
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
  };
}

interface Remembered {
  readonly name: string;
  readonly namespace: string | undefined;
  readonly uid: string;
}

export class Known {
  readonly #objects = new Map<string, Remembered>();
  /** Keys that the list in progress has named; undefined where none is. */
  #listed: Set<string> | undefined;

  startList(): void {
    this.#listed = new Set();
  }

  /** Yields the object; before it the end of another of the same name, if that went unseen. */
  *set<T>(object: T): Generator<WatchEvent<T>> {
    const { name = '', namespace, uid = '' } = (object as WatchedObject).metadata ?? {};
    const key = `${namespace ?? ''}/${name}`;
    const former = this.#objects.get(key);
    if (former !== undefined && former.uid !== uid) yield { kind: 'deleted', object: stub<T>(former) };
    this.#objects.set(key, { name, namespace, uid });
    this.#listed?.add(key);
    yield { kind: 'set', object };
  }

  *remove<T>(object: T): Generator<WatchEvent<T>> {
    const { name = '', namespace } = (object as WatchedObject).metadata ?? {};
    if (this.#objects.delete(`${namespace ?? ''}/${name}`)) yield { kind: 'deleted', object };
  }

  /** Yields what a whole list no longer had. */
  *endList<T>(): Generator<WatchEvent<T>> {
    for (const [key, former] of this.#objects) {
      if (this.#listed?.has(key)) continue;
      this.#objects.delete(key);
      yield { kind: 'deleted', object: stub<T>(former) };
    }
    this.#listed = undefined;
  }
}

const stub = <T>({ name, namespace, uid }: Remembered): T =>
  ({ metadata: { name, uid, ...(namespace === undefined ? {} : { namespace }) } }) as T;
