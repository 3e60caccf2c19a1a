// The nodes and records of a cluster as they are now: a fold over what watches tell. Pure; what has not changed keeps
// its identity, so that whoever draws it need not look again.
import type { NodeSeen } from './node.ts';
import type { Release } from './release.ts';

/** News of the fleet, as watches bring it. */
export type FleetNews =
  | { readonly kind: 'node'; readonly node: NodeSeen }
  | { readonly kind: 'node-gone'; readonly name: string }
  | { readonly kind: 'release'; readonly release: Release }
  | { readonly kind: 'release-gone'; readonly bundle: string; readonly revision: number }
  /** All nodes (or records) there are have been told. Comes again whenever a lost connection is back. */
  | { readonly kind: 'synced'; readonly part: FleetPart }
  /** The connection was lost and is being taken up again. */
  | { readonly kind: 'lost'; readonly part: FleetPart; readonly message: string }
  /** It is there again, and nothing was missed. */
  | { readonly kind: 'regained'; readonly part: FleetPart }
  /** There will be no more news of this part, e.g. because it may be listed but not watched. */
  | { readonly kind: 'ended'; readonly part: FleetPart; readonly message: string }
  /** A record that cannot be read. */
  | { readonly kind: 'damaged'; readonly message: string };

export type FleetPart = 'nodes' | 'records';

export interface Fleet {
  /** Sorted by name. */
  readonly nodes: readonly NodeSeen[];
  /** Sorted by bundle, then revision: newest last. */
  readonly releases: readonly Release[];
  readonly synced: Readonly<Record<FleetPart, boolean>>;
  /** Why something is not up to date, by part. */
  readonly lost: Readonly<Partial<Record<FleetPart, string>>>;
  readonly damaged: readonly string[];
}

export const emptyFleet: Fleet = {
  nodes: [],
  releases: [],
  synced: { nodes: false, records: false },
  lost: {},
  damaged: [],
};

/** Applies news in order; a burst of thousands costs one copy. Returns the same fleet where nothing has changed. */
export const foldFleet = (fleet: Fleet, news: readonly FleetNews[]): Fleet => {
  const nodes = new Changes(fleet.nodes, ({ name }) => name);
  const releases = new Changes(fleet.releases, keyOfRelease);
  let { synced, lost, damaged } = fleet;
  for (const one of news)
    switch (one.kind) {
      case 'node':
        nodes.set(one.node);
        break;
      case 'node-gone':
        nodes.remove(one.name);
        break;
      case 'release':
        releases.set(one.release);
        break;
      case 'release-gone':
        releases.remove(keyOfRelease(one));
        break;
      case 'synced':
        if (!synced[one.part]) synced = { ...synced, [one.part]: true };
        if (lost[one.part] !== undefined) lost = { ...lost, [one.part]: undefined };
        break;
      case 'regained':
        if (lost[one.part] !== undefined) lost = { ...lost, [one.part]: undefined };
        break;
      case 'lost':
      case 'ended':
        lost = { ...lost, [one.part]: one.message };
        break;
      case 'damaged':
        if (!damaged.includes(one.message)) damaged = [...damaged, one.message];
        break;
    }
  const next = { nodes: nodes.result(), releases: releases.result(), synced, lost, damaged };
  const isSame = (Object.keys(next) as (keyof Fleet)[]).every((key) => next[key] === fleet[key]);
  return isSame ? fleet : next;
};

/** Zeros in front, so that v10 comes after v9. */
const keyOfRelease = ({ bundle, revision }: Pick<Release, 'bundle' | 'revision'>): string =>
  `${bundle}\0${String(revision).padStart(16, '0')}`;

/** A sorted list that is copied only once something in it has changed. */
class Changes<T> {
  readonly #before: readonly T[];
  readonly #keyOf: (value: T) => string;
  #after: Map<string, T> | undefined;
  #isUnsorted = false;

  constructor(before: readonly T[], keyOf: (value: T) => string) {
    this.#before = before;
    this.#keyOf = keyOf;
  }

  set(value: T): void {
    const key = this.#keyOf(value);
    const known = this.#find(key);
    // Heartbeats and relists tell again what is known already.
    if (known !== undefined && JSON.stringify(known) === JSON.stringify(value)) return;
    this.#isUnsorted ||= known === undefined;
    this.#open().set(key, value);
  }

  remove(key: string): void {
    if (this.#find(key) !== undefined) this.#open().delete(key);
  }

  result(): readonly T[] {
    if (this.#after === undefined) return this.#before;
    if (!this.#isUnsorted) return [...this.#after.values()];
    return [...this.#after].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, value]) => value);
  }

  #open(): Map<string, T> {
    this.#after ??= new Map(this.#before.map((value) => [this.#keyOf(value), value]));
    return this.#after;
  }

  #find(key: string): T | undefined {
    if (this.#after !== undefined) return this.#after.get(key);
    let low = 0;
    let high = this.#before.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const value = this.#before[middle]!;
      const found = this.#keyOf(value);
      if (found === key) return value;
      if (found < key) low = middle + 1;
      else high = middle - 1;
    }
    return undefined;
  }
}
