// Manifests with pod templates in a text of YAML or JSON documents: which there are, and the text with one of them changed.
import type { Document } from 'yaml';
import type { WorkloadChoice } from '../../src/workload/bind-names.ts';
import { templateOf } from '../../src/workload/bind-patch.ts';
import { POD_KINDS } from '../../src/workload/named.ts';
import type { ControllerObject } from '../../src/workload/objects.ts';
import { editDocument, parseDocuments } from './yaml-edit.ts';

/** A workload as it stands in a file. */
export interface FileWorkload {
  readonly workload: WorkloadChoice;
  readonly object: ControllerObject;
  /** Which document, and which item of it where that is a List. */
  readonly document: number;
  readonly item?: number;
}

type Json = Readonly<Record<string, unknown>>;

/** Finds every object that makes pods, and pods; throws SeccompError `file` for what is no YAML. */
export const findFileWorkloads = (text: string, shownAs: string): FileWorkload[] =>
  parseDocuments(text, shownAs).flatMap((parsed: Document, document) => {
    const value = parsed.toJS() as Json | null;
    const items = isList(value) ? value.items.map((object, item) => ({ object, item })) : [{ object: value }];
    return items.flatMap(({ object, ...place }): FileWorkload[] => {
      const workload = chooseKind(object);
      return workload === undefined
        ? []
        : [{ workload, object: object as ControllerObject, document, ...place }];
    });
  });

/** Returns the text with one workload changed, and every other byte as it was; throws `file` where that cannot be. */
export const editFileWorkload = (
  text: string,
  { document, item }: FileWorkload,
  after: ControllerObject,
  shownAs: string,
): string => {
  const changed = withoutEmptyAnnotations(after);
  if (item === undefined) return editDocument(text, document, changed, shownAs);
  const list = parseDocuments(text, shownAs)[document]?.toJS() as { items: readonly unknown[] };
  const items = list.items.map((one, at) => (at === item ? changed : one));
  return editDocument(text, document, { ...list, items }, shownAs);
};

const isList = (value: Json | null): value is Json & { items: readonly Json[] } =>
  typeof value?.kind === 'string' && value.kind.endsWith('List') && Array.isArray(value.items);

const chooseKind = (object: Json | null): WorkloadChoice | undefined => {
  const kind = POD_KINDS.find((one) => one.kind === object?.kind);
  const name = (object?.metadata as { name?: unknown } | undefined)?.name;
  return kind === undefined ? undefined : { kind, name: typeof name === 'string' ? name : '' };
};

/** Of annotations of which none is left, nobody wants `{}` in a file. */
const withoutEmptyAnnotations = (object: ControllerObject): ControllerObject => {
  const { metadata } = templateOf(object);
  if (metadata?.annotations === undefined || Object.keys(metadata.annotations).length > 0) return object;
  const isPod = (object as { kind?: string }).kind === 'Pod';
  const { annotations: _, ...others } = metadata;
  const path = isPod
    ? ['metadata']
    : object.spec?.jobTemplate
      ? JOB_METADATA
      : ['spec', 'template', 'metadata'];
  return write(object as Json, path, others) as ControllerObject;
};

const JOB_METADATA = ['spec', 'jobTemplate', 'spec', 'template', 'metadata'];

const write = (owner: Json, [first = '', ...rest]: readonly string[], value: unknown): Json => ({
  ...owner,
  [first]: rest.length === 0 ? value : write(owner[first] as Json, rest, value),
});
