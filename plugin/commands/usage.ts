// `usage [BUNDLE[/PROFILE]]`: which workloads run under which profile, and whether its file is where they run.
import type { CommandModule } from 'yargs';
import { checkBundleName } from '../../src/bundle/entry-path.ts';
import { SeccompError } from '../../src/error.ts';
import { parseGenerationName } from '../../src/protocol/layout.ts';
import { type Contents, contentsOf } from '../../src/rollout/contents.ts';
import type { NodeSeen } from '../../src/rollout/node.ts';
import { parseSelector } from '../../src/rollout/selector.ts';
import { judgeUsage } from '../../src/rollout/usage.ts';
import { type Confinement, isUnconfined } from '../../src/workload/confinement.ts';
import { foldWorkloads } from '../../src/workload/rows.ts';
import { namesTarget } from '../../src/workload/target.ts';
import { renderDocument } from '../output/document.ts';
import { renderUnread, renderUsage, renderUsageNames } from '../output/usage.ts';
import { type UnreadDocument, type UsageDocument, usageDocument } from '../output/usage-document.ts';
import type { Connected, ConnectOptions, ExitCode, Outside } from '../outside.ts';
import { clusterFlags, connectOptions, flag, namespaceFlag, outputFlag, text } from './flags.ts';
import { interruptible } from './interruptible.ts';
import { verbs } from './verbs.ts';

export interface UsageOptions {
  /** A bundle, a generation, a profile of either, or any other path below the seccomp root. */
  readonly target?: string;
  /** Absent: that of the kubeconfig's context. */
  readonly namespace?: string;
  readonly isEveryNamespace: boolean;
  readonly selector: string;
  readonly isUnconfined: boolean;
  readonly output?: string;
  readonly connect: ConnectOptions;
}

const USAGE = `$0 usage [BUNDLE[/PROFILE]] [flags]

Lists which seccomp profile each container runs under: of pods and of what makes pods,
init and ephemeral containers too, whoever wrote the profile. Where it names a profile
of a bundle, STATE says what is known by labels and records; it asks no disk:

  current          running under what the path names now
  older            running under what it named before
  present          the file is there
  missing bundle   the bundle, or the pinned generation of it, is not on the node
  missing profile  the bundle on the node has no such profile
  unmanaged        not from a bundle of this plugin
  unknown          nothing tells

Workloads of kinds that are not Kubernetes' own, such as an Argo Rollout, are known by
their pods and ReplicaSets: "template not read" says so.`;

const EXAMPLES = `Examples:
  # Who uses any profile of a bundle, in the whole cluster
  $0 usage web -A
  # One profile, with the nodes it is used on
  $0 usage web/nginx.json -A -o wide
  # What runs without any profile
  $0 usage --unconfined -A`;

/** Builds the command; `run` is replaced in tests of the parsing. */
export const usageCommand = (outside: Outside, run: typeof runUsage = runUsage): CommandModule => ({
  ...verbs.usage,
  builder: (parser) =>
    parser
      .usage(USAGE)
      .epilogue(EXAMPLES)
      .positional('profile', { type: 'string', describe: 'Only this bundle, profile or generation' })
      .options({
        'all-namespaces': flag('In all namespaces', { alias: 'A' }),
        selector: text('Only pods with these labels, and what makes such pods', {
          alias: 'l',
          coerce: readSelector,
        }),
        unconfined: flag('Only containers without any profile'),
        ...outputFlag(['wide', 'json', 'yaml', 'name']),
        ...namespaceFlag,
        ...clusterFlags,
        namespace: text("In this namespace instead of the current context's", {
          alias: 'n',
          group: clusterFlags.namespace?.group,
        }),
      }),
  handler: async (given) => {
    const options: UsageOptions = {
      ...(given.profile !== undefined && { target: readTarget(given.profile as string) }),
      ...(given.namespace !== undefined && { namespace: readNamespace(given.namespace as string) }),
      isEveryNamespace: given.allNamespaces === true,
      selector: (given.selector as string | undefined) ?? '',
      isUnconfined: given.unconfined === true,
      ...(given.output !== undefined && { output: given.output as string }),
      connect: connectOptions(given),
    };
    if (options.target !== undefined && options.isUnconfined)
      throw new SeccompError('usage', '--unconfined: a container without a profile uses none of a bundle');
    outside.conclude(await run(options, outside));
  },
});

