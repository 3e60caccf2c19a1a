// `bind WORKLOAD PROFILE`: puts a profile into a workload's pod template, in the cluster or in a file, and takes it back.
import type { CommandModule } from 'yargs';
import { SeccompError } from '../../src/error.ts';
import { type ProfileChoice, parseProfileChoice } from '../../src/rollout/bound-profile.ts';
import { type ImageName, parseImage } from '../../src/workload/bind-images.ts';
import { parseWorkload } from '../../src/workload/bind-names.ts';
import { UNDO_ANNOTATION } from '../../src/workload/bind-undo.ts';
import { POD_KINDS } from '../../src/workload/named.ts';
import { renderBound, renderChanges, renderPatches, renderTrouble } from '../output/bind.ts';
import { type BoundWorkload, bindDocument, nameOf } from '../output/bind-document.ts';
import { renderDocument } from '../output/document.ts';
import type { DryRun } from '../output/rollout-result.ts';
import { sanitizeText } from '../output/sanitize.ts';
import type { ExitCode, Outside } from '../outside.ts';
import { bindInFile } from './bind-file.ts';
import type { BindDeed, BindOptions, BindWhat } from './bind-options.ts';
import { bindInCluster } from './bind-run.ts';
import {
  clusterFlags,
  connectOptions,
  dryRunFlag,
  duration,
  flag,
  type Given,
  namespaceFlag,
  outputFlag,
  quietFlag,
  text,
} from './flags.ts';
import { readNamespace } from './usage.ts';
import { verbs } from './verbs.ts';

const USAGE = `$0 bind WORKLOAD [PROFILE] [-c CONTAINER] [flags]
  $0 bind --from-image IMAGE PROFILE [flags]
  $0 bind -f FILE [WORKLOAD] PROFILE [flags]
  $0 bind WORKLOAD --undo [flags]

Makes a workload's pods run under a profile: web/nginx.json of a bundle, a content of it for
good (web@3fa9c1d2e4f5a6b7/nginx.json, or web@v3/nginx.json for what that revision installed),
RuntimeDefault or Unconfined. WORKLOAD is a Deployment, StatefulSet, DaemonSet, CronJob or bare
ReplicaSet, e.g. deploy/front. Without PROFILE, what names the Seccomp Operator's
operator/<namespace>/<configmap>/<key> is moved to <namespace>/<configmap>/<key>.

It shows the change, has the API server try it, asks, patches and watches the rollout. A profile
that no bundle has, or under which the containers could not start, is refused. Seccomp annotations
of the template that would disagree go. --undo puts back what stood before the last bind; it is kept
in the workload's annotation ${UNDO_ANNOTATION}.

With -f only the file changes, comments and layout stay, and the cluster is asked for nothing but
what --pin and revisions stand for. -f - prints the edited text.

--require-node adds required node affinity on the label that nodes with the profile have. An
autoscaler that starts a node group from zero does not know that such a node will have it: state the
label among the group's node template labels, or keep one node.`;

const EXAMPLES = `Examples:
  $0 bind deploy/front web/nginx.json
  # One container, and this content for good
  $0 bind sts/store web/store.json -c main --pin --require-node
  # Every workload of the cluster that runs an image
  $0 bind --from-image registry.example/nginx web/nginx.json -A
  # A manifest kept in Git, or a patch for kustomize
  $0 bind -f deploy.yaml web/nginx.json
  $0 bind deploy/front web/nginx.json -o patch
  # Back to what stood before
  $0 bind deploy/front --undo`;

const DEFAULT_TIMEOUT_MS = 5 * 60 * 1000;

