// `apply`: checks and packs profiles, then puts them onto nodes or into a folder of this machine.
import type { CommandModule } from 'yargs';
import { compressBundle, splitChunks } from '../../src/bundle/compress.ts';
import type { Bundle } from '../../src/bundle/manifest-types.ts';
import { SeccompError } from '../../src/error.ts';
import type { CompileOptions } from '../../src/profile/prepared.ts';
import { installBundle } from '../../src/rollout/install.ts';
import type { NodeSelection } from '../../src/rollout/ports.ts';
import type { Rollout, RolloutPolicy } from '../../src/rollout/rollout.ts';
import { sanitizeLine } from '../output/sanitize.ts';
import type { Connected, ExitCode, Outside } from '../outside.ts';
import { lintForAnyNode, lintForNodes } from './apply-lint.ts';
import { compileFlags, givenCompileFlags, readCompileOptions } from './compile-flags.ts';
import { type RuntimeFacts, readRuntimeFacts, runtimeFlags } from './fact-flags.ts';
import {
  clusterFlags,
  dryRunFlag,
  flag,
  jobFlags,
  list,
  outputFlag,
  quietFlag,
  rootFlag,
  selection,
  selectionFlags,
  text,
} from './flags.ts';
import { refuseClusterFlags } from './folder-inspection.ts';
import { installInFolder } from './folder-rollout.ts';
import {
  type Applied,
  applyFromCluster,
  type ClusterSource,
  clusterSourceFlags,
  namespaceOfSourceFlag,
  readClusterSource,
} from './from-cluster.ts';
import { refuseChangeInUse } from './in-use.ts';
import { type Inputs, type PackedFile, readInputs } from './inputs.ts';
import { refuseMissingRights } from './missing-rights.ts';
import { rollBack } from './rollback.ts';
import {
  follow,
  type RolledBack,
  type RolloutOptions,
  readRolloutOptions,
  rolloutPolicy,
  show,
} from './rollout.ts';
import { verbs } from './verbs.ts';
import { type WaveOptions, waveFlags, waveOptions } from './wave-flags.ts';
import { readWavePolicy } from './wave-policy.ts';
import { waveProbe } from './wave-probe.ts';

export interface ApplyOptions extends RolloutOptions {
  readonly filenames: readonly string[];
  readonly isRecursive: boolean;
  readonly name?: string;
  readonly compile: CompileOptions;
  readonly compileFlags: readonly string[];
  /** Of all the nodes, as far as it was said. */
  readonly runtime: RuntimeFacts;
  readonly selection: NodeSelection;
  readonly waves: WaveOptions;
  readonly root?: string;
  /** Instead of files. */
  readonly fromCluster?: ClusterSource;
}

const PROFILES_SHOWN = 5;

const USAGE = `$0 apply -f FILE|DIR|BUNDLE|- [--name NAME] [flags]

Checks the profiles, packs them into a bundle and runs one short-lived Job on each
node, which unpacks it under the kubelet's seccomp root. Pods then name a profile as
localhostProfile: NAME/FILE.json. Nodes that have the bundle already are left alone;
running apply again takes up only what is missing or failed. Running containers keep
their filter: where a profile in use would change or go, it refuses and lists who uses it.

A folder gives its name to the bundle; everything else needs --name. Of a folder,
*.json, *.yaml and *.yml are read. A profile from standard input becomes
profile.json. SeccompProfile objects are compiled and become <metadata.name>.json.
With an error in any profile nothing leaves this machine.

A file for --rollout-policy holds what the flags of the waves say, each under its own
name; 'help rollout' says what they mean:

  apiVersion: kubectl-seccomp/v1
  kind: RolloutPolicy
  waves: [1, 10%, 100%]
  pause: 1m
  onFailure: rollback`;

