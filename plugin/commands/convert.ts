// `convert FILE... --to FORM`: profiles in the form that another system takes, and what that form cannot say.
import type { CommandModule } from 'yargs';
import { SeccompError } from '../../src/error.ts';
import { ACTIONS, hintForAction, isAction } from '../../src/profile/actions.ts';
import {
  type ConvertOptions,
  convertProfiles,
  TARGETS,
  type Target,
} from '../../src/profile/convert/convert-profiles.ts';
import { parseObjectName } from '../../src/profile/convert/names.ts';
import type { ListMeaning } from '../../src/profile/convert/read-profiles.ts';
import { renderConverted, renderRemarks } from '../output/convert-result.ts';
import type { ExitCode, Outside } from '../outside.ts';
import { compileFlags, readCompileOptions } from './compile-flags.ts';
import { type Flags, flag, type Given, text } from './flags.ts';
import { filesArgument, readFoundProfiles } from './found-profiles.ts';
import { verbs } from './verbs.ts';

export interface ConvertVerbOptions extends ConvertOptions {
  readonly files: readonly string[];
  readonly list?: ListMeaning;
}

const USAGE = `$0 convert FILE... --to FORM [flags]

Writes profiles in another form. Reads OCI and Docker JSON, SeccompProfile YAML,
the 2020 operator's ConfigMaps, a container's whole config.json, and plain lists
of system calls. What is lost or had to be decided is told on stderr. Forms:

oci            what every runtime reads, with all conditions decided
docker         JSON as Docker and CRI-O read it, with its conditions
spo            SeccompProfile v1beta1 of the Security Profiles Operator
configmap      annotated ConfigMap of the 2020 operator
machineconfig  OpenShift: files under /var/lib/kubelet/seccomp
talos          patch with machine.seccompProfiles
json           the profile alone as its file has it, nothing decided`;

const EXAMPLES = `Examples:
  # Docker's own profile, as containerd should have it
  $0 convert default.json --to oci --arch amd64 > plain.json
  # What a program would do under a profile, logged and not refused
  $0 convert web.json --to oci --audit > web-audit.json
  # A list of names, everything else refused
  $0 convert names.txt --to spo --default-action ERRNO | kubectl apply -f -`;

const LIST_GROUP = 'For plain lists of system calls:';
const OBJECT_GROUP = 'For objects:';

const convertFlags: Flags = {
  to: text(`What to write (${TARGETS.join('|')})`),
  audit: flag('Write the complain twin: it logs what the profile refuses'),
  name: text('Name of the object', { group: OBJECT_GROUP, defaultDescription: "the file's" }),
  namespace: text('Namespace of a ConfigMap', { alias: 'n', group: OBJECT_GROUP }),
  role: text('Role of the nodes of a MachineConfig', { group: OBJECT_GROUP, defaultDescription: 'worker' }),
  'default-action': text('What happens to calls that are not listed, e.g. ERRNO', { group: LIST_GROUP }),
  action: text('What happens to the calls that are', { group: LIST_GROUP, defaultDescription: 'ALLOW' }),
};

/** Builds the command; `run` is replaced in tests of the parsing. */
export const convertCommand = (outside: Outside, run: typeof runConvert = runConvert): CommandModule => ({
  ...verbs.convert,
  builder: (parser) =>
    parser
      .usage(USAGE)
      .epilogue(EXAMPLES)
      .positional('files', filesArgument)
      .options({ ...convertFlags, ...compileFlags }),
  handler: async (given) => {
    outside.conclude(await run(readOptions(given), outside));
  },
});

/** Prints the result; nothing is printed where any file has an error. */
export const runConvert = async (
  { files, list, ...options }: ConvertVerbOptions,
  outside: Outside,
): Promise<ExitCode> => {
  const profiles = await readFoundProfiles(
    files,
    { ...options, ...(list !== undefined && { list }) },
    outside,
  );
  refuseMany(profiles.length, options);
  const converted = convertProfiles(profiles, options);
  outside.stderr.write(renderRemarks(converted));
  outside.stdout.write(renderConverted(options.target, converted));
  return 0;
};

const readOptions = (given: Given): ConvertVerbOptions => {
  const target = parseTarget(given.to as string | undefined);
  const has = (name: string): boolean => given[name] !== undefined;
  const isObject = target === 'spo' || target === 'configmap' || target === 'machineconfig';
  refuseUseless(has('name') && !isObject, '--name', target);
  refuseUseless(has('namespace') && target !== 'configmap', '--namespace', target);
  refuseUseless(has('role') && target !== 'machineconfig', '--role', target);
  const role = (given.role as string | undefined) ?? 'worker';
  if (!/^[a-z0-9]([a-z0-9-]{0,60}[a-z0-9])?$/.test(role))
    throw new SeccompError('usage', `--role: "${role}" is no role of nodes, such as worker`);
  if (has('action') && !has('defaultAction'))
    throw new SeccompError('usage', '--action says nothing without --default-action');
  return {
    ...readCompileOptions(given),
    files: given.files as string[],
    target,
    role,
    isAudit: given.audit === true,
    ...(has('name') && { name: parseObjectName(given.name as string) }),
    ...(has('namespace') && { namespace: parseNamespace(given.namespace as string) }),
    ...(has('defaultAction') && { list: parseList(given) }),
  };
};

const parseTarget = (given: string | undefined): Target => {
  const target = TARGETS.find((one) => one === given);
  if (target !== undefined) return target;
  const what = given === undefined ? 'no form was given' : `"${given}" is no form`;
  throw new SeccompError('usage', `--to: ${what}; wanted one of ${TARGETS.join(', ')}`);
};

const refuseUseless = (isGiven: boolean, name: string, target: Target): void => {
  if (isGiven) throw new SeccompError('usage', `${name} means nothing with --to ${target}`);
};

const parseNamespace = (given: string): string => {
  if (/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(given)) return given;
  throw new SeccompError('usage', `--namespace: "${given}" is not the name of a namespace`);
};

const parseList = (given: Given): ListMeaning => {
  const list = {
    defaultAction: parseAction('--default-action', given.defaultAction as string),
    action: parseAction('--action', (given.action as string | undefined) ?? 'ALLOW'),
  };
  if (list.action !== list.defaultAction) return list;
  throw new SeccompError(
    'usage',
    `--default-action: ${list.action} is what happens to the listed calls too`,
    {
      hint: 'Say with --action what is to happen to them.',
    },
  );
};

const parseAction = (name: string, given: string) => {
  const action = given.startsWith('SCMP_ACT_') ? given : `SCMP_ACT_${given.toUpperCase()}`;
  if (isAction(action) && action !== 'SCMP_ACT_NOTIFY') return action;
  const hint = action === 'SCMP_ACT_NOTIFY' ? '; a list names no listener' : hintForAction(given);
  throw new SeccompError('usage', `${name}: "${given}" is not an action for a list${hint}`, {
    hint: `The actions are ${ACTIONS.join(', ')}.`,
  });
};

const refuseMany = (count: number, { target, name }: ConvertOptions): void => {
  if (count === 1) return;
  if (target === 'oci' || target === 'docker' || target === 'json')
    throw new SeccompError('usage', `--to ${target} writes one profile, and the files hold ${count}`, {
      hint: 'Convert them one by one.',
    });
  if (target === 'spo' && name !== undefined)
    throw new SeccompError(
      'usage',
      `--name ${name}: the files hold ${count} profiles, each an object of its own`,
    );
};
