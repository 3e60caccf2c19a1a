// `apply --from-configmaps` and `--from-spo`: profiles that older operators keep in the cluster as objects, each
// namespace as one bundle. What is wrong with one profile or one namespace is told, and the others go on.
import type { Options } from 'yargs';
import { SeccompError } from '../../src/error.ts';
import type { CompileOptions } from '../../src/profile/prepared.ts';
import type { RolloutState } from '../../src/rollout/state.ts';
import { API_VERSION, type Document, renderDocument } from '../output/document.ts';
import type { RolloutDocument } from '../output/documents.ts';
import { type DryRun, plural, rolloutDocument } from '../output/rollout-result.ts';
import { sanitizeLine, sanitizeText } from '../output/sanitize.ts';
import type { Connected, ConnectOptions, ExitCode, Outside } from '../outside.ts';
import { type BundleSource, packSource, readSources } from './cluster-profiles.ts';
import { clusterFlags, flag, type Given, text } from './flags.ts';
import type { Inputs } from './inputs.ts';
import { interruptible } from './interruptible.ts';
import { refuseMissingRights } from './missing-rights.ts';
import { exitCodeOf, type ShowOptions } from './rollout.ts';

/** Which objects. */
export interface ClusterSource {
  readonly isFromConfigMaps: boolean;
  readonly isFromSpo: boolean;
  /** Absent: that of the kubeconfig's context. */
  readonly namespace?: string;
  readonly isEveryNamespace: boolean;
}

/** What came of one bundle, and how it is to be shown. */
export interface Applied {
  readonly state: RolloutState;
  readonly shown: ShowOptions;
}

interface FromClusterOptions {
  /** Of the bundle of SeccompProfiles without a namespace. */
  readonly name?: string;
  readonly compile: CompileOptions;
  readonly isForced: boolean;
  readonly dryRun: DryRun;
  readonly output?: string;
  readonly connect: ConnectOptions;
}

interface Steps {
  readonly rollOut: (inputs: Inputs, cluster: Connected) => Promise<Applied>;
  readonly show: (applied: Applied) => ExitCode;
}

/** The flags that choose objects. */
export const clusterSourceFlags: Readonly<Record<string, Options>> = {
  'from-configmaps': flag(
    'Profiles of ConfigMaps with the annotation seccomp.security.kubernetes.io/profile: "true"',
  ),
  'from-spo': flag('Profiles of SeccompProfile objects of the Security Profiles Operator'),
  'all-namespaces': flag('With --from-…: of all namespaces', { alias: 'A' }),
};

/** `-n`, which only means something to these flags. */
export const namespaceOfSourceFlag = text("With --from-…: of this namespace instead of the context's", {
  alias: 'n',
  group: clusterFlags.namespace?.group,
});

