// Judges the contents that a file may have on a node: each once for each kind of node, since thousands are alike.
import { type StartReason, worstOf } from '../workload/check.ts';
import type { CheckedContainer } from '../workload/checked-container.ts';
import { judgeContent, type StartFacts } from '../workload/judge-content.ts';
import type { ReadContents } from './check-content.ts';
import type { FileFound } from './check-file.ts';
import type { CheckSettings } from './check-settings.ts';
import type { NodeSeen } from './node.ts';

/** `handler` is that of the pod's RuntimeClass; empty where it names none. */
export type JudgeContent = (
  found: FileFound,
  container: CheckedContainer,
  node: NodeSeen,
  handler: string,
) => readonly StartReason[];

/** Makes the judge of contents that were read. */
export const contentJudge = (
  { blobs, unread }: ReadContents,
  { facts = {}, disks }: CheckSettings,
): JudgeContent => {
  const known = new Map<string, readonly StartReason[]>();
  return ({ contents }, container, node, handler) => {
    const { architecture, kernel, runtime } = node;
    const about = { ...runtimeOf(handler), ...facts, ...disks?.get(node.name)?.facts };
    return mostSevere(
      contents.map(({ sha256, bundle, digest16 }): readonly StartReason[] => {
        const { noNewPrivileges, execs } = container;
        const key = JSON.stringify([sha256, architecture, kernel, runtime, noNewPrivileges, execs, about]);
        const judged = known.get(key);
        if (judged) return judged;
        const blob = blobs.get(sha256);
        const generation = `${bundle}@${digest16}`;
        const why = unread.find(({ resource }) => resource === generation)?.message;
        const message = `the content of ${generation} cannot be read${why === undefined ? '' : `: ${why}`}`;
        const reasons: readonly StartReason[] =
          blob === undefined
            ? [{ code: 'content-unknown', verdict: 'unknown', message }]
            : judgeContent(blob, container, { architecture, kernel, runtime }, about);
        known.set(key, reasons);
        return reasons;
      }),
    );
  };
};

/** Where a node may have either of two contents and they end differently, nothing is sure. */
const mostSevere = (judged: readonly (readonly StartReason[])[]): readonly StartReason[] => {
  const verdicts = judged.map((reasons) => worstOf(reasons.map(({ verdict }) => verdict)));
  const isUnanimous = new Set(verdicts).size <= 1;
  return judged.flatMap((reasons) =>
    reasons.map((one) =>
      isUnanimous || one.verdict === 'starts' ? one : { ...one, verdict: 'unknown' as const },
    ),
  );
};

/** Handlers are named by whoever configures nodes; these two names mean what they say everywhere. */
const runtimeOf = (handler: string): StartFacts => {
  const [, name] = /(?:^|[-_.])(crun|runc)(?:$|[-_.])/.exec(handler) ?? [];
  return name === 'crun' || name === 'runc' ? { runtime: name } : {};
};
