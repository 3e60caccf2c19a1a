// The kuberc, kubectl's file of preferences: of all it may hold, the credential plugins that may run. Read as kubectl
// reads it (its pkg/kuberc), down to what it forgives: who limits plugins there means every program of the kind.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { SeccompError } from '../../src/error.ts';
import { defined } from './kubeconfig.ts';
import type { Environment } from './kubeconfig-files.ts';
import type { PluginPolicy } from './plugin-policy.ts';

interface Place {
  readonly path: string;
  /** Somebody named it, so it must be good; the default one may be missing or broken. */
  readonly isNamed: boolean;
}

/** Finds the file that counts; undefined where none does. `flag` is --kuberc. Throws SeccompError `config`. */
export const findKuberc = (flag: string | undefined, environment: Environment): Place | undefined => {
  if (environment.KUBECTL_KUBERC?.toLowerCase() === 'false') return undefined;
  if (environment.KUBERC === 'off') {
    if (!flag) return undefined;
    throw new SeccompError(
      'config',
      'disabling kuberc via KUBERC=off and passing kuberc flag are mutually exclusive',
    );
  }
  const home = environment.HOME || environment.USERPROFILE;
  const usual = home ? join(home, '.kube', 'kuberc') : undefined;
  if (flag && flag !== usual) return { path: flag, isNamed: true };
  if (environment.KUBERC) return { path: environment.KUBERC, isNamed: true };
  return usual === undefined ? undefined : { path: usual, isNamed: Boolean(flag) };
};

/**
 * Reads which credential plugins may run; undefined where the file says nothing. What is wrong with a file that nobody
 * named goes to `warn` in one line. Throws SeccompError `config` for a named one.
 */
export const readPluginPolicy = async (
  flag: string | undefined,
  environment: Environment,
  warn: (text: string) => void,
): Promise<PluginPolicy | undefined> => {
  const place = findKuberc(flag, environment);
  if (place === undefined) return undefined;
  const { path, isNamed } = place;
  try {
    const found = parseKuberc(await readText(path), path);
    if (found?.unknown.length)
      warn(`kuberc: ignoring unknown fields in ${path}: ${found.unknown.join(', ')}`);
    return found?.policy;
  } catch (thrown) {
    if (!(thrown instanceof SeccompError)) throw thrown;
    const isMissing = (thrown.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
    if (isNamed)
      throw new SeccompError('config', `kuberc: ${thrown.message}`, {
        hint: 'Name another file with --kuberc or in the variable KUBERC; KUBERC=off does without one.',
        cause: thrown,
      });
    if (!isMissing) warn(`kuberc: no preferences loaded from ${path}: ${thrown.message}`);
    return undefined;
  }
};

const readText = (path: string): Promise<string> =>
  readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new SeccompError('config', `cannot read "${path}": ${cause.code}`, { cause });
  });

interface Found {
  readonly policy: PluginPolicy;
  /** Fields that kubectl does not know either; one may be a misspelt limit. */
  readonly unknown: readonly string[];
}

/** Parses the file's first usable document; undefined for an empty file. Throws SeccompError `config`. */
export const parseKuberc = (text: string, path: string): Found | undefined => {
  const documents = text.split(/^---[ \t\r]*$/m).filter((part) => part.trim() !== '');
  if (documents.length === 0) return undefined;
  for (const document of documents) {
    const found = parsePreference(document, path);
    if (found !== undefined) return found;
  }
  throw new SeccompError('config', `no valid preferences found in ${path}`);
};

const GROUP = 'kubectl.config.k8s.io';
/** The lists beside ours; kubectl refuses a document in which one of them is no list of mappings. */
const LISTS = { v1beta1: ['defaults', 'aliases'], v1alpha1: ['overrides', 'aliases'] } as const;

/** Undefined where kubectl would go on to the next document. */
const parsePreference = (text: string, path: string): Found | undefined => {
  const value = parseYaml(text);
  if (!isMapping(value) || value.kind !== 'Preference') return undefined;
  const version = (['v1beta1', 'v1alpha1'] as const).find((one) => value.apiVersion === `${GROUP}/${one}`);
  if (version === undefined || !LISTS[version].every((name) => isListOfMappings(value[name] ?? [])))
    return undefined;
  const known: readonly string[] = ['apiVersion', 'kind', ...LISTS[version]];
  const unknownBeside = (...more: string[]) =>
    Object.keys(value).filter((key) => !known.includes(key) && !more.includes(key));
  if (version === 'v1alpha1') return { policy: { type: '', file: path }, unknown: unknownBeside() };
  const type = value.credentialPluginPolicy ?? '';
  const list = value.credentialPluginAllowlist ?? undefined;
  if (typeof type !== 'string' || !(list === undefined || isListOfMappings(list))) return undefined;
  const allowlist = list?.map((entry) => parseEntry(entry));
  if (allowlist?.includes(undefined)) return undefined;
  const policy = { type, file: path, ...defined({ allowlist: allowlist as readonly string[] | undefined }) };
  return { policy, unknown: unknownBeside('credentialPluginPolicy', 'credentialPluginAllowlist') };
};

/** `name` is what `command` was called before kubectl 1.36. */
const parseEntry = (entry: Record<string, unknown> | null): string | undefined => {
  const { name, command } = { name: entry?.name ?? '', command: entry?.command ?? '' };
  if (typeof name !== 'string' || typeof command !== 'string') return undefined;
  return name !== '' && command !== '' && name !== command ? undefined : command || name;
};

const parseYaml = (text: string): unknown => {
  try {
    const document = parseDocument(text, { version: '1.1', uniqueKeys: false, logLevel: 'error' });
    return document.errors.length > 0 ? undefined : document.toJS();
  } catch {
    return undefined; // aliases that lead nowhere
  }
};

const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** An entry may be null, which Go takes for an empty one. */
const isListOfMappings = (value: unknown): value is (Record<string, unknown> | null)[] =>
  Array.isArray(value) && value.every((entry) => entry === null || isMapping(entry));
