// Whatever holds seccomp profiles into profiles: files of the three formats, the 2020 operator's ConfigMaps, a container's
// whole config.json, plain lists of names. Never throws on bad content; every problem has its place.
import { type Action, DEFAULT_ERRNO, takesErrno } from '../actions.ts';
import { checkSource } from '../check-source.ts';
import { detect } from '../detect.ts';
import { type DocumentNode, memberOf, type ObjectNode, quote } from '../document.ts';
import type { SourceProfile } from '../oci.ts';
import type { CompileOptions, ProfileFormat } from '../prepared.ts';
import type { Problem } from '../problem.ts';
import { readJson } from '../read-json.ts';
import { readProfile } from '../read-profile.ts';
import { readText } from '../read-text.ts';
import { readYaml } from '../read-yaml.ts';
import { createReport, FILE_START, type Report } from '../report.ts';
import { readSpo } from '../spo.ts';
import { holdsProfiles, readConfigMap } from './read-config-map.ts';
import { isNameList, readJsonNames, readTextNames } from './read-names.ts';

/** A profile as it was found, with what a conversion needs to say where something stood. */
export interface FoundProfile {
  /** What its file is best called, without `.json`. */
  readonly name: string;
  readonly format: ProfileFormat | 'list';
  readonly source: SourceProfile;
  /** The object that holds the profile; absent for a list. */
  readonly node?: ObjectNode;
  /** What places are offsets of, and what that text is called. */
  readonly text: string;
  readonly file: string;
  /** What was left out on the way. */
  readonly notes: readonly string[];
}

export interface FoundProfiles {
  readonly problems: readonly Problem[];
  /** Empty when any problem is an error. */
  readonly profiles: readonly FoundProfile[];
}

export interface ReadOptions extends CompileOptions {
  /** What a list of names means; without it a list is an error. */
  readonly list?: ListMeaning;
}

export interface ListMeaning {
  readonly defaultAction: Action;
  /** What happens to the calls that are listed. */
  readonly action: Action;
}

/** Reads every profile of a file; `file` is how the user named it. */
export const readProfiles = (content: Uint8Array, file: string, options: ReadOptions): FoundProfiles => {
  const { text, offset, message, code, fix } = readText(content);
  if (message === undefined) return readProfileText(text, file, baseOf(file), options);
  const report = createReport(file, text);
  report.error(code, { ...FILE_START, offset }, message, { fix });
  return { problems: report.problems(), profiles: [] };
};

const baseOf = (file: string): string =>
  (file.split(/[/\\]/).findLast(Boolean) ?? 'profile')
    .replace(/^<(.*)>$/, '$1')
    .replace(/(?<=.)\.[^.]+$/, '');

interface Reading {
  readonly file: string;
  readonly name: string;
  readonly text: string;
  readonly options: ReadOptions;
  readonly report: Report;
  /** Of texts inside the text, each of which has a report of its own. */
  readonly problems: Problem[];
}

const readProfileText = (text: string, file: string, name: string, options: ReadOptions): FoundProfiles => {
  const report = createReport(file, text);
  const reading: Reading = { file, name, text, options, report, problems: [] };
  const profiles = isNameList(text) ? readNames(text, reading) : readDocuments(text, reading);
  const names = profiles.map((one) => one.name);
  const twice = names.find((one, at) => names.indexOf(one) !== at);
  if (twice !== undefined)
    report.error('SP025', FILE_START, `two profiles of this file are named ${quote(twice)}`);
  const problems = [...report.problems(), ...reading.problems];
  const hasErrors = problems.some(({ severity }) => severity === 'error');
  return { problems, profiles: hasErrors ? [] : profiles };
};

const readDocuments = (text: string, reading: Reading): readonly FoundProfile[] => {
  const { report } = reading;
  const roots = readRoots(text, report);
  const objects = roots.flatMap((root) => {
    const detected = detect(root);
    return detected.kind === 'list' ? detected.items : [root];
  });
  const isBeside = objects.some((node) => detect(node).kind !== 'other');
  const found = objects.flatMap((node) => readObject(node, reading, isBeside));
  if (roots.length > 0 && objects.length === 0)
    report.error('SP015', roots[0]!, 'an empty list; wanted a profile');
  return found;
};

