// The rows of `usage` kept up to date object by object, as watches tell of them. A row that has not changed keeps its
// identity, so that whoever judges or draws it need not do so again.
import { foldPod, keyOf, type PodUse, type WorkloadRow } from './rows.ts';
import type { ContainerSeen, PodSeen, TemplateSeen } from './seen.ts';

interface LiveRow {
  readonly head: Omit<WorkloadRow, 'template' | 'pods'>;
  /** By the object that says so. */
  readonly templates: Map<string, NonNullable<WorkloadRow['template']>>;
  readonly pods: Map<string, PodUse>;
  /** Undefined since something of it has changed. */
  made: WorkloadRow | undefined;
}

export class LiveRows {
  readonly #rows = new Map<string, LiveRow>();
  /** The rows that an object is part of. */
  readonly #of = new Map<string, readonly LiveRow[]>();
  readonly #words = new Map<string, string>();
  #result: readonly WorkloadRow[] = [];
  #isChanged = false;

  /** Tells whether anything has changed since `result` was last asked for. */
  get isChanged(): boolean {
    return this.#isChanged;
  }

  /** Takes a pod as it is now; `key` identifies it among all objects. */
  setPod(key: string, pod: PodSeen): void {
    const before = this.#of.get(key) ?? [];
    const uses = pod.containers.map((container) => ({
      row: this.#rowOf(pod, container),
      use: foldPod(pod, container, this.#share),
    }));
    const rows = uses.map(({ row }) => row);
    const isSame =
      before.length === rows.length &&
      uses.every(({ row, use }, index) => before[index] === row && isSameUse(row.pods.get(key), use));
    // A kubelet tells of its pods again and again; most of that says nothing here.
    if (isSame) return;
    this.#put(key, rows);
    for (const { row, use } of uses) row.pods.set(key, use);
  }

  /** Takes what an object's template says now; nothing where it makes no pods any more. */
  setTemplate(key: string, templates: readonly TemplateSeen[]): void {
    const placed = templates.flatMap((template) =>
      template.containers.map((container) => ({ template, row: this.#rowOf(template, container) })),
    );
    const before = this.#of.get(key) ?? [];
    const isSame =
      before.length === placed.length &&
      placed.every(
        ({ row, template }, index) =>
          before[index] === row &&
          JSON.stringify(row.templates.get(key)?.placement) === JSON.stringify(template.placement),
      );
    if (isSame) return;
    this.#put(
      key,
      placed.map(({ row }) => row),
    );
    for (const { row, template } of placed) row.templates.set(key, { placement: template.placement });
  }

  /** Forgets an object that is gone. */
  remove(key: string): void {
    this.#put(key, []);
  }

  /** Returns all rows, sorted as `usage` sorts them. */
  result(): readonly WorkloadRow[] {
    if (!this.#isChanged) return this.#result;
    this.#isChanged = false;
    for (const [key, row] of this.#rows)
      if (row.pods.size === 0 && row.templates.size === 0) this.#rows.delete(key);
    this.#result = [...this.#rows]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([, row]) => (row.made ??= make(row)));
    return this.#result;
  }

  /** Takes an object out of the rows that it was part of, and notes those that it is part of now. */
  #put(key: string, rows: readonly LiveRow[]): void {
    const before = this.#of.get(key) ?? [];
    for (const row of before) {
      row.pods.delete(key);
      row.templates.delete(key);
    }
    for (const row of [...before, ...rows]) row.made = undefined;
    this.#isChanged ||= before.length + rows.length > 0;
    if (rows.length > 0) this.#of.set(key, rows);
    else this.#of.delete(key);
  }

  #rowOf(seen: PodSeen | TemplateSeen, container: ContainerSeen): LiveRow {
    const key = keyOf(seen, container);
    const known = this.#rows.get(key);
    if (known) return known;
    const { namespace, workload } = seen;
    const { name, role, confinement } = container;
    const row: LiveRow = {
      head: { namespace, workload, container: { name, role }, confinement },
      templates: new Map(),
      pods: new Map(),
      made: undefined,
    };
    this.#rows.set(key, row);
    return row;
  }

  /** One copy of a text that thousands of pods repeat. */
  readonly #share = (text: string): string => {
    const known = this.#words.get(text);
    if (known !== undefined) return known;
    this.#words.set(text, text);
    return text;
  };
}

const isSameUse = (known: PodUse | undefined, use: PodUse): boolean =>
  known !== undefined &&
  known.node === use.node &&
  known.state === use.state &&
  known.startedAtMs === use.startedAtMs &&
  known.reason === use.reason;

const make = ({ head, templates, pods }: LiveRow): WorkloadRow => {
  const [template] = templates.values();
  return { ...head, ...(template && { template }), pods: [...pods.values()] };
};
