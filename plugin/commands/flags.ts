// The flags that several verbs share: kubectl's global ones, those that shape the Jobs, and the output format.
import type { Options } from 'yargs';
import { SeccompError } from '../../src/error.ts';
import { DEFAULT_MAX_IN_FLIGHT, DEFAULT_NODE_TIMEOUT_MS } from '../../src/rollout/limits.ts';
import type { NodeSelection } from '../../src/rollout/ports.ts';
import { parseDuration } from '../output/duration.ts';
import type { ConnectOptions } from '../outside.ts';
import {
  parseExtra,
  parseLevel,
  parsePositive,
  parseTimeout,
  readNodeNames,
  readSelector,
} from './flag-values.ts';

export const DEFAULT_NAMESPACE = 'kubectl-seccomp';
/** A stock image that everybody can pull; any with Node.js 22 or newer will do. */
export const DEFAULT_IMAGE = 'docker.io/library/node:24.21.0-slim';

/** Heads the flags that belong to one verb. */
export const FLAGS_GROUP = 'Flags:';

/** yargs' option objects by flag name. */
export type Flags = Readonly<Record<string, Options>>;

// yargs' own column for defaults would push lines past 80 columns; among the words they wrap.
const withDefault = (describe: string, { defaultDescription }: Options): string =>
  defaultDescription === undefined ? describe : `${describe} [default: ${defaultDescription}]`;

/** Describes a flag with one value; given twice, the last one counts, as for kubectl. */
export const text = (describe: string, more: Options = {}): Options => ({
  type: 'string',
  requiresArg: true,
  group: FLAGS_GROUP,
  describe: withDefault(describe, more),
  coerce: (value: string | string[]) => (Array.isArray(value) ? value.at(-1) : value),
  ...more,
  defaultDescription: undefined,
});

/** Describes a flag with one value that must be of a form; `wanted` ends the sentence of the refusal. */
const checked = (name: string, form: RegExp, wanted: string, describe: string, more: Options = {}): Options =>
  text(describe, {
    coerce: (given: string | string[]) => {
      const value = Array.isArray(given) ? given.at(-1) : given;
      if (value === undefined || form.test(value)) return value;
      throw new SeccompError('usage', `${name}: "${value}" is not ${wanted}`);
    },
    ...more,
  });

/** Describes a flag that may be repeated and may hold several values between commas. */
export const list = (describe: string, more: Options = {}): Options => ({
  type: 'string',
  array: true,
  requiresArg: true,
  group: FLAGS_GROUP,
  describe: withDefault(describe, more),
  coerce: (values: string[]) => values.flatMap((value) => value.split(',')).filter((value) => value !== ''),
  ...more,
  defaultDescription: undefined,
});

/** Describes a flag that may be repeated and whose values are taken whole. */
const repeated = (describe: string, more: Options = {}): Options =>
  list(describe, { coerce: (values: string[]) => values, ...more });

/** Describes a switch. */
export const flag = (describe: string, more: Options = {}): Options => ({
  type: 'boolean',
  group: FLAGS_GROUP,
  describe,
  ...more,
});

/** Describes a flag whose value is one of a few words. */
export const choice = (
  name: string,
  words: readonly string[],
  describe: string,
  more: Options = {},
): Options =>
  text(`${describe} (${words.join('|')})`, {
    coerce: (given: string | string[]) => {
      const value = Array.isArray(given) ? given.at(-1) : given;
      if (value === undefined || words.includes(value)) return value;
      throw new SeccompError('usage', `${name}: "${value}" is not one of ${words.join(', ')}`);
    },
    ...more,
  });

/** Describes a flag that takes a duration, and hands on milliseconds. */
export const duration = (name: string, describe: string, more: Options = {}): Options =>
  text(describe, {
    ...more,
    coerce: (given: string | string[]) =>
      parseDuration((Array.isArray(given) ? given.at(-1) : given) ?? '', name),
  });

/** What tunes kubectl's own cache, profiler and log files: taken, so that no alias or script breaks, and not shown. */
const TUNING: Flags = Object.fromEntries(
  ['cache-dir', 'profile', 'profile-output', 'log-flush-frequency', 'vmodule'].map((name) => [
    name,
    text('Taken and ignored', { hidden: true }),
  ]),
);

/** kubectl's global flags. */
export const clusterFlags: Flags = grouped('Cluster and credentials, as for kubectl:', {
  kubeconfig: text('Path of the kubeconfig file'),
  context: text('Name of the kubeconfig context'),
  cluster: text('Name of the kubeconfig cluster'),
  user: text('Name of the kubeconfig user'),
  namespace: text('Accepted as everywhere in kubectl; nodes have no namespace', { alias: 'n' }),
  server: text('Address of the API server', { alias: 's' }),
  token: text('Bearer token for the API server'),
  username: text('User name for basic authentication'),
  password: text('Password for basic authentication'),
  as: text('User to impersonate'),
  'as-group': repeated('Group to impersonate; repeat it for several'),
  'as-uid': text('UID to impersonate'),
  'as-user-extra': repeated('KEY=VALUE to impersonate; repeat it for several', { coerce: parseExtra }),
  'certificate-authority': text('Path of the certificate authority of the API server'),
  'client-certificate': text('Path of the client certificate'),
  'client-key': text('Path of the client key'),
  'insecure-skip-tls-verify': flag("Do not check the API server's certificate; insecure"),
  'tls-server-name': text("Name to expect in the API server's certificate"),
  'proxy-url': text('Proxy to reach the API server through'),
  'request-timeout': duration('--request-timeout', 'How long to wait for one answer, e.g. 30s', {
    defaultDescription: '1m',
  }),
  'disable-compression': flag('Ask for answers that are not compressed'),
  'match-server-version': flag("Refuse a server of another version than kubectl's"),
  'warnings-as-errors': flag('Exit with 1 where the server warned'),
  kuberc: text("File of kubectl's preferences; of them, which credential plugins may run"),
  v: text('Tell of each request on stderr: 6 its status, 7 headers, 8 bodies, 9 times', {
    coerce: parseLevel,
    defaultDescription: '0',
  }),
  ...TUNING,
});

