// `check -f pod.yaml`, `check deploy/web`: would the containers start under their profiles, on every node that they could
// come to.
import type { CommandModule } from 'yargs';
import { MAXIMUM_PROFILE_BYTES } from '../../src/bundle/limits.ts';
import { SeccompError } from '../../src/error.ts';
import { checkSubjects } from '../../src/rollout/check.ts';
import { probeCheck } from '../../src/rollout/check-probes.ts';
import type { Check, CheckSubject } from '../../src/workload/check.ts';
import type { StartFacts } from '../../src/workload/judge-content.ts';
import { type NamedObject, parseNamedObjects } from '../../src/workload/named.ts';
import { readManifests, subjectOf } from '../../src/workload/read-manifests.ts';
import { renderCheck } from '../output/check.ts';
import { checkDocument } from '../output/check-document.ts';
import { renderDocument } from '../output/document.ts';
import { sanitizeLine } from '../output/sanitize.ts';
import type { Connected, ConnectOptions, ExitCode, Outside } from '../outside.ts';
import { readDisks } from './check-disks.ts';
import { readRuntimeFacts, runtimeFlags } from './fact-flags.ts';
import { clusterFlags, connectOptions, flag, jobFlags, list, outputFlag, quietFlag, text } from './flags.ts';
import { interruptible } from './interruptible.ts';
import { readProfileFile } from './profile-file.ts';
import { verbs } from './verbs.ts';

export interface CheckOptions {
  readonly objects: readonly NamedObject[];
  readonly filenames: readonly string[];
  /** Absent: that of the kubeconfig's context. */
  readonly namespace?: string;
  readonly facts: StartFacts;
  readonly isVerified: boolean;
  readonly isProbed: boolean;
  readonly output?: string;
  readonly isQuiet: boolean;
  readonly connect: ConnectOptions;
}

const USAGE = `$0 check (-f FILE | TYPE/NAME ...) [flags]

Says whether containers would start under the localhost profiles that they name, on
every node that their pods could come to: is the file there, does the runtime take it,
does it let through what the runtime itself calls to start a container (fewer calls with
allowPrivilegeEscalation: false) and to run exec probes and hooks.

  starts    nothing is in the way
  fails     the API server, the kubelet or the runtime refuses it, or it ends at once
  unknown   what would decide cannot be had

Nodes do not say which version of runc or crun they have: where versions differ, the
verdict is open until --runtime says it, or --probe tries it. --probe starts one short
pod on one node of each class, in the workload's namespace, and deletes it.

Exit code: 0 starts everywhere, 1 fails on some node, 2 could not tell.`;

const EXAMPLES = `Examples:
  # A workload of the cluster
  $0 check deploy/web
  # Before it is created, and for sure
  $0 check -f pod.yaml --probe
  # Nodes that are known to have runc 1.3.6
  $0 check -f deploy.yaml --runtime runc@1.3.6`;

/** Builds the command; `run` is replaced in tests of the parsing. */
export const checkCommand = (outside: Outside, run: typeof runCheck = runCheck): CommandModule => ({
  ...verbs.check,
  builder: (parser) =>
    parser
      .usage(USAGE)
      .epilogue(EXAMPLES)
      .positional('objects', {
        type: 'string',
        array: true,
        describe: 'Pods, or what makes pods: deploy/web, or deploy web',
      })
      .options({
        filename: list('File with pods or what makes pods; - is standard input', { alias: 'f' }),
        probe: flag('Start a short pod on one node of each class, and see'),
        verify: flag("Ask the nodes' disks, by a Job on each node as verify does"),
        ...runtimeFlags,
        ...outputFlag(['wide', 'json', 'yaml']),
        ...quietFlag,
        ...jobFlags,
        ...clusterFlags,
        namespace: text("In this namespace instead of the current context's", {
          alias: 'n',
          group: clusterFlags.namespace?.group,
        }),
      }),
  handler: async (given) => {
    const words = (given.objects as string[] | undefined) ?? [];
    const filenames = (given.filename as string[] | undefined) ?? [];
    if ((words.length === 0) === (filenames.length === 0))
      throw new SeccompError('usage', 'check: name workloads or give files with -f, one of the two');
    const options: CheckOptions = {
      objects: parseNamedObjects(words),
      filenames,
      ...(given.namespace !== undefined && { namespace: readNamespace(given.namespace as string) }),
      facts: readRuntimeFacts(given),
      isVerified: given.verify === true,
      isProbed: given.probe === true,
      ...(given.output !== undefined && { output: given.output as string }),
      isQuiet: given.quiet === true,
      connect: connectOptions(given),
    };
    outside.conclude(await run(options, outside));
  },
});

