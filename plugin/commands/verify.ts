// `verify [BUNDLE]`: asks the nodes' own disks, by a Job that only reads, and compares with what was applied.
import type { CommandModule } from 'yargs';
import { SeccompError } from '../../src/error.ts';
import { generationName } from '../../src/protocol/layout.ts';
import type { Inspection } from '../../src/protocol/report.ts';
import { inspectNodes } from '../../src/rollout/inspect.ts';
import { judge, type Verdict, wantedOn } from '../../src/rollout/judge.ts';
import type { NodeSelection } from '../../src/rollout/ports.ts';
import type { NodeState, RolloutState } from '../../src/rollout/state.ts';
import { API_VERSION, renderDocument } from '../output/document.ts';
import type { NodeVerdictDocument, VerdictDocument, VerifyDocument } from '../output/documents.ts';
import { renderJunit } from '../output/junit.ts';
import { countBy } from '../output/many-rows.ts';
import { renderVerifyMetrics } from '../output/prometheus.ts';
import { renderReasons } from '../output/rollout-result.ts';
import { renderVerification } from '../output/verify-result.ts';
import type { ConnectOptions, ExitCode, Outside } from '../outside.ts';
import { readBundleName } from './bundle-name.ts';
import {
  clusterFlags,
  connectOptions,
  jobFlags,
  outputFlag,
  quietFlag,
  rootFlag,
  selection,
  selectionFlags,
} from './flags.ts';
import { inspectFolder, refuseClusterFlags, statusHint } from './folder-inspection.ts';
import { interruptible } from './interruptible.ts';
import { refuseMissingRights } from './missing-rights.ts';
import { follow } from './rollout.ts';
import { verbs } from './verbs.ts';

export interface VerifyOptions {
  readonly bundle?: string;
  readonly selection: NodeSelection;
  readonly maxInFlight?: number;
  readonly root?: string;
  readonly output?: string;
  readonly isQuiet: boolean;
  readonly connect: ConnectOptions;
}

const USAGE = `$0 verify [BUNDLE] [flags]

Reads the disks of the nodes, by one short-lived Job each, and compares every byte and
mode with what was applied:
  in-sync   all as it should be
  drifted   a file was changed, removed or added
  missing   the bundle should be there and is not
  stale     another generation is in place, or one that was deleted is still there
  unknown   the node could not be asked, or nothing says what should be there
What is not this plugin's is listed and is no fault. The disks are only read: to
repair, apply again with --force. The Jobs run in the install namespace, which is
made where there is none.

Exit code: 0 all in sync, 1 something was found, 2 could not tell.`;

const EXAMPLES = `Examples:
  # Every byte on every node
  $0 verify web
  # On two nodes, for a pipeline
  $0 verify web --nodes node-1,node-2 -o json
  # In a folder of this machine
  $0 verify web --root /tmp/seccomp`;

/** Builds the command; `run` is replaced in tests of the parsing. */
export const verifyCommand = (outside: Outside, run: typeof runVerify = runVerify): CommandModule => ({
  ...verbs.verify,
  builder: (parser) =>
    parser
      .usage(USAGE)
      .epilogue(EXAMPLES)
      .positional('bundle', { type: 'string', describe: 'Only this bundle' })
      .options({
        ...selectionFlags,
        ...rootFlag,
        ...outputFlag(['wide', 'json', 'yaml', 'junit', 'prometheus']),
        ...quietFlag,
        ...jobFlags,
        ...clusterFlags,
      }),
  handler: async (given) => {
    if (given.root !== undefined) refuseClusterFlags(given);
    const options: VerifyOptions = {
      ...(given.bundle !== undefined && { bundle: readBundleName(given.bundle as string) }),
      selection: selection(given),
      ...(given.maxInFlight !== undefined && { maxInFlight: given.maxInFlight as number }),
      ...(given.root !== undefined && { root: given.root as string }),
      ...(given.output !== undefined && { output: given.output as string }),
      isQuiet: given.quiet === true,
      connect: connectOptions(given),
    };
    outside.conclude(await run(options, outside));
  },
});

