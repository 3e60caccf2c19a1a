// A file's bytes into what may be shipped, or into everything that is wrong with it. Never throws on bad content.
import { checkSource } from './check-source.ts';
import { compile } from './compile.ts';
import { noteDecisions } from './compile-notes.ts';
import { detect } from './detect.ts';
import { type DocumentNode, type ObjectNode, quote } from './document.ts';
import type { SourceProfile } from './oci.ts';
import type {
  Architecture,
  CompileOptions,
  PreparedFile,
  PreparedProfile,
  ProfileBuild,
  ProfileFormat,
} from './prepared.ts';
import { readJson } from './read-json.ts';
import { readProfile } from './read-profile.ts';
import { readText } from './read-text.ts';
import { readYaml } from './read-yaml.ts';
import { renderOci } from './render-oci.ts';
import { createReport, FILE_START, type Report } from './report.ts';
import { readSpo } from './spo.ts';

/**
 * Reads, checks and compiles one profile file. `file` is how the user named it, `relativePath` where it will lie in the
 * bundle; the objects of a SeccompProfile file lie beside it, each as `<metadata.name>.json`.
 */
export const prepareFile = (
  content: Uint8Array,
  file: string,
  relativePath: string,
  options: CompileOptions,
  examine: Examine = () => {},
): PreparedFile => {
  const { text, offset, message, code, fix } = readText(content);
  const report = createReport(file, text);
  if (message !== undefined) {
    report.error(code, { ...FILE_START, offset }, message, { fix });
    return { problems: report.problems(), profiles: [] };
  }
  const preparation: Preparation = { content, relativePath, options, report, examine };
  const profiles = looksLikeJson(text) ? prepareJson(text, preparation) : prepareYaml(text, preparation);
  return { problems: report.problems(), profiles: report.hasErrors() ? [] : profiles };
};

/** Looks closer at a profile that was read and has no error; what it finds goes to the report. */
export type Examine = (
  profile: {
    readonly source: SourceProfile;
    /** The object that holds it. */
    readonly node: ObjectNode;
    /** In the bundle. */
    readonly path: string;
  },
  report: Report,
) => void;

interface Preparation {
  readonly content: Uint8Array;
  readonly relativePath: string;
  readonly options: CompileOptions;
  readonly report: Report;
  readonly examine: Examine;
}

/** As kubectl tells the two apart: JSON begins with a bracket. A comment before it is JSON's commonest guest. */
const looksLikeJson = (text: string): boolean => /^\s*([{["]|\/[/*])/.test(text);

const prepareJson = (text: string, preparation: Preparation): readonly PreparedProfile[] => {
  const root = readJson(text, preparation.report);
  if (root === undefined) return [];
  const detected = detect(root);
  if (detected.kind === 'oci' || detected.kind === 'docker') {
    const source = readProfile(detected.node, detected.kind, preparation.report);
    if (source === undefined) return [];
    checkAll(source, detected.node, preparation.relativePath, preparation);
    return [prepareProfile(preparation.relativePath, detected.kind, source, preparation)];
  }
  return prepareObjects([root], preparation);
};

const prepareYaml = (text: string, preparation: Preparation): readonly PreparedProfile[] => {
  const { report } = preparation;
  const isKubernetes = /^\s*(- )?["']?apiVersion["']?\s*:/m.test(text);
  if (!isKubernetes) {
    const isProfile = /^\s*defaultAction\s*:/m.test(text);
    report.error(
      isProfile ? 'SP013' : 'SP012',
      FILE_START,
      isProfile
        ? 'a profile in YAML, which no runtime reads: write it as JSON, or as a SeccompProfile object'
        : 'neither JSON nor Kubernetes YAML; wanted a seccomp profile (JSON) or a SeccompProfile (YAML)',
    );
    return [];
  }
  const { roots, isSound } = readYaml(text, report);
  if (!isSound) return [];
  if (roots.length === 0)
    report.error('SP015', FILE_START, 'the file holds no object; wanted a SeccompProfile');
  return prepareObjects(roots, preparation);
};

/** Prepares Kubernetes objects. Other kinds beside a SeccompProfile are left out; a file of only others is a mistake. */
const prepareObjects = (
  roots: readonly DocumentNode[],
  preparation: Preparation,
): readonly PreparedProfile[] => {
  const { report, relativePath } = preparation;
  const objects = roots.flatMap((root) => {
    const detected = detect(root);
    return detected.kind === 'list' ? detected.items : [root];
  });
  const found = objects.map((node) => ({ node, detected: detect(node) }));
  const hasProfile = found.some(({ detected }) => detected.kind === 'spo');
  const profiles = new Map<string, PreparedProfile>();
  if (objects.length === 0)
    report.error('SP015', roots[0] ?? FILE_START, 'an empty list; wanted a SeccompProfile');
  for (const { node, detected } of found) {
    if (detected.kind !== 'spo') {
      const message = detected.kind === 'other' ? detected.message : 'wanted a SeccompProfile here';
      if (hasProfile && detected.kind === 'other') report.warning('SP014', node, `left out: ${message}`);
      else report.error('SP012', node, message);
      continue;
    }
    const read = readSpo(detected.node, report);
    if (read === undefined) continue;
    const path = `${relativePath.slice(0, relativePath.lastIndexOf('/') + 1)}${read.name}.json`;
    checkAll(read.source, read.spec, path, preparation);
    if (profiles.has(path))
      report.error('SP025', node, `two SeccompProfiles of this file are named ${quote(read.name)}`);
    const profile = prepareProfile(path, 'spo', read.source, preparation);
    profiles.set(path, { ...profile, notes: [...read.notes, ...profile.notes] });
  }
  return [...profiles.values()];
};

const checkAll = (source: SourceProfile, node: ObjectNode, path: string, preparation: Preparation): void => {
  const { options, report, examine } = preparation;
  checkSource(source, node, options, report);
  // Of a profile that lacks what could not be read, more would be said than is so.
  if (!report.hasErrors()) examine({ source, node, path }, report);
};

const prepareProfile = (
  path: string,
  format: ProfileFormat,
  source: SourceProfile,
  { content, options }: Preparation,
): PreparedProfile => {
  if (format === 'oci') return { path, format, source, builds: [{ content }], notes: [] };
  return { path, format, source, builds: buildAll(source, options), notes: noteDecisions(source, options) };
};

/** Compiles for every architecture and puts together those with equal bytes. */
const buildAll = (source: SourceProfile, options: CompileOptions): readonly ProfileBuild[] => {
  const groups = new Map<string, { content: Uint8Array; architectures: Architecture[] }>();
  for (const architecture of options.architectures) {
    const content = renderOci(compile(source, architecture, options));
    const key = new TextDecoder().decode(content);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { content, architectures: [architecture] });
    else group.architectures.push(architecture);
  }
  const builds = [...groups.values()];
  return builds.length === 1 ? [{ content: builds[0]!.content }] : builds;
};
