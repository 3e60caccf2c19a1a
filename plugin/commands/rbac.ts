// `rbac [VERB…]`: prints the roles that verbs need, or the admission policy for the install namespace. Asks no cluster.
import type { CommandModule } from 'yargs';
import { SeccompError } from '../../src/error.ts';
import { FLAG_RIGHTS, RIGHTS, type Right, rightsWith, uniqueRights } from '../../src/rollout/rights.ts';
import { renderManifests } from '../output/manifests.ts';
import { policyManifests } from '../output/node-job-policy.ts';
import { roleManifests, type Subject } from '../output/roles.ts';
import { sanitizeLine } from '../output/sanitize.ts';
import type { ExitCode, Outside } from '../outside.ts';
import {
  choice,
  DEFAULT_IMAGE,
  DEFAULT_NAMESPACE,
  flag,
  type Given,
  list,
  namespaceFlag,
  outputFlag,
  text,
} from './flags.ts';
import { verbs } from './verbs.ts';

export interface RbacOptions {
  /** Empty: all that need any right. */
  readonly verbs: readonly string[];
  /** Of those verbs, that take rights of their own. */
  readonly flags: readonly string[];
  readonly name?: string;
  readonly subjects: readonly Subject[];
  readonly installNamespace: string;
  /** Absent: roles are printed. */
  readonly policy?: PolicyOptions;
  readonly format: 'json' | 'yaml';
}

interface PolicyOptions {
  readonly images: readonly string[];
  readonly kubeletRoots: readonly string[];
  readonly isPrivilegedAllowed: boolean;
}

const DEFAULT_NAME = 'kubectl-seccomp';
const DEFAULT_KUBELET_ROOT = '/var/lib/kubelet';

const USAGE = `$0 rbac [VERB…] [flags]

Prints the rights that verbs need, and no more, as a ClusterRole, Roles and the install
namespace; without a verb, for all of them. With --user, --group or --serviceaccount
also the bindings. It only prints: whoever may grant rights pipes it to kubectl apply.

Whoever may create Pods or Jobs in the install namespace can mount any folder of a node
as root: give these roles to nobody whom you would not give the nodes. --policy prints a
ValidatingAdmissionPolicy that admits nothing there but the Jobs of this plugin (this
program, these images, and no host path but the seccomp root), and Pods that touch no
node: the short ones of apply --probe, and the sync.

Nobody may grant what they have not: the role for sync --install holds all that it hands
on to the account of the sync. That for check --probe may create Pods in every namespace.`;

const EXAMPLES = `Examples:
  # Let a team roll out, and look at what is there
  $0 rbac apply status history --group team-a | kubectl apply -f -
  # Let everybody who is logged in see who uses what
  $0 rbac usage status --group system:authenticated
  # Admit nothing else in the install namespace; print it again after an upgrade
  $0 rbac --policy | kubectl apply -f -`;

/** Builds the command; `run` is replaced in tests of the parsing. */
export const rbacCommand = (outside: Outside, run: typeof runRbac = runRbac): CommandModule => ({
  ...verbs.rbac,
  builder: (parser) =>
    parser
      .usage(USAGE)
      .epilogue(EXAMPLES)
      .positional('verbs', { type: 'string', array: true, describe: 'Verbs that are to work' })
      .options({
        'from-configmaps': flag('For apply also with --from-configmaps'),
        'from-spo': flag('For apply also with --from-spo'),
        probe: flag('For apply and check also with --probe'),
        install: flag('For sync also with --install and --uninstall'),
        name: text('Name of the roles and bindings, or of the policy', {
          defaultDescription: `${DEFAULT_NAME}, with the verbs that were named`,
        }),
        user: list('User that gets the roles; repeat it for several'),
        group: list('Group that gets the roles; repeat it for several'),
        serviceaccount: list('Service account that gets the roles, as NAMESPACE:NAME'),
        policy: flag('Print the admission policy instead of roles'),
        image: list('Images that the policy admits', { defaultDescription: DEFAULT_IMAGE }),
        'kubelet-root': list('Kubelet roots that the policy admits', {
          defaultDescription: DEFAULT_KUBELET_ROOT,
        }),
        privilege: choice(
          '--privilege',
          ['default', 'privileged'],
          'privileged: the policy admits that too',
          { defaultDescription: 'default' },
        ),
        ...outputFlag(['yaml', 'json']),
        ...namespaceFlag,
      }),
  handler: async (given) => outside.conclude(await run(readOptions(given), outside)),
});