const JOB_GROUP = 'The Job that runs on each node:';

export const namespaceFlag: Flags = grouped(JOB_GROUP, {
  // It becomes a part of request paths: `../x` would ask for something else.
  'install-namespace': checked(
    '--install-namespace',
    /^(?=.{1,63}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?$/,
    'the name of a namespace',
    "Namespace of this plugin's Jobs and records",
    { defaultDescription: DEFAULT_NAMESPACE },
  ),
});

/** What shapes the Jobs and their rollout. */
export const jobFlags: Flags = grouped(JOB_GROUP, {
  ...namespaceFlag,
  image: checked('--image', /^\S+$/, 'the name of an image', 'Image with Node.js 22 or newer', {
    defaultDescription: DEFAULT_IMAGE,
  }),
  'image-pull-secret': text('Secret in the install namespace to pull the image with'),
  'kubelet-root': checked(
    '--kubelet-root',
    /^(?!.*\/\.\.?(\/|$))\/./,
    'an absolute path without "." and ".."',
    "The kubelet's --root-dir, where nodes differ from their label or /var/lib/kubelet",
  ),
  privilege: choice(
    '--privilege',
    ['default', 'privileged'],
    'privileged only where a node refuses the default',
    {
      defaultDescription: 'default',
    },
  ),
  launch: choice('--launch', ['job', 'pod'], 'pod goes past the Job controller, for hundreds of nodes', {
    defaultDescription: 'job',
  }),
  'priority-class': text('Priority class, for full nodes'),
  'max-in-flight': text('Nodes worked on at once', {
    coerce: parsePositive,
    defaultDescription: String(DEFAULT_MAX_IN_FLIGHT),
  }),
  timeout: text('How long one node may take, e.g. 90s; at most 1h', {
    coerce: parseTimeout,
    defaultDescription: '5m',
  }),
});

/** Which nodes. */
export const selectionFlags: Flags = {
  nodes: list('Only these nodes, by name: a,b,c', { coerce: readNodeNames }),
  selector: text('Only nodes with these labels, e.g. role=web,!edge', { alias: 'l', coerce: readSelector }),
};

export const rootFlag: Flags = {
  root: checked(
    '--root',
    /./s,
    'a folder',
    'Work on this folder of this machine as the seccomp root, without a cluster',
  ),
};

export const dryRunFlag: Flags = {
  'dry-run': choice(
    '--dry-run',
    ['none', 'client', 'server'],
    'Only say what would be done; server also asks what would be refused',
    { defaultDescription: 'none' },
  ),
};

export const quietFlag: Flags = { quiet: flag('Show no progress on stderr') };

/** Builds the `-o` flag for the formats that a verb knows. */
export const outputFlag = (formats: readonly string[]): Flags => ({
  output: choice('-o', formats, 'Output format', { alias: 'o' }),
});

/** Values that yargs read by the flags above. */
export type Given = Readonly<Record<string, unknown>>;

/** Reads ConnectOptions from what was given. */
export const connectOptions = (given: Given): ConnectOptions => {
  const named = {
    kubeconfig: given.kubeconfig,
    context: given.context,
    cluster: given.cluster,
    user: given.user,
    server: given.server,
    token: given.token,
    as: given.as,
    asGroup: given.asGroup,
    asUid: given.asUid,
    asUserExtra: given.asUserExtra,
    username: given.username,
    password: given.password,
    certificateAuthority: given.certificateAuthority,
    clientCertificate: given.clientCertificate,
    clientKey: given.clientKey,
    insecureSkipTlsVerify: given.insecureSkipTlsVerify,
    tlsServerName: given.tlsServerName,
    proxyUrl: given.proxyUrl,
    requestTimeoutMs: given.requestTimeout === 0 ? undefined : given.requestTimeout,
    isCompressionDisabled: given.disableCompression,
    isVersionMatched: given.matchServerVersion,
    areWarningsErrors: given.warningsAsErrors,
    kuberc: given.kuberc,
    verbosity: given.v,
    imagePullSecret: given.imagePullSecret,
    priorityClass: given.priorityClass,
    kubeletRoot: given.kubeletRoot,
  };
  return {
    ...Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined)),
    installNamespace: (given.installNamespace as string | undefined) ?? DEFAULT_NAMESPACE,
    image: (given.image as string | undefined) ?? DEFAULT_IMAGE,
    privilege: given.privilege === 'privileged' ? 'privileged' : 'default',
    launch: given.launch === 'pod' ? 'pod' : 'job',
    jobTimeoutMs: (given.timeout as number | undefined) ?? DEFAULT_NODE_TIMEOUT_MS,
  };
};

function grouped(group: string, flags: Flags): Flags {
  return Object.fromEntries(Object.entries(flags).map(([name, option]) => [name, { ...option, group }]));
}

/** Reads which nodes were chosen; without flags, all. */
export const selection = (given: Given): NodeSelection => ({
  selector: (given.selector as string | undefined) ?? '',
  ...(given.nodes !== undefined && { names: given.nodes as string[] }),
});
