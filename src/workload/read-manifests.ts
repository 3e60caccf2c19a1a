// Manifests as kubectl takes them (YAML or JSON, several documents, Lists) -> the pods and templates in them.
import { SeccompError } from '../error.ts';
import type { DocumentNode } from '../profile/document.ts';
import { renderProblem } from '../profile/problem.ts';
import { readText } from '../profile/read-text.ts';
import { readYaml } from '../profile/read-yaml.ts';
import { createReport } from '../profile/report.ts';
import type { CheckSubject } from './check.ts';
import { POD_KINDS } from './named.ts';
import type { ControllerObject, PodObject, PodTemplate } from './objects.ts';

export interface Manifests {
  readonly subjects: readonly CheckSubject[];
  /** Kinds of the documents that neither are nor make pods, each once. */
  readonly others: readonly string[];
}

/** Reads a file; throws SeccompError `file` for one that is no manifest. `namespace` is that of objects that name none. */
export const readManifests = (content: Uint8Array, file: string, namespace: string): Manifests => {
  const { text, message } = readText(content);
  const report = createReport(file, text);
  // JSON is YAML too.
  const { roots } = message === undefined ? readYaml(text, report) : { roots: [] };
  const [problem] = report.problems();
  if (message !== undefined || problem !== undefined)
    throw new SeccompError('file', problem ? renderProblem(problem) : `${file}: ${message}`);
  const objects = roots.flatMap((root) => itemsOf(plain(root), file));
  const subjects = objects.flatMap((object) => subjectOf(object, namespace) ?? []);
  const others = objects.filter((object) => !isKnown(object)).map(({ kind }) => kind ?? '');
  return { subjects, others: [...new Set(others)] };
};

/** Reads one object; undefined for a kind that has no pod's spec in it. */
export const subjectOf = (object: KindedObject, namespace: string): CheckSubject | undefined => {
  if (!isKnown(object)) return undefined;
  const { kind = '', metadata = {} } = object;
  return {
    namespace: metadata.namespace ?? namespace,
    workload: { kind, name: metadata.name ?? '' },
    template: templateOf(object),
  };
};

/** An object with its kind, as a manifest says it; the API server leaves it out in lists. */
export type KindedObject = (PodObject | ControllerObject) & { readonly kind?: string };

const isKnown = ({ kind: name }: KindedObject): boolean => POD_KINDS.some(({ kind }) => kind === name);

const templateOf = (object: KindedObject): PodTemplate => {
  if (object.kind === 'Pod') return object as PodObject;
  const { spec = {} } = object as ControllerObject;
  return spec.jobTemplate?.spec?.template ?? spec.template ?? {};
};

const itemsOf = (value: unknown, file: string): readonly KindedObject[] => {
  const object = value as (KindedObject & { readonly items?: unknown }) | null;
  if (typeof object !== 'object' || object === null || typeof object.kind !== 'string')
    throw new SeccompError('file', `${file}: a document is no Kubernetes object: it has no kind`);
  return /List$/.test(object.kind) && Array.isArray(object.items)
    ? object.items.flatMap((item) => itemsOf(item, file))
    : [object];
};

/** The last of several members of a name counts, as for the API server. */
const plain = (node: DocumentNode): unknown => {
  switch (node.kind) {
    case 'object':
      return Object.fromEntries(node.members.map(({ name, value }) => [name, plain(value)]));
    case 'array':
      return node.items.map(plain);
    case 'number':
      return node.integer === undefined ? node.text : Number(node.integer);
    case 'null':
      // A field that is null is one that is not there.
      return undefined;
    default:
      return node.value;
  }
};