const readOptions = (given: Given): RbacOptions => {
  const isPolicy = given.policy === true;
  const named = (given.verbs as string[] | undefined) ?? [];
  checkFlags(given, isPolicy, named);
  for (const verb of named) checkVerb(verb);
  return {
    verbs: [...new Set(named)],
    flags: FLAGS.filter((name) => given[name] === true),
    ...(given.name !== undefined && { name: readName(given.name as string) }),
    subjects: readSubjects(given),
    installNamespace: (given.installNamespace as string | undefined) ?? DEFAULT_NAMESPACE,
    ...(isPolicy && {
      policy: {
        images: (given.image as string[] | undefined) ?? [DEFAULT_IMAGE],
        kubeletRoots: readRoots(given.kubeletRoot as string[] | undefined),
        isPrivilegedAllowed: given.privilege === 'privileged',
      },
    }),
    format: given.output === 'json' ? 'json' : 'yaml',
  };
};

const ROLE_FLAGS = { user: '--user', group: '--group', serviceaccount: '--serviceaccount' };
const POLICY_FLAGS = { image: '--image', kubeletRoot: '--kubelet-root', privilege: '--privilege' };
/** Each once; some are of several verbs. */
const FLAGS = [...new Set(Object.values(FLAG_RIGHTS).flatMap((flags) => Object.keys(flags)))];

const checkFlags = (given: Given, isPolicy: boolean, named: readonly string[]): void => {
  const ofVerbs = Object.fromEntries(FLAGS.map((name) => [name, `--${name}`]));
  const wrong = Object.entries(isPolicy ? { ...ROLE_FLAGS, ...ofVerbs } : POLICY_FLAGS).find(
    ([name]) => given[name] !== undefined,
  );
  if (wrong)
    throw new SeccompError(
      'usage',
      `${wrong[1]} ${isPolicy ? 'is for roles, and --policy prints none' : 'is for --policy'}`,
    );
  if (isPolicy && named.length > 0)
    throw new SeccompError('usage', `"${named.join(' ')}": --policy is the same for every verb`);
  const idle = FLAGS.find(
    (name) => given[name] === true && named.length > 0 && !named.some((verb) => FLAG_RIGHTS[verb]?.[name]),
  );
  if (idle === undefined) return;
  const takers = Object.keys(FLAG_RIGHTS).filter((verb) => FLAG_RIGHTS[verb]?.[idle]);
  throw new SeccompError('usage', `--${idle} is for ${takers.join(' and ')}`);
};

/** A verb that was mistyped must not read as one that needs nothing. */
const checkVerb = (verb: string): void => {
  if (RIGHTS[verb] !== undefined) return;
  const isKnown = verb in verbs;
  throw new SeccompError('usage', isKnown ? `"${verb}" needs no rights` : `"${verb}" is not a verb`, {
    hint: `Verbs that need rights: ${Object.keys(RIGHTS).join(', ')}.`,
  });
};

const readName = (name: string): string => {
  if (/^[a-z0-9]([a-z0-9.-]{0,240}[a-z0-9])?$/.test(name)) return name;
  throw new SeccompError(
    'usage',
    `--name: "${name}" is not a name of lower-case letters, digits and hyphens`,
  );
};