/** Reads the flags; undefined where files are meant. Throws `usage` for what does not go together. */
export const readClusterSource = (given: Given): ClusterSource | undefined => {
  const isFromConfigMaps = given.fromConfigmaps === true;
  const isFromSpo = given.fromSpo === true;
  const isEveryNamespace = given.allNamespaces === true;
  const flagName = isFromConfigMaps ? '--from-configmaps' : '--from-spo';
  if (!isFromConfigMaps && !isFromSpo) {
    if (isEveryNamespace)
      throw new SeccompError('usage', '--all-namespaces is for --from-configmaps and --from-spo');
    return undefined;
  }
  const wrong = ['filename', 'root', 'recursive'].find((name) => given[name] !== undefined);
  if (wrong !== undefined)
    throw new SeccompError('usage', `--${wrong}: with ${flagName} the profiles come from the cluster`);
  if (isFromConfigMaps && !isFromSpo && given.name !== undefined)
    throw new SeccompError('usage', `--name: with ${flagName} each bundle is named as its namespace`);
  const namespace = given.namespace as string | undefined;
  if (namespace !== undefined && isEveryNamespace)
    throw new SeccompError('usage', `--namespace ${namespace} and --all-namespaces: only one can hold`);
  // It becomes a part of request paths: `../x` would ask for something else.
  if (namespace !== undefined && !/^(?=.{1,63}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(namespace))
    throw new SeccompError('usage', `--namespace: "${namespace}" is not the name of a namespace`);
  return { isFromConfigMaps, isFromSpo, isEveryNamespace, ...(namespace !== undefined && { namespace }) };
};

/** Applies one bundle for each namespace; 1 where any profile, namespace or node was left out. */
export const applyFromCluster = async (
  { source, options }: { readonly source: ClusterSource; readonly options: FromClusterOptions },
  steps: Steps,
  outside: Outside,
): Promise<ExitCode> => {
  const { connect, output, dryRun } = options;
  const cluster = await outside.connect(connect);
  const namespace = source.isEveryNamespace
    ? undefined
    : (source.namespace ?? (await cluster.workloads.currentNamespace()));
  const reading = readSources({ ...source, namespace, name: options.name }, cluster.profileObjects);
  const sources = await interruptible(reading, outside.signal);
  if (sources.length === 0) throw nothingFound(source, namespace);
  if (dryRun !== 'client') await refuseMissingRights('apply', { cluster, connect }, outside);
  const isDocument = output === 'json' || output === 'yaml';
  const applied: Applied[] = [];
  let exitCode: ExitCode = 0;
  for (const one of sources) {
    const { isComplete, inputs } = await pack(one, options, outside);
    if (!isComplete) exitCode = 1;
    if (inputs === undefined) continue;
    try {
      if (!options.isForced) await refuseOtherOrigin(inputs, source, cluster, outside);
      const done = await steps.rollOut(inputs, cluster);
      applied.push(done);
      const code = isDocument ? exitCodeOf(done.state) : steps.show(done);
      if (code === 130) return 130;
      if (code !== 0) exitCode = 1;
    } catch (thrown) {
      if (!(thrown instanceof SeccompError) || outside.signal.aborted) throw thrown;
      exitCode = 1;
      tell(one, thrown, outside);
    }
  }
  if (isDocument) outside.stdout.write(renderDocument(listOf(applied, dryRun), output));
  return exitCode;
};

/** Packs what can be packed of a source, and says what cannot. */
const pack = async (
  source: BundleSource,
  { compile }: FromClusterOptions,
  outside: Outside,
): Promise<{ readonly isComplete: boolean; readonly inputs?: Inputs }> => {
  try {
    const { inputs, problems, badCount, count } = await packSource(source, compile);
    outside.stderr.write(problems.map((line) => `${sanitizeLine(line)}\n`).join(''));
    if (badCount === 0) return { isComplete: true, ...(inputs && { inputs }) };
    const which =
      badCount === count
        ? `all of ${plural(count, 'profile')}`
        : `${badCount} of ${plural(count, 'profile')}`;
    outside.stderr.write(`error: ${sanitizeLine(source.shownAs)}: ${which} left out\n`);
    return { isComplete: false, ...(inputs && { inputs }) };
  } catch (thrown) {
    if (!(thrown instanceof SeccompError)) throw thrown;
    tell(source, thrown, outside);
    return { isComplete: false };
  }
};

const tell = ({ shownAs }: BundleSource, { message, hint }: SeccompError, { stderr }: Outside): void => {
  stderr.write(sanitizeText(`error: ${shownAs}: ${message}\n${hint === undefined ? '' : `${hint}\n`}`));
};

const nothingFound = (source: ClusterSource, namespace: string | undefined): SeccompError => {
  const what = [
    ...(source.isFromConfigMaps
      ? ['ConfigMap with the annotation seccomp.security.kubernetes.io/profile: "true"']
      : []),
    ...(source.isFromSpo ? ['SeccompProfile'] : []),
  ].join(' and no ');
  const where = namespace === undefined ? 'in no namespace' : `in namespace ${namespace}`;
  return new SeccompError('file', `there is no ${what} ${where}`, {
    ...(namespace !== undefined && { hint: 'With -A all namespaces are read.' }),
  });
};

/**
 * Throws `conflict` where the bundle holds profiles from elsewhere, which would be taken away: ConfigMaps give paths of
 * two segments, SeccompProfiles of one.
 */
const refuseOtherOrigin = async (
  { bundle: { manifest } }: Inputs,
  { isFromConfigMaps, isFromSpo }: ClusterSource,
  cluster: Connected,
  outside: Outside,
): Promise<void> => {
  const releases = await interruptible(cluster.readReleases(manifest.name), outside.signal);
  const newest = releases.at(-1);
  if (newest?.operation !== 'install') return;
  const now = new Set(manifest.profiles.map(({ path }) => path));
  const others = (newest.manifest?.profiles ?? []).filter(({ path }) => {
    const depth = path.split('/').length;
    return !now.has(path) && !(isFromConfigMaps && depth === 2) && !(isFromSpo && depth === 1);
  });
  const [first, ...more] = new Set(others.map(({ path }) => path));
  if (first === undefined) return;
  const which = more.length === 0 ? first : `${first} and ${more.length} more`;
  throw new SeccompError(
    'conflict',
    `the bundle "${manifest.name}" also holds ${which}, which would be taken away`,
    { hint: 'Give --from-configmaps and --from-spo together to keep both; --force takes it away.' },
  );
};

interface ApplyListDocument extends Document {
  readonly kind: 'ApplyResultList';
  /** One for each bundle that was begun. */
  readonly items: readonly RolloutDocument[];
}

const listOf = (applied: readonly Applied[], dryRun: DryRun): ApplyListDocument => ({
  apiVersion: API_VERSION,
  kind: 'ApplyResultList',
  items: applied.map(({ state, shown: { bundle, profiles } }) =>
    rolloutDocument(
      'ApplyResult',
      { ...state, bundle: state.bundle ?? bundle },
      { dryRun, ...(profiles && { profiles }) },
    ),
  ),
});
