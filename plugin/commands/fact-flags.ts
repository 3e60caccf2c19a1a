// The flags by which a user says what the nodes are, for verbs that answer without a cluster. What is not said is open.

import { SeccompError } from '../../src/error.ts';
import { parseArchitectures, parseKernelVersion } from '../../src/profile/compile-options.ts';
import {
  type Dialect,
  type Engine,
  type Facts,
  type KnownFacts,
  readEngine,
} from '../../src/profile/facts.ts';
import type { Architecture } from '../../src/profile/prepared.ts';
import { tableVersionOf } from '../../src/profile/syscalls.ts';
import { readCompileOptions } from './compile-flags.ts';
import { choice, type Flags, type Given, list, text } from './flags.ts';

const GROUP = 'What the nodes are:';
const DIALECTS: readonly Dialect[] = ['docker', 'containerd', 'cri-o'];

/** What no API object says of a node; left out, every possibility is looked at. */
export const runtimeFlags: Flags = {
  runtime: text('Runtime of the node, runc or crun, and its version if known, e.g. runc@1.3.6', {
    group: GROUP,
  }),
  libseccomp: text('Version of libseccomp on the node, e.g. 2.5.4', { group: GROUP }),
};

export const factFlags: Flags = {
  arch: text('Architecture of the node', { group: GROUP, defaultDescription: 'amd64' }),
  ...runtimeFlags,
  kernel: text("The node's kernel, e.g. 6.1", { group: GROUP }),
  dialect: {
    ...choice('--dialect', DIALECTS, 'Who reads the file: docker is what apply ships of it', {
      defaultDescription: 'docker',
    }),
    group: GROUP,
  },
  'cap-add': list('Capabilities that the containers have beside the default ones', { group: GROUP }),
  'allow-privilege-escalation': choice(
    '--allow-privilege-escalation',
    ['true', 'false'],
    "What the containers' securityContext says; true where it says nothing",
    { group: GROUP },
  ),
};

/** For verbs that compare with RuntimeDefault. */
export const engineFlag: Flags = {
  engine: text(
    'Engine of the node and its version, whose RuntimeDefault to compare with, e.g. containerd@2.1.4',
    {
      group: GROUP,
      defaultDescription: 'the newest containerd, or CRI-O by --dialect',
    },
  ),
};

/** Reads the facts; throws SeccompError `usage` for a value that is none. */
export const readFacts = (given: Given): KnownFacts => {
  const { capabilities, minimumKernel } = readCompileOptions({ capAdd: given.capAdd });
  const kernel = given.kernel === undefined ? undefined : parseKernelVersion(given.kernel as string);
  return {
    architecture: parseArchitecture(given.arch as string | undefined),
    dialect: (given.dialect as Dialect | undefined) ?? 'docker',
    capabilities,
    minimumKernel: kernel ?? minimumKernel,
    ...(kernel !== undefined && { kernel }),
    ...readRuntimeFacts(given),
    ...(given.engine !== undefined && { engine: parseEngine(given.engine as string) }),
    ...(given.allowPrivilegeEscalation !== undefined && {
      noNewPrivileges: given.allowPrivilegeEscalation === 'false',
    }),
  };
};

export type RuntimeFacts = Pick<KnownFacts, 'runtime' | 'runtimeVersion' | 'libseccomp'>;

/** Reads what `runtimeFlags` say; throws SeccompError `usage` for a value that is none. */
export const readRuntimeFacts = (given: Given): RuntimeFacts => ({
  ...(given.runtime !== undefined && parseRuntime(given.runtime as string)),
  ...(given.libseccomp !== undefined && { libseccomp: parseLibseccomp(given.libseccomp as string) }),
});

const parseArchitecture = (given: string | undefined): Architecture => {
  const [first, ...more] = parseArchitectures([given ?? 'amd64']);
  if (first !== undefined && more.length === 0) return first;
  throw new SeccompError('usage', `--arch: "${given}" is more than one architecture`);
};

const parseRuntime = (given: string): { runtime: Facts['runtime']; runtimeVersion?: string } => {
  const [, runtime, version] = /^(runc|crun)(?:@v?(\d{1,4}\.\d{1,4}(?:\.\d{1,4})?))?$/.exec(given) ?? [];
  if (runtime !== 'runc' && runtime !== 'crun')
    throw new SeccompError('usage', `--runtime: "${given}" is not runc or crun, or one such as runc@1.3.6`);
  return { runtime, ...(version !== undefined && { runtimeVersion: version }) };
};

const parseEngine = (given: string): Engine => {
  const engine = /^[a-z-]+(@v?\d{1,4}(\.\d{1,4}){1,2})?$/.test(given)
    ? readEngine(given.replace(/@|$/, '://'))
    : undefined;
  if (engine !== undefined) return engine;
  throw new SeccompError(
    'usage',
    `--engine: "${given}" is not containerd or cri-o, or one such as containerd@2.1.4`,
  );
};

const parseLibseccomp = (given: string): string => {
  const version = /^\d{1,3}\.\d{1,3}(\.\d{1,3})?$/.test(given) ? tableVersionOf(given) : undefined;
  if (version !== undefined) return version;
  throw new SeccompError('usage', `--libseccomp: "${given}" is not a version from 2.5.1 on, such as 2.5.4`);
};