/** Builds the command; `run` is replaced in tests of the parsing. */
export const bindCommand = (outside: Outside, run: typeof runBind = runBind): CommandModule => ({
  ...verbs.bind,
  builder: (parser) =>
    parser
      .usage(USAGE)
      .epilogue(EXAMPLES)
      .positional('workload', { type: 'string', describe: 'What is bound, e.g. deploy/front' })
      .positional('profile', { type: 'string', describe: 'What it shall run under' })
      .options({
        container: text("Set this container's profile instead of the pod's", { alias: 'c' }),
        filename: text('Edit the workload in this file; - reads standard input', { alias: 'f' }),
        'from-image': text('Bind every workload with a container that runs this image'),
        'from-operator': flag('Move it off the paths of the Seccomp Operator of 2020, as without PROFILE'),
        undo: flag('Put back what stood before the last bind'),
        pin: flag('Bind the content that the nodes have now, for good'),
        digest: text('With --pin: bind this content (16 hex digits or more)', { coerce: readDigest }),
        'require-node': flag('Keep its pods off nodes that do not have the profile'),
        force: flag('Bind although the profile is not there or would not start; undo over changes by others'),
        yes: flag('Do not ask', { alias: 'y' }),
        'all-namespaces': flag('With --from-image: in all namespaces', { alias: 'A' }),
        timeout: duration('--timeout', 'How long the rollout is watched', { defaultDescription: '5m' }),
        ...dryRunFlag,
        ...outputFlag(['json', 'yaml', 'name', 'patch']),
        ...quietFlag,
        ...namespaceFlag,
        ...clusterFlags,
        namespace: text("In this namespace instead of the current context's", {
          alias: 'n',
          group: clusterFlags.namespace?.group,
        }),
      }),
  handler: async (given) => {
    const { what, deed } = readWords(given);
    // `--timeout` is that of the rollout here; no Job is run.
    const { timeout, ...others } = given;
    const options: BindOptions = {
      what,
      deed,
      ...(given.container !== undefined && { container: given.container as string }),
      isPinned: given.pin === true,
      ...(given.digest !== undefined && { digest: given.digest as string }),
      isNodeRequired: given.requireNode === true,
      isForced: given.force === true,
      isYes: given.yes === true,
      dryRun: (given.dryRun as DryRun | undefined) ?? 'none',
      ...(given.output !== undefined && { output: given.output as string }),
      isQuiet: given.quiet === true,
      timeoutMs: (timeout as number | undefined) ?? DEFAULT_TIMEOUT_MS,
      ...(given.namespace !== undefined && { namespace: readNamespace(given.namespace as string) }),
      isEveryNamespace: given.allNamespaces === true,
      connect: connectOptions(others),
    };
    refuseNonsense(options);
    outside.conclude(await run(options, outside));
  },
});

/** Binds and prints what became of it; 0 only where nothing was refused and no rollout failed. */
export const runBind = async (options: BindOptions, outside: Outside): Promise<ExitCode> => {
  const { what, output, dryRun } = options;
  if (what.kind === 'file') {
    const { bound, patchable, text: edited } = await bindInFile({ ...options, what }, outside);
    if (output === 'patch') outside.stdout.write(renderPatches([patchable]));
    else if (edited !== undefined) outside.stdout.write(edited);
    else show([bound], { ...options, file: what.file, unread: [] }, outside);
    return 0;
  }
  const { workloads, unread, patchables } = await bindInCluster(options, outside);
  if (output === 'patch') outside.stdout.write(renderPatches(patchables));
  else show(workloads, { ...options, unread }, outside);
  outside.stderr.write(renderTrouble(workloads));
  for (const { resource, message } of unread)
    outside.stderr.write(sanitizeText(`error: cannot read ${resource}: ${message}\n`));
  if (dryRun === 'none') tellWayBack(workloads, outside);
  if (outside.signal.aborted) return 130;
  const isWell = workloads.every(
    ({ action, rollout }) =>
      action !== 'refused' && (rollout?.state === undefined || ['done', 'none'].includes(rollout.state)),
  );
  return isWell && unread.length === 0 ? 0 : 1;
};

const show = (
  workloads: readonly BoundWorkload[],
  {
    output,
    dryRun,
    file,
    unread,
  }: Pick<BindOptions, 'output' | 'dryRun'> & {
    readonly file?: string;
    readonly unread: readonly { readonly resource: string; readonly message: string }[];
  },
  { stdout, stderr }: Outside,
): void => {
  if (output === 'json' || output === 'yaml') {
    const facts = { dryRun, unread, ...(file !== undefined && { file }) };
    stdout.write(renderDocument(bindDocument(workloads, facts), output));
    return;
  }
  if (dryRun !== 'none' && output !== 'name')
    stdout.write(
      workloads
        .filter(({ changes, action }) => changes.length > 0 && action !== 'refused')
        .map(renderChanges)
        .join(''),
    );
  stdout.write(
    output === 'name'
      ? renderBound(workloads, 'none').replace(/ \S+$/gm, '')
      : renderBound(workloads, dryRun),
  );
  for (const { rollout, ...bound } of workloads)
    if (rollout?.state === 'none') stderr.write(sanitizeText(`${nameOf(bound)}: ${rollout.message}\n`));
};