/** Asks, judges and prints; the exit code answers "did you find anything?". */
export const runVerify = async (options: VerifyOptions, outside: Outside): Promise<ExitCode> => {
  outside.conclude(2);
  const { bundle, root, output } = options;
  const { nodes, state } =
    root === undefined
      ? await askNodes(options, outside)
      : { nodes: [await askFolder(root, bundle, outside)], state: undefined };
  const states = nodes.flatMap((node) => node.bundles.map((verdict) => verdict.state));
  if (bundle !== undefined && states.length === 0 && state?.ending !== 'interrupted')
    throw unknownBundle(bundle, outside, root);
  const isUnknown = states.includes('unknown') || (state !== undefined && state.ending !== 'complete');
  const isFound = states.some((one) => one !== 'in-sync' && one !== 'unknown');
  const document: VerifyDocument = {
    apiVersion: API_VERSION,
    kind: 'Verification',
    answer: isFound ? 'found' : isUnknown ? 'unknown' : 'in-sync',
    summary: countBy(states),
    nodes,
  };
  if (output === 'json' || output === 'yaml') outside.stdout.write(renderDocument(document, output));
  else if (output === 'junit') outside.stdout.write(renderJunit(document));
  else if (output === 'prometheus') outside.stdout.write(renderVerifyMetrics(document));
  else {
    const text = renderVerification(document, output === 'wide');
    outside.stdout.write(text.stdout);
    outside.stderr.write(text.stderr);
  }
  if (state) outside.stderr.write(renderReasons(state, 'node/'));
  if (state?.ending === 'interrupted') return 130;
  return isFound ? 1 : isUnknown ? 2 : 0;
};

const askNodes = async (
  { bundle, selection: chosen, maxInFlight, isQuiet, connect }: VerifyOptions,
  outside: Outside,
): Promise<{ nodes: NodeVerdictDocument[]; state: RolloutState }> => {
  const cluster = await outside.connect(connect);
  await refuseMissingRights('verify', { cluster, connect }, outside);
  const releases = await interruptible(cluster.readReleases(bundle), outside.signal);
  const events = inspectNodes(
    {
      ...(bundle !== undefined && { bundle }),
      selection: chosen,
      policy: { nodeTimeoutMs: connect.jobTimeoutMs, ...(maxInFlight !== undefined && { maxInFlight }) },
    },
    { cluster, clock: outside.clock, signal: outside.signal, pace: outside.pace },
  );
  const state = await follow(events, isQuiet, outside);
  const asked = [...state.nodes.values()].filter(({ phase }) => phase !== 'excluded');
  const nodes = asked.map((node) => {
    const inspection = node.phase === 'done' ? node.report?.inspection : undefined;
    return describeNode(node.node.name, inspection, wantedOn(node.node, releases), bundle, node);
  });
  return { nodes, state };
};

const askFolder = async (
  root: string,
  bundle: string | undefined,
  outside: Outside,
): Promise<NodeVerdictDocument> => {
  const inspection = await inspectFolder(root, outside, bundle);
  return describeNode(root, inspection, wantedByLinks(inspection), bundle);
};

/** A folder has no records beside its own: what a bundle's link names is what is wanted there. */
const wantedByLinks = ({ bundles }: Inspection): Map<string, string> =>
  new Map(
    bundles.map(({ name, current, generations }) => {
      const linked = generations.find(({ digest }) => generationName(name, digest) === current);
      return [name, linked?.digest ?? current?.slice(name.length + 1) ?? generations[0]?.digest ?? ''];
    }),
  );

const describeNode = (
  name: string,
  inspection: Inspection | undefined,
  wanted: ReadonlyMap<string, string | undefined>,
  bundle: string | undefined,
  state?: NodeState,
): NodeVerdictDocument => ({
  name,
  bundles: judge(inspection, wanted)
    .filter((verdict) => bundle === undefined || verdict.bundle === bundle)
    .map(describeVerdict),
  foreign: inspection?.foreign ?? [],
  ...(!inspection && state?.reason && { reason: state.reason }),
});

const describeVerdict = ({ bundle, state, current, wanted, drift, problems }: Verdict): VerdictDocument => ({
  name: bundle,
  state,
  ...(current !== undefined && { current }),
  ...(wanted !== undefined && wanted !== '' && { wanted: generationName(bundle, wanted) }),
  drift,
  problems,
});

const unknownBundle = (bundle: string, outside: Outside, root?: string): SeccompError =>
  new SeccompError('bundle', `bundle "${bundle}" was never applied here, and none was found`, {
    hint: statusHint(outside, root),
  });
