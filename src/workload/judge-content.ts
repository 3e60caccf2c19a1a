// Whether a runtime starts a container under a profile's very bytes, on a node of which some things are known: what is
// not is asked for every possibility, and only what all of them agree in is said for sure.
import { ARCHITECTURES } from '../profile/architectures.ts';
import type { KnownFacts } from '../profile/facts.ts';
import { readKernelVersion } from '../profile/kernel-version.ts';
import { actionsOf, whyMissing } from '../profile/lint/check-actions.ts';
import type { SourceProfile } from '../profile/oci.ts';
import type { Architecture } from '../profile/prepared.ts';
import { readJson } from '../profile/read-json.ts';
import { readProfile } from '../profile/read-profile.ts';
import { readText } from '../profile/read-text.ts';
import { createReport } from '../profile/report.ts';
import type { LoadQuestion } from '../profile/start/predict-load.ts';
import type { StartReason } from './check.ts';
import type { CheckedContainer } from './checked-container.ts';
import { judgeRuns } from './judge-runs.ts';

/** What the API tells of a node. */
export interface NodeKind {
  /** Go's name. */
  readonly architecture: string;
  /** `uname -r`. */
  readonly kernel: string;
  /** e.g. `containerd://2.4.2`. */
  readonly runtime: string;
}

/** What somebody else may know of it. */
export type StartFacts = Pick<KnownFacts, 'runtime' | 'runtimeVersion' | 'libseccomp' | 'actionsAvailable'>;

/** Lists what stands in the way of a container under these bytes, and what is worth knowing. */
export const judgeContent = (
  content: Uint8Array,
  { noNewPrivileges, execs }: Pick<CheckedContainer, 'noNewPrivileges' | 'execs'>,
  node: NodeKind,
  facts: StartFacts,
): readonly StartReason[] => {
  const architecture = ARCHITECTURES.find((one) => one === node.architecture);
  const reader = READERS[node.runtime.split('://')[0] ?? ''];
  if (architecture === undefined || reader === undefined) return [untold(node, architecture)];
  const { text, message } = readText(content);
  const report = createReport('profile', text);
  const document = message === undefined ? readJson(text, report) : undefined;
  if (document === undefined)
    return [{ code: 'refused', verdict: 'fails', message: 'the file is no seccomp profile in JSON' }];
  const source = document.kind === 'object' ? readProfile(document, 'oci', report) : undefined;
  return [
    ...judgeActions(report.hasErrors() ? undefined : source, node, facts),
    ...judgeRuns({ document, reader, architecture, noNewPrivileges, execs }, facts),
  ];
};

/** Who reads the file. What Docker makes of it was not measured. */
const READERS: Readonly<Record<string, LoadQuestion['reader']>> = {
  containerd: 'containerd',
  'cri-o': 'cri-o',
};

const untold = ({ architecture, runtime }: NodeKind, known: Architecture | undefined): StartReason => {
  const what =
    known === undefined
      ? `the architecture ${architecture || '(none)'}`
      : `the runtime ${runtime || '(none)'}`;
  return { code: 'node', verdict: 'unknown', message: `of ${what} nothing can be told` };
};

/** libseccomp refuses an action that the kernel does not have. */
const judgeActions = (
  source: SourceProfile | undefined,
  { kernel }: NodeKind,
  { actionsAvailable }: StartFacts,
): readonly StartReason[] => {
  if (source === undefined) return [];
  const version = readKernelVersion(kernel);
  const known = {
    ...(version !== undefined && { kernel: version }),
    ...(actionsAvailable !== undefined && { actionsAvailable }),
  };
  return actionsOf(source).flatMap(({ action }): StartReason[] => {
    const lack = whyMissing(action, known);
    return lack === undefined ? [] : [{ code: 'action', verdict: 'fails', message: `${action}: ${lack}` }];
  });
};