const readRoots = (text: string, report: Report): readonly DocumentNode[] => {
  if (/^\s*([{["]|\/[/*])/.test(text)) {
    const root = readJson(text, report);
    return root === undefined ? [] : [root];
  }
  if (/^\s*(- )?["']?(apiVersion|defaultAction|ociVersion)["']?\s*:/m.test(text)) {
    const { roots, isSound } = readYaml(text, report);
    if (isSound && roots.length === 0)
      report.error('SP015', FILE_START, 'the file holds no object; wanted a profile');
    return isSound ? roots : [];
  }
  report.error(
    'SP012',
    FILE_START,
    'neither JSON, nor Kubernetes YAML, nor a list of system calls; wanted one or more profiles',
  );
  return [];
};

/** Reads one object. What is none is left out beside one that is, and an error where nothing else stands. */
const readObject = (node: DocumentNode, reading: Reading, isBeside: boolean): readonly FoundProfile[] => {
  const { report, name } = reading;
  if (node.kind === 'array') return readNames(node, reading);
  const inner = seccompOf(node);
  const detected = detect(inner ?? node);
  if (inner === undefined && isConfigFile(node)) {
    report.error(
      'SP012',
      node,
      'a container\'s config.json without "linux.seccomp": the container has no profile',
    );
    return [];
  }
  if (detected.kind === 'oci' || detected.kind === 'docker') {
    const source = readProfile(detected.node, detected.kind, report);
    return source === undefined
      ? []
      : [checked({ name, format: detected.kind, source, node: detected.node, notes: [] }, reading)];
  }
  if (detected.kind === 'spo') {
    const read = readSpo(detected.node, report);
    if (read === undefined) return [];
    return [
      checked(
        { name: read.name, format: 'spo', source: read.source, node: read.spec, notes: read.notes },
        reading,
      ),
    ];
  }
  if (holdsProfiles(node)) return readKeys(node, reading);
  const message = detected.kind === 'other' ? detected.message : 'wanted a profile here';
  if (isBeside) report.warning('SP014', node, `left out: ${message}`);
  else report.error('SP012', node, message);
  return [];
};

const checked = (
  found: Omit<FoundProfile, 'text' | 'file'>,
  { text, file, options, report }: Reading,
): FoundProfile => {
  checkSource(found.source, found.node ?? FILE_START, options, report);
  return { ...found, text, file };
};

const isConfigFile = (node: DocumentNode): boolean =>
  memberOf(node, 'ociVersion') !== undefined || memberOf(memberOf(node, 'linux'), 'seccomp') !== undefined;

/** Returns what a container's whole config.json has for a profile (runtime-spec config-linux.md). */
const seccompOf = (node: DocumentNode): ObjectNode | undefined => {
  const seccomp = memberOf(memberOf(node, 'linux'), 'seccomp');
  return seccomp?.kind === 'object' ? seccomp : undefined;
};

const readKeys = (node: ObjectNode, { file, options, report, problems }: Reading): readonly FoundProfile[] =>
  readConfigMap(node, report).flatMap(({ key, text }) => {
    // Its places are lines of the value, as what wraps it may indent, fold or escape them.
    const inner = readProfileText(text, `${file}#${key}`, baseOf(key), options);
    problems.push(...inner.problems);
    return inner.profiles;
  });

const readNames = (from: string | DocumentNode, reading: Reading): readonly FoundProfile[] => {
  const { report, options, name } = reading;
  const names = typeof from === 'string' ? readTextNames(from, report) : readJsonNames(from, report);
  if (options.list === undefined) {
    const message =
      'a list of system calls says nothing of all others: `convert` takes it with --default-action';
    report.error('SP101', names[0]?.at ?? FILE_START, message);
    return [];
  }
  const { action, defaultAction } = options.list;
  const source: SourceProfile = {
    defaultAction,
    architectures: [],
    archMap: [],
    flags: [],
    rules: [
      {
        names: [...new Set(names.map((one) => one.name))],
        action,
        ...(takesErrno(action) && { errnoRet: DEFAULT_ERRNO }),
        args: [],
        at: FILE_START,
        includes: { capabilities: [], architectures: [] },
        excludes: { capabilities: [], architectures: [] },
      },
    ],
  };
  return [checked({ name, format: 'list', source, notes: [] }, reading)];
};
