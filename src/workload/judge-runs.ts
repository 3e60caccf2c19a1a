// Every runtime that a node may have, asked about one profile: what agrees is said once, and what only some of them do
// is said of those.
import { nativeOf } from '../profile/architectures.ts';
import type { DocumentNode } from '../profile/document.ts';
import type { KnownFacts } from '../profile/facts.ts';
import type { SourceProfile } from '../profile/oci.ts';
import { type EffectiveFilter, resolve } from '../profile/resolve.ts';
import { missingToExec, missingToStart, type RefusedCall } from '../profile/start/missing.ts';
import { GO_CALLS } from '../profile/start/needs.ts';
import { type LoadQuestion, predictLoad } from '../profile/start/predict-load.ts';
import { type Runtime, versionsOf } from '../profile/start/runtimes.ts';
import { ANY } from '../profile/start/taken.ts';
import { LIBSECCOMP_VERSIONS } from '../profile/syscalls.ts';
import type { StartReason } from './check.ts';
import { type Run, summarizeRuns } from './summarize-runs.ts';

/** What is judged, beside the runtime. */
export interface RunQuestion extends Pick<LoadQuestion, 'reader' | 'architecture'> {
  readonly document: DocumentNode;
  readonly noNewPrivileges: boolean;
  /** What runs other programs in the container, e.g. `livenessProbe`. */
  readonly execs: readonly string[];
}

/** What is known of the runtime; what is not is asked for every possibility. */
export type RuntimeFacts = Pick<KnownFacts, 'runtime' | 'runtimeVersion' | 'libseccomp'>;

/** Lists what the runtimes in question make of a profile. */
export const judgeRuns = (question: RunQuestion, facts: RuntimeFacts): readonly StartReason[] => {
  const libraries = facts.libseccomp === undefined ? LIBSECCOMP_VERSIONS : [facts.libseccomp];
  const runs = runtimesOf(facts).flatMap((runtime) =>
    versionsOf(runtime).flatMap((version) =>
      libraries.map((libseccomp): Run => {
        const place = { runtime: { name: runtime.name, version }, libseccomp };
        return { ...place, ...judgeOne(question, place) };
      }),
    ),
  );
  return summarizeRuns(runs);
};

const runtimesOf = ({ runtime, runtimeVersion }: RuntimeFacts): readonly Runtime[] =>
  runtime === undefined
    ? [{ name: 'runc' }, { name: 'crun' }]
    : [{ name: runtime, ...(runtimeVersion !== undefined && { version: runtimeVersion }) }];

type Place = Pick<Run, 'runtime' | 'libseccomp'>;
type End = Omit<Run, keyof Place>;

const judgeOne = (question: RunQuestion, place: Place): End => {
  const { runtime, libseccomp } = place;
  const { document, reader, architecture } = question;
  const prediction = predictLoad(document, {
    ...{ reader, architecture, libseccomp, runtime: runtime.name, version: runtime.version },
    isLoadOnly: true,
  });
  switch (prediction.kind) {
    case 'accepted':
      return judgeCalls(prediction.source, question, place);
    case 'no-filter':
      return { verdict: 'starts', code: 'no-filter', words: '', calls: [] };
    case 'unknown':
      return { verdict: 'unknown', code: 'refused', words: prediction.reason, calls: [] };
    case 'refused':
      return { verdict: 'fails', code: 'refused', words: prediction.message, calls: [] };
  }
};

/** The filter is loaded: what the runtime then calls itself, to start the container and to run other programs in it. */
const judgeCalls = (
  source: SourceProfile,
  { architecture, noNewPrivileges, execs }: RunQuestion,
  { runtime, libseccomp }: Place,
): End => {
  const filter = resolve(source, { ...ANY, architecture, runtime: runtime.name, libseccomp });
  const matters = ({ name, outcome }: RefusedCall): boolean =>
    runtime.name !== 'runc' ||
    !GO_CALLS.includes(name) ||
    (isDeadly(outcome.action) && !isConditional(filter, architecture, name));
  const lacking = (missing: typeof missingToStart, way: boolean) => {
    const lacks = missing(filter, { architecture, runtime, noNewPrivileges: way });
    const calls = lacks.flatMap((lack) => lack.calls).filter(matters);
    const sure = calls.filter(({ certainty }) => certainty === 'refused');
    const isOnlyProgram = calls.every(({ name }) => name === 'execve');
    return {
      isSure: sure.length > 0,
      isOnlyProgram,
      calls: (sure.length > 0 ? sure : calls).map(({ name }) => name),
    };
  };
  const start = lacking(missingToStart, noNewPrivileges);
  if (start.calls.length > 0) {
    const isCured = !noNewPrivileges && lacking(missingToStart, true).calls.length === 0;
    const code = start.isOnlyProgram ? 'ends-at-once' : 'needs-calls';
    return { verdict: start.isSure ? 'fails' : 'unknown', code, words: '', calls: start.calls, isCured };
  }
  const exec = lacking(missingToExec, noNewPrivileges);
  const isAsked = execs.length > 0;
  if (exec.calls.length === 0 || (!isAsked && !exec.isSure))
    return { verdict: 'starts', words: '', calls: [] };
  return {
    verdict: isAsked ? (exec.isSure ? 'fails' : 'unknown') : 'starts',
    code: 'exec',
    words: isAsked ? `its ${execs.join(', ')} by exec` : 'kubectl exec',
    calls: exec.calls,
  };
};

const isDeadly = (action: string): boolean =>
  action === 'SCMP_ACT_TRAP' || action.startsWith('SCMP_ACT_KILL');

/** Such as `clone` without new namespaces: a condition that Go's own threads meet. */
const isConditional = (
  filter: EffectiveFilter,
  architecture: RunQuestion['architecture'],
  name: string,
): boolean => {
  const part = filter.parts.get(nativeOf(architecture));
  const number = part?.syscalls.get(name)?.number;
  return (number === undefined ? [] : (part?.rules.get(number) ?? [])).some(
    ({ conditions }) => conditions.length > 0,
  );
};