/** What was patched stays patched, whatever became of its pods. */
const tellWayBack = (workloads: readonly BoundWorkload[], { stderr, programName }: Outside): void => {
  const stuck = workloads.filter(
    ({ action, rollout }) =>
      action !== 'refused' && (rollout?.state === 'failed' || rollout?.state === 'unfinished'),
  );
  for (const one of stuck) {
    if (one.action === 'bound')
      stderr.write(
        sanitizeText(`It stays as it was changed. The way back: ${programName} bind ${nameOf(one)} --undo\n`),
      );
    // It waits for a pod of the broken template to become ready, for ever (Kubernetes documentation, "Forced rollback").
    if (one.workload.kind.kind === 'StatefulSet')
      stderr.write(
        'A StatefulSet does not replace a pod that never got ready: after going back, delete it.\n',
      );
  }
};

/** Sorts out which word is what: WORKLOAD comes first, PROFILE last, and each way of asking wants its own. */
const readWords = (given: Given): { what: BindWhat; deed: BindDeed } => {
  const words = [given.workload, given.profile].filter((word) => word !== undefined) as string[];
  const isUndo = given.undo === true;
  const isMove = given.fromOperator === true;
  const ways = ['filename', 'fromImage'].filter((name) => given[name] !== undefined);
  if (ways.length > 1) throw usage('-f and --from-image do not go together');
  if (isUndo && isMove) throw usage('--undo and --from-operator do not go together');
  if (given.fromImage !== undefined) {
    const [profile, extra] = words;
    if (profile === undefined || extra !== undefined || isUndo || isMove)
      throw usage('--from-image wants a PROFILE and nothing else, e.g. --from-image nginx web/nginx.json');
    const shownAs = given.fromImage as string;
    const image: ImageName = parseImage(shownAs);
    return { what: { kind: 'image', image, shownAs }, deed: profileDeed(profile) };
  }
  const isProfileWanted = !isUndo && !isMove;
  const isFile = given.filename !== undefined;
  const [workload, profile] = isFile && isProfileWanted && words.length === 1 ? [undefined, words[0]] : words;
  if (workload === undefined && !isFile)
    throw usage('bind wants a WORKLOAD, e.g. deploy/front, and a PROFILE');
  if (profile !== undefined && !isProfileWanted)
    throw usage(`${isUndo ? '--undo' : '--from-operator'} takes no PROFILE: "${profile}"`);
  const deed: BindDeed = isUndo
    ? { kind: 'undo' }
    : profile === undefined
      ? { kind: 'from-operator' }
      : profileDeed(profile);
  if (!isFile) return { what: { kind: 'workload', workload: parseWorkload(workload!) }, deed };
  const choice = workload === undefined ? {} : { workload: parseWorkload(workload, POD_KINDS) };
  return { what: { kind: 'file', file: given.filename as string, ...choice }, deed };
};

const profileDeed = (profile: string): BindDeed => {
  const choice: ProfileChoice = parseProfileChoice(profile);
  return { kind: 'profile', choice };
};

/** Refuses flags that would be passed over in silence. */
const refuseNonsense = ({ what, deed, ...options }: BindOptions): void => {
  const isProfile = deed.kind === 'profile';
  if (options.container !== undefined && (!isProfile || what.kind === 'image'))
    throw usage('-c goes with WORKLOAD and PROFILE only');
  if (options.digest !== undefined && !options.isPinned) throw usage('--digest goes with --pin');
  if (deed.kind === 'undo' && (options.isPinned || options.isNodeRequired))
    throw usage('--undo goes with neither --pin nor --require-node');
  if (isProfile && deed.choice.kind === 'builtin' && (options.isPinned || options.isNodeRequired))
    throw usage(`${deed.choice.type} is in no bundle: it goes with neither --pin nor --require-node`);
  if (options.isEveryNamespace && what.kind !== 'image') throw usage('-A goes with --from-image');
  if (what.kind === 'file' && options.dryRun === 'server')
    throw usage('--dry-run=server: a file is not sent anywhere; --dry-run=client shows the change');
  if (what.kind === 'file' && deed.kind === 'undo')
    throw usage('--undo: a file is put back by what keeps it, such as Git');
};

const usage = (message: string): SeccompError => new SeccompError('usage', message);

function readDigest(given: string | string[]): string {
  const digest = (Array.isArray(given) ? given.at(-1) : given) ?? '';
  if (/^[0-9a-f]{16,64}$/.test(digest)) return digest;
  throw usage(`--digest: "${digest}" is not 16 to 64 hex digits`);
}
