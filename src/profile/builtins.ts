// The profiles that this program brings along, by name: the runtimes' own defaults, their complain twins, and what a
// runtime needs to start a container at all. Reading this module reads their data: import it only where one is asked for.
import { auditTwin } from './audit.ts';
import containerd from './builtin-containerd.generated.json' with { type: 'json' };
import crio from './builtin-cri-o.generated.json' with { type: 'json' };
import { type BuiltinData, type BuiltinProfile, decode, versionFor } from './builtin-data.ts';
import docker from './builtin-docker.generated.json' with { type: 'json' };
import type { Engine } from './facts.ts';
import type { SourceProfile } from './oci.ts';
import { readJson } from './read-json.ts';
import { readProfile } from './read-profile.ts';
import { renderDocker } from './render-docker.ts';
import { type Json, renderJson } from './render-json.ts';
import { createReport } from './report.ts';
import { STARTERS, starterOf } from './starters.ts';

export interface Builtin {
  readonly name: string;
  /** What it is, in one line. */
  readonly describe: string;
}

const DATA = { containerd, 'cri-o': crio, docker } as unknown as Readonly<
  Record<Engine['name'] | 'docker', BuiltinData>
>;

/** The built-in profiles; where a runtime's default is meant, `@containerd-2.1` or the like may follow. */
export const BUILTIN_NAMES: readonly Builtin[] = [
  { name: 'kubernetes/default', describe: "The runtime's default profile: the newest containerd's" },
  { name: 'kubernetes/default-audit', describe: 'The same, but it logs what the default refuses' },
  { name: 'kubernetes/audit-verbose', describe: 'Refuses nothing and logs every call' },
  { name: 'docker/default', describe: "Docker's default profile, as moby has it" },
  ...STARTERS,
];

/** Versions whose default may be asked for, one for each minor version, oldest first. */
export const DEFAULT_VERSIONS: Readonly<Record<Engine['name'], readonly string[]>> = {
  containerd: [...new Set(Object.keys(containerd.versions).map(minorOf))],
  'cri-o': [...new Set(Object.keys(crio.versions).map(minorOf))],
};

/** Reads a built-in profile as the file that it might be, JSON in Docker's form; undefined where there is none of that name. */
export const readBuiltin = (name: string): Uint8Array | undefined => {
  const [, base, engine, version] = /^([^@]+)(?:@(containerd|cri-o)-(\d+\.\d+(?:\.\d+)?))?$/.exec(name) ?? [];
  const isPlain = engine === undefined;
  if (base === 'docker/default' && isPlain) return renderBuiltin(DATA.docker, '0.2.4');
  if (base === 'kubernetes/audit-verbose' && isPlain) return verbose();
  const starter = isPlain ? starterOf(name) : undefined;
  if (starter !== undefined) return render(starter);
  if (base !== 'kubernetes/default' && base !== 'kubernetes/default-audit') return undefined;
  const data = DATA[(engine as Engine['name'] | undefined) ?? 'containerd'];
  const found = versionFor(data, version);
  if (found === undefined) return undefined;
  const content = renderBuiltin(data, found);
  return base === 'kubernetes/default' ? content : renderDocker(auditTwin(parse(content)));
};

export interface RuntimeDefault {
  readonly source: SourceProfile;
  /** What places in `source` are offsets of. */
  readonly text: string;
  /** The version that brought this profile; it holds until the next one that changed it. */
  readonly version: string;
  /** Such as `kubernetes/default@containerd-2.1`. */
  readonly name: string;
}

/**
 * Returns what RuntimeDefault is on a node; where the engine's version isn't known, the newest, and where it is older than
 * all, the oldest. Whichever engine it is of, it is in Docker's form, and has to be resolved as such (dialect `docker`).
 */
export const runtimeDefaultOf = ({ name: engine, version }: Engine): RuntimeDefault => {
  const data = DATA[engine];
  const found = versionFor(data, version) ?? Object.keys(data.versions)[0]!;
  const name = `kubernetes/default@${engine}-${found}`;
  const known = defaults.get(name);
  if (known !== undefined) return known;
  const content = renderBuiltin(data, found);
  const made = {
    source: parse(content),
    text: new TextDecoder().decode(content),
    version: found,
    name,
  };
  defaults.set(name, made);
  return made;
};

/** Read once each: a lint of many files asks for the same one again and again. */
const defaults = new Map<string, RuntimeDefault>();

function minorOf(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}

const renderBuiltin = (data: BuiltinData, version: string): Uint8Array =>
  render(decode(data, data.versions[version]!));

const render = ({ head, archMap, rules }: BuiltinProfile): Uint8Array => {
  const document = {
    ...head,
    ...(archMap.length > 0 && { archMap }),
    ...(rules.length > 0 && { syscalls: rules }),
  };
  return new TextEncoder().encode(`${renderJson(document as unknown as Json)}\n`);
};

/** It lists what the default lists: a call by any other architecture would kill instead of being logged. */
const verbose = (): Uint8Array => {
  const { archMap } = decode(DATA.containerd, Object.values(containerd.versions).at(-1)!);
  return render({ head: { defaultAction: 'SCMP_ACT_LOG' }, archMap, rules: [] });
};

const parse = (content: Uint8Array): SourceProfile => {
  const text = new TextDecoder().decode(content);
  const report = createReport('builtin', text);
  const root = readJson(text, report);
  const source = root?.kind === 'object' ? readProfile(root, 'docker', report) : undefined;
  if (source === undefined || report.hasErrors()) throw new Error('a built-in profile is damaged');
  return source;
};