const readRoots = (roots: readonly string[] = [DEFAULT_KUBELET_ROOT]): readonly string[] => {
  const wrong = roots.find((root) => !/^(?!.*\/\.\.?(\/|$))\/./.test(root));
  if (wrong === undefined) return roots;
  throw new SeccompError('usage', `--kubelet-root: "${wrong}" is not an absolute path without "." and ".."`);
};

const readSubjects = (given: Given): readonly Subject[] => [
  ...names(given.user).map((name): Subject => ({ kind: 'User', name })),
  ...names(given.group).map((name): Subject => ({ kind: 'Group', name })),
  ...names(given.serviceaccount).map(readServiceAccount),
];

const names = (given: unknown): readonly string[] => (given as string[] | undefined) ?? [];

const readServiceAccount = (given: string): Subject => {
  const [, namespace, name] = /^([a-z0-9-]+):([a-z0-9.-]+)$/.exec(given) ?? [];
  if (namespace !== undefined && name !== undefined) return { kind: 'ServiceAccount', name, namespace };
  throw new SeccompError('usage', `--serviceaccount: "${given}" is not of the form NAMESPACE:NAME`);
};

/** Prints the objects to stdout, and what they mean to stderr too, where JSON or a pipe would hide it. */
export const runRbac = async (options: RbacOptions, outside: Outside): Promise<ExitCode> => {
  const { manifests, said } = options.policy
    ? await buildPolicy(options, options.policy, outside)
    : buildRoles(options);
  outside.stdout.write(renderManifests(manifests, said, options.format));
  outside.stderr.write(
    said
      .slice(1)
      .map((line) => `${sanitizeLine(line)}\n`)
      .join(''),
  );
  return 0;
};

const buildRoles = (options: RbacOptions) => {
  const { installNamespace, subjects, flags } = options;
  const chosen = options.verbs.length > 0 ? options.verbs : Object.keys(RIGHTS);
  const rights = uniqueRights(chosen.flatMap((verb) => rightsWith(verb, flags)));
  const name = options.name ?? [DEFAULT_NAME, ...options.verbs, ...flags].join('-');
  const told = flags.map((flag) => `--${flag}`).join(', ');
  const said = [
    `Rights for: ${chosen.join(', ')}${told === '' ? '' : ` (with ${told})`}`,
    ...(rights.some(makesJobs)
      ? [
          `Whoever has these may create Jobs in namespace ${installNamespace}, and so can be root on every node.`,
          'rbac --policy prints a policy that admits only the Jobs of this plugin there.',
        ]
      : []),
    ...(rights.some(makesPodsAnywhere)
      ? [
          'Whoever has these may create Pods in every namespace: what those may do is for Pod Security to say.',
        ]
      : []),
    ...(flags.includes('install')
      ? ['They hold all that is handed on to the account of the sync: nobody may grant what they have not.']
      : []),
  ];
  return { manifests: roleManifests({ name, rights, subjects, installNamespace }), said };
};

const makesJobs = ({ resource, verb, scope }: Right): boolean =>
  resource === 'jobs' && verb === 'create' && scope === 'install-namespace';

const makesPodsAnywhere = ({ resource, verb, scope }: Right): boolean =>
  resource === 'pods' && verb === 'create' && scope === 'cluster';

const buildPolicy = async (options: RbacOptions, policy: PolicyOptions, outside: Outside) => {
  const { installNamespace, name = DEFAULT_NAME } = options;
  const programSha256 = await outside.readProgramSha256();
  const said = [
    `Admits in namespace ${installNamespace} only the Jobs of kubectl-seccomp v${outside.version}; needs Kubernetes 1.30`,
    'It names the program of this version: print it again after an upgrade, or Jobs will be refused.',
    'Whoever may change this policy, or create Pods elsewhere without one, still can be root on the nodes.',
  ];
  return { manifests: policyManifests({ name, installNamespace, programSha256, ...policy }), said };
};