const EXAMPLES = `Examples:
  # To every node
  $0 apply -f profiles/ --name web
  # To the nodes of one role, and only say what would happen
  $0 apply -f profiles/ --name web -l role=web --dry-run=server
  # In waves, as a team has agreed
  $0 apply -f profiles/ --name web --rollout-policy rollout.yaml
  # What the Seccomp Operator of 2020 kept in ConfigMaps: each namespace as one bundle
  $0 apply --from-configmaps -A
  # A single profile from standard input: pods name it web/profile.json
  cat nginx.json | $0 apply -f - --name web
  # On a folder of this machine, without a cluster
  $0 apply -f profiles/ --name web --root /tmp/seccomp`;

/** Builds the command; `run` is replaced in tests of the parsing. */
export const applyCommand = (outside: Outside, run: typeof runApply = runApply): CommandModule => ({
  ...verbs.apply,
  builder: (parser) =>
    parser
      .usage(USAGE)
      .epilogue(EXAMPLES)
      .options({
        filename: {
          ...list('Profile, folder of profiles, bundle, builtin:NAME, or - for standard input', {
            alias: 'f',
          }),
          coerce: undefined,
        },
        recursive: flag('Read the subfolders too', { alias: 'R' }),
        name: text('Name of the bundle: lower-case letters, digits and hyphens'),
        ...clusterSourceFlags,
        ...selectionFlags,
        ...dryRunFlag,
        force: flag(
          'Also change profiles in use, run on nodes that have the bundle, and replace what is damaged',
        ),
        ...rootFlag,
        ...outputFlag(['json', 'yaml', 'name']),
        ...quietFlag,
        ...waveFlags,
        ...compileFlags,
        ...runtimeFlags,
        ...jobFlags,
        ...clusterFlags,
        namespace: namespaceOfSourceFlag,
      }),
  handler: async (given) => outside.conclude(await run(readOptions(given), outside)),
});

const readOptions = (given: Readonly<Record<string, unknown>>): ApplyOptions => {
  if (given.root !== undefined) refuseClusterFlags(given);
  const fromCluster = readClusterSource(given);
  return {
    ...(fromCluster && { fromCluster }),
    filenames: (given.filename as string[] | undefined) ?? [],
    isRecursive: given.recursive === true,
    ...(given.name !== undefined && { name: given.name as string }),
    compile: readCompileOptions(given),
    compileFlags: givenCompileFlags(given),
    runtime: readRuntimeFacts(given),
    selection: selection(given),
    waves: waveOptions(given),
    ...(given.root !== undefined && { root: given.root as string }),
    ...readRolloutOptions(given),
  };
};

/** Applies and says what came of it; the exit code is 0 only when every node that can have it has it. */
export const runApply = async (options: ApplyOptions, outside: Outside): Promise<ExitCode> => {
  const policy = { ...rolloutPolicy(options), ...(await readWavePolicy(options.waves, outside)) };
  const { root, dryRun, connect, fromCluster } = options;
  if (fromCluster !== undefined)
    return await applyFromCluster(
      { source: fromCluster, options },
      {
        rollOut: (inputs, cluster) => rollOut(inputs, { policy, cluster }, options, outside),
        show: (applied) => showApplied(applied, options, outside),
      },
      outside,
    );
  const inputs = await readInputs(options, outside);
  const cluster = root === undefined ? await outside.connect(connect) : undefined;
  if (cluster && dryRun !== 'client') {
    const flags = options.waves.isProbed ? ['probe'] : [];
    await refuseMissingRights('apply', { cluster, connect, flags }, outside);
  }
  const applied = await rollOut(inputs, { policy, ...(cluster && { cluster }) }, options, outside);
  return showApplied(applied, options, outside);
};