/** Prints who uses what; 1 where something could not be read, because what is missing then may be a user. */
export const runUsage = async (options: UsageOptions, outside: Outside): Promise<ExitCode> => {
  const cluster = await outside.connect(options.connect);
  const document = await interruptible(readUsage(options, cluster), outside.signal);
  const { output } = options;
  if (output === 'json' || output === 'yaml') {
    outside.stdout.write(renderDocument(document, output));
    outside.stderr.write(renderUnread(document));
  } else if (output === 'name') {
    outside.stdout.write(renderUsageNames(document));
    outside.stderr.write(renderUnread(document));
  } else {
    const { stdout, stderr } = renderUsage(document, output === 'wide');
    outside.stdout.write(stdout);
    if (document.containers.length === 0) outside.stderr.write(renderNothing(options, document));
    outside.stderr.write(stderr);
  }
  outside.stderr.write(hintOfRights(document, outside));
  return document.unread.length === 0 ? 0 : 1;
};

const hintOfRights = ({ unread }: UsageDocument, { programName }: Outside): string =>
  unread.some(({ message }) => / cannot \w+ resource /.test(message))
    ? `The role for all of it, for whoever may grant it: ${programName} rbac usage\n`
    : '';

const readUsage = async (options: UsageOptions, cluster: Connected): Promise<UsageDocument> => {
  const { target, selector } = options;
  const namespace = options.isEveryNamespace
    ? undefined
    : (options.namespace ?? (await cluster.workloads.currentNamespace()));
  const isWanted = (confinement: Confinement): boolean => {
    if (options.isUnconfined) return isUnconfined(confinement);
    return target === undefined || namesTarget(confinement, target);
  };
  const query = { ...(namespace !== undefined && { namespace }), selector };
  const [{ rows, unread }, known] = await Promise.all([
    foldWorkloads(cluster.workloads.read(query), isWanted),
    readContents(cluster),
  ]);
  const usages = judgeUsage(rows, known.nodes, known.contents);
  // Where no file is asked about, it does not matter that nothing is known of files.
  const isFileAsked = usages.some(({ named }) => named !== undefined);
  return usageDocument(usages, [...unread, ...(isFileAsked ? known.unread : [])], known.contents, namespace);
};

interface Known {
  readonly nodes: readonly NodeSeen[];
  readonly contents?: Contents;
  readonly unread: readonly UnreadDocument[];
}

/** Whoever may not read nodes or records still learns who uses what. */
const readContents = async (cluster: Connected): Promise<Known> => {
  const unread: UnreadDocument[] = [];
  const noteFailure = (resource: string) => (thrown: unknown) => {
    if (!(thrown instanceof SeccompError) || thrown.code !== 'api') throw thrown;
    unread.push({ resource, message: thrown.message });
    return undefined;
  };
  const [nodes, releases] = await Promise.all([
    cluster.readNodes({ selector: '' }).catch(noteFailure('nodes')),
    cluster.readReleases().catch(noteFailure('configmaps')),
  ]);
  return { nodes: nodes ?? [], ...(nodes && releases && { contents: contentsOf(nodes, releases) }), unread };
};

const renderNothing = ({ target, isUnconfined }: UsageOptions, { namespace }: UsageDocument): string => {
  const what = isUnconfined
    ? 'No containers without a profile'
    : target === undefined
      ? 'No workloads'
      : `No users of ${target}`;
  return namespace === undefined
    ? `${what} found.\n`
    : `${what} found in namespace ${namespace}; -A looks in all.\n`;
};

function readSelector(given: string | string[]): string {
  const selector = (Array.isArray(given) ? given.at(-1) : given) ?? '';
  parseSelector(selector);
  return selector;
}

/** It becomes a part of request paths: `../x` would ask for something else. */
export const readNamespace = (namespace: string): string => {
  if (/^(?=.{1,63}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(namespace)) return namespace;
  throw new SeccompError('usage', `--namespace: "${namespace}" is not the name of a namespace`);
};

/** A name that was mistyped must not read as unused. */
const readTarget = (target: string): string => {
  const [first = ''] = target.split('/');
  if (first === 'operator' || parseGenerationName(first) || target.includes('/')) return target;
  const fault = checkBundleName(first);
  if (fault === undefined) return target;
  throw new SeccompError('usage', fault);
};