/** Checks and prints; the exit code answers "would anything fail?". */
export const runCheck = async (options: CheckOptions, outside: Outside): Promise<ExitCode> => {
  outside.conclude(2);
  const { output, isProbed } = options;
  const cluster = await outside.connect(options.connect);
  const subjects = await interruptible(readSubjects(options, cluster, outside), outside.signal);
  const check = await settle(await findOut(subjects, options, cluster, outside), options, cluster, outside);
  const document = checkDocument(check);
  if (output === 'json' || output === 'yaml') outside.stdout.write(renderDocument(document, output));
  else {
    const { stdout, stderr } = renderCheck(document, output === 'wide', isProbed);
    outside.stdout.write(stdout);
    outside.stderr.write(stderr);
  }
  return EXIT_CODES[check.verdict];
};

const EXIT_CODES: Readonly<Record<Check['verdict'], ExitCode>> = { starts: 0, fails: 1, unknown: 2 };

const readSubjects = async (
  { objects, filenames, ...options }: CheckOptions,
  cluster: Connected,
  outside: Outside,
): Promise<readonly CheckSubject[]> => {
  const namespace = options.namespace ?? (await cluster.workloads.currentNamespace());
  const subjects: CheckSubject[] = [];
  for (const { kind, name } of objects) {
    const object = await cluster.controllers.read({ kind, name, namespace });
    subjects.push(...[subjectOf({ ...object, kind: kind.kind }, namespace) ?? []].flat());
  }
  for (const filename of filenames) {
    const { content, shownAs } = await readProfileFile(filename, MAXIMUM_PROFILE_BYTES, outside);
    const read = readManifests(content, shownAs, namespace);
    for (const kind of read.others)
      outside.stderr.write(`${sanitizeLine(`${shownAs}: left out: a ${kind} makes no pods`)}\n`);
    if (read.subjects.length === 0)
      throw new SeccompError('file', `"${shownAs}" holds no pod and nothing that makes pods`);
    subjects.push(...read.subjects);
  }
  return subjects;
};

const findOut = async (
  subjects: readonly CheckSubject[],
  { facts, isVerified, isQuiet, connect }: CheckOptions,
  cluster: Connected,
  outside: Outside,
): Promise<Check> => {
  const ports = { cluster, surroundings: cluster.surroundings };
  const claimed = await interruptible(checkSubjects(subjects, { facts }, ports), outside.signal);
  const names = claimed.containers.flatMap(({ classes }) => classes.flatMap(({ nodes }) => nodes));
  if (!isVerified || names.length === 0) return claimed;
  const disks = await readDisks([...new Set(names)], { isQuiet, connect }, cluster, outside);
  outside.signal.throwIfAborted();
  return await interruptible(checkSubjects(subjects, { facts, disks }, ports), outside.signal);
};

/** Not abandoned on Ctrl-C: pods that were created are deleted first. */
const settle = async (
  check: Check,
  { isProbed, isQuiet }: CheckOptions,
  { prober }: Connected,
  { signal, stderr }: Outside,
): Promise<Check> => {
  if (!isProbed) return check;
  const probed = await probeCheck(check, {
    prober,
    signal,
    onProbe: ({ node, namespace, localhostProfile }) => {
      if (isQuiet) return;
      stderr.write(
        `${sanitizeLine(`starting a short pod in ${namespace} on ${node} under ${localhostProfile}`)}\n`,
      );
    },
  });
  signal.throwIfAborted();
  return probed;
};

/** It becomes a part of request paths: `../x` would ask for something else. */
const readNamespace = (namespace: string): string => {
  if (/^(?=.{1,63}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(namespace)) return namespace;
  throw new SeccompError('usage', `--namespace: "${namespace}" is not the name of a namespace`);
};