const rollOut = async (
  { bundle, files, notes }: Inputs,
  { policy, cluster }: { readonly policy: RolloutPolicy; readonly cluster?: Connected },
  options: ApplyOptions,
  outside: Outside,
): Promise<Applied> => {
  if (!options.isQuiet) outside.stderr.write(notes.map((note) => `note: ${sanitizeLine(note)}\n`).join(''));
  const { root, dryRun, isForced, isQuiet, output } = options;
  if (root !== undefined) await lintForAnyNode(files, options, outside);
  const events =
    cluster !== undefined
      ? installBundle(
          {
            bundle: bundle.manifest.name,
            digest: bundle.digest,
            manifest: bundle.manifest,
            chunks: splitChunks(compressBundle(bundle.tar)),
            selection: options.selection,
            policy,
            ...(options.waves.isProbed && {
              probe: waveProbe(bundle, cluster, options.connect),
            }),
            examine: examineWith(cluster, { bundle, files, policy }, options, outside),
          },
          { cluster, clock: outside.clock, signal: outside.signal, pace: outside.pace },
        )
      : installInFolder(root ?? '', bundle, { isForced, isDryRun: dryRun !== 'none' }, outside);
  const profiles = [...new Set(bundle.manifest.profiles.map(({ path }) => path))];
  // A folder is done before there is anything to tell.
  const state = await follow(events, isQuiet || root !== undefined, outside);
  const rollback =
    state.stopped?.code === 'unhealthy' && policy.gate?.onFailure === 'rollback'
      ? await undo(bundle.manifest.name, options, outside)
      : undefined;
  const isFolder = root !== undefined;
  const { name } = bundle.manifest;
  const shown = { kind: 'ApplyResult', bundle: name, dryRun, output, isQuiet, isFolder, profiles } as const;
  return { state, shown: { ...shown, ...(rollback && { rollback }) } };
};

const showApplied = (
  { state, shown }: Applied,
  { output, isQuiet, dryRun }: ApplyOptions,
  outside: Outside,
): ExitCode => {
  const exitCode = show(state, shown, outside);
  if (exitCode === 0 && output === undefined && !isQuiet && dryRun === 'none' && state.nodes.size > 0) {
    outside.stderr.write(renderUse(shown.bundle, shown.profiles ?? []));
  }
  return exitCode;
};

/** Looks at the profiles for the very nodes, and at who uses what would change. */
const examineWith = (
  cluster: Connected,
  {
    bundle,
    files,
    policy,
  }: { readonly bundle: Bundle; readonly files: readonly PackedFile[]; readonly policy: RolloutPolicy },
  { selection: nodes, compile, runtime, isForced, dryRun }: ApplyOptions,
  outside: Outside,
): NonNullable<Rollout['examine']> => {
  const lint = lintForNodes(files, { compile, runtime }, outside);
  const change = { bundle, selection: nodes, isWatched: policy.waves !== undefined };
  const guarded = { cluster, signal: outside.signal, isDryRun: dryRun !== 'none' };
  return async (seen, tell) => [
    ...(await lint(seen.nodes, tell)),
    ...(isForced ? [] : await refuseChangeInUse(change, seen, guarded)),
  ];
};

/** Brings the content before it back on the same nodes; where there is none, says so and leaves the nodes as they are. */
const undo = async (
  bundle: string,
  { selection: nodes, isQuiet, connect, maxInFlight }: ApplyOptions,
  outside: Outside,
): Promise<RolledBack | undefined> => {
  const policy = { dryRun: 'none', isForced: false, isQuiet, connect } as const;
  try {
    return await rollBack(
      { bundle, selection: nodes, ...policy, ...(maxInFlight !== undefined && { maxInFlight }) },
      outside,
    );
  } catch (thrown) {
    if (!(thrown instanceof SeccompError)) throw thrown;
    const hint = thrown.hint === undefined ? '' : `\n  hint: ${sanitizeLine(thrown.hint)}`;
    outside.stderr.write(`cannot roll back: ${sanitizeLine(thrown.message)}${hint}\n`);
    return undefined;
  }
};

const renderUse = (bundle: string, profiles: readonly string[]): string => {
  const [first = '', ...others] = profiles.map((path) => `${bundle}/${path}`);
  const shown = others.slice(0, PROFILES_SHOWN);
  const rest = others.length - shown.length;
  const also = `, or ${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
  return [
    '',
    'Use it in the securityContext of a pod or container:',
    '  seccompProfile:',
    '    type: Localhost',
    `    localhostProfile: ${first}${others.length > 0 ? `   # ${also.slice(2)}` : ''}`,
    '',
  ].join('\n');
};
