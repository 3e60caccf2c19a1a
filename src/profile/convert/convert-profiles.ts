// Profiles into another form, and all that was lost or decided on the way.
import { SeccompError } from '../../error.ts';
import { auditTwin } from '../audit.ts';
import type { DocumentNode } from '../document.ts';
import type { SourceProfile } from '../oci.ts';
import type { CompileOptions } from '../prepared.ts';
import { dockerJson } from '../render-docker.ts';
import type { Json } from '../render-json.ts';
import { ociJson } from '../render-oci.ts';
import { FILE_START } from '../report.ts';
import {
  configMap,
  machineConfig,
  type NamedJson,
  nodeDisruptionPolicy,
  talosPatch,
} from './kubernetes-objects.ts';
import { lostFields } from './lost-fields.ts';
import { fileName, objectName } from './names.ts';
import type { FoundProfile } from './read-profiles.ts';
import type { Remark } from './remark.ts';
import { toDocker } from './to-docker.ts';
import { toPlain } from './to-plain.ts';
import { toSpo } from './to-spo.ts';

export const TARGETS = ['oci', 'docker', 'spo', 'configmap', 'machineconfig', 'talos', 'json'] as const;

export type Target = (typeof TARGETS)[number];

export interface ConvertOptions extends CompileOptions {
  readonly target: Target;
  /** Of the object, where the output is one. */
  readonly name?: string;
  /** Of a ConfigMap. */
  readonly namespace?: string;
  /** Of the nodes of a MachineConfig. */
  readonly role: string;
  /** Convert the complain twin instead. */
  readonly isAudit: boolean;
}

export interface Converted {
  readonly documents: readonly Json[];
  readonly remarks: readonly (Remark & { readonly profile: FoundProfile })[];
  /** What pods will name, in the order of the profiles; none where that is up to whoever installs the file. */
  readonly localhostProfiles: readonly string[];
  /** An object that should be in the cluster before the result is. */
  readonly policy?: Json;
}

/** Converts at least one profile; throws SeccompError `profile` for what the target cannot hold, with its place. */
export const convertProfiles = (profiles: readonly FoundProfile[], options: ConvertOptions): Converted => {
  const { target, name, namespace, role } = options;
  const made = profiles.map((profile) => ({ profile, ...convertOne(profile, options) }));
  const remarks = made.flatMap((one) =>
    one.remarks
      .toSorted((a, b) => a.at.offset - b.at.offset)
      .map((remark) => ({ ...remark, profile: one.profile })),
  );
  const jsons = made.map(({ json }) => json);
  if (target === 'oci' || target === 'docker' || target === 'json')
    return { documents: jsons, remarks, localhostProfiles: [] };
  if (target === 'spo') {
    const names = profiles.map((one) => `operator/${name ?? objectName(one.name)}.json`);
    refuseTwins(names);
    return { documents: jsons, remarks, localhostProfiles: names };
  }
  const files = made.map(({ profile, json }): NamedJson => ({ file: fileName(profile.name), json }));
  refuseTwins(files.map(({ file }) => file));
  const only = files.length === 1 ? profiles[0]!.name : 'profiles';
  switch (target) {
    case 'configmap': {
      const object = name ?? objectName(only);
      const path = `operator/${namespace ?? 'default'}/${object}`;
      return {
        documents: [configMap(object, namespace, files)],
        remarks,
        localhostProfiles: files.map(({ file }) => `${path}/${file}`),
      };
    }
    case 'machineconfig':
      return {
        documents: [machineConfig(name ?? `99-${role}-seccomp-${objectName(only)}`, role, files)],
        remarks,
        localhostProfiles: files.map(({ file }) => file),
        policy: nodeDisruptionPolicy(files),
      };
    case 'talos':
      return {
        documents: [talosPatch(files)],
        remarks,
        localhostProfiles: files.map(({ file }) => `profiles/${file}`),
      };
  }
};

const refuseTwins = (names: readonly string[]): void => {
  const twin = names.find((name, at) => names.indexOf(name) !== at);
  if (twin !== undefined)
    throw new SeccompError('file', `two of the profiles would both be ${JSON.stringify(twin)}`, {
      hint: 'Rename one of the files, or convert them one by one.',
    });
};

const convertOne = (
  profile: FoundProfile,
  options: ConvertOptions,
): { readonly json: Json; readonly remarks: readonly Remark[] } => {
  const { target, isAudit, name } = options;
  const source = isAudit ? auditTwin(profile.source) : profile.source;
  const isWhole = target === 'json' && !isAudit && profile.node !== undefined;
  const hasComments = target !== 'docker';
  const lost = isWhole || profile.node === undefined ? [] : lostFields(profile.node, hasComments);
  const notes = profile.notes.map((message): Remark => ({ kind: 'lost', at: FILE_START, message }));
  if (target === 'json')
    return { json: isWhole ? jsonOf(profile.node!) : dockerJson(source), remarks: isWhole ? [] : lost };
  if (target === 'docker') {
    const { json, remarks } = toDocker(profile, source, options);
    return { json, remarks: [...notes, ...lost, ...remarks] };
  }
  const plain = toPlain(source, profile, options);
  const remarks = [...notes, ...lost, ...plain.remarks];
  if (target !== 'spo') return { json: ociJson(plain.profile), remarks };
  const spo = toSpo(plain.profile, {
    ...profile,
    name: name ?? objectName(profile.name),
    defaultAt: placeOfDefault(source),
  });
  return { json: spo.json, remarks: [...remarks, ...spo.remarks] };
};

const placeOfDefault = ({ defaultAt }: SourceProfile) => defaultAt ?? FILE_START;

/** Returns a document as it is, with every field that it has. */
const jsonOf = (node: DocumentNode): Json => {
  switch (node.kind) {
    case 'object':
      return Object.fromEntries(node.members.map(({ name, value }) => [name, jsonOf(value)]));
    case 'array':
      return node.items.map(jsonOf);
    case 'number':
      return node.integer ?? Number(node.text);
    case 'null':
      return null;
    default:
      return node.value;
  }
};
