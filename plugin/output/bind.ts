// What `bind` prints: the change of each workload as lines before and after, what became of it, and patches.
import { stringify } from 'yaml';
import type { PodFailure } from '../../src/workload/bind-failures.ts';
import { renderWorkload, type WorkloadChoice } from '../../src/workload/bind-names.ts';
import { patchBetween } from '../../src/workload/bind-patch.ts';
import type { Change } from '../../src/workload/bind-place.ts';
import { renderPlace } from '../../src/workload/bind-undo.ts';
import { type BoundWorkload, nameOf } from './bind-document.ts';
import { sanitizeJson, sanitizeLine, sanitizeText } from './sanitize.ts';

/** Renders a workload's name and each change below it, `-` before and `+` after; finished for a terminal. */
export const renderChanges = (bound: Pick<BoundWorkload, 'workload' | 'namespace' | 'changes'>): string =>
  [sanitizeLine(nameOf(bound)), ...bound.changes.flatMap(renderChange)].map((line) => `${line}\n`).join('');

const renderChange = ({ place, before, after }: Change): string[] => [
  `  ${sanitizeLine(`template.${renderPlace(place)}`)}`,
  ...linesOf(before).map((line) => `  - ${line}`),
  ...linesOf(after).map((line) => `  + ${line}`),
];

const linesOf = (value: unknown): string[] =>
  value === undefined
    ? []
    : stringify(value, { lineWidth: 0 })
        .trimEnd()
        .split('\n')
        .map((line) => sanitizeLine(line));

/** Renders a line for each workload, as kubectl tells what it did. */
export const renderBound = (workloads: readonly BoundWorkload[], dryRun: string): string =>
  workloads
    .filter(({ action }) => action !== 'refused')
    .map((bound) => {
      const suffix = dryRun === 'none' ? '' : dryRun === 'server' ? ' (server dry run)' : ' (dry run)';
      return `${sanitizeLine(renderWorkload(bound.workload))} ${bound.action}${suffix}\n`;
    })
    .join('');

/** Renders what must be said of workloads on stderr: refusals, rollouts, pods that fail. */
export const renderTrouble = (workloads: readonly BoundWorkload[]): string =>
  workloads
    .flatMap((bound) => {
      const name = nameOf(bound);
      if (bound.action === 'refused') return [`error: ${name}: ${bound.message}`];
      if (bound.rollout?.state === 'failed') return [`error: ${name}: ${bound.rollout.message}`];
      if (bound.rollout?.state === 'unfinished') return [`warning: ${name}: ${bound.rollout.message}`];
      return [];
    })
    .map((text) => `${sanitizeText(text)}\n`)
    .join('');

/** Renders why a pod does not run, on one line, with what it means. */
export const renderFailure = ({ pod, node, container, reason, message, meaning }: PodFailure): string => {
  const where = `${container === undefined ? '' : `container ${container} of `}pod ${pod}${node === undefined ? '' : ` on ${node}`}`;
  return sanitizeLine(`${where}: ${meaning === undefined ? '' : `${meaning}; `}${reason}: ${message.trim()}`);
};

/** A workload as it was and as it shall be. */
export interface Patchable {
  readonly workload: WorkloadChoice;
  readonly namespace?: string;
  readonly before: object;
  readonly after: object;
}

/** Returns the patch as a file of its own: it names what it is for, and leaves out what is only kept for --undo. */
export const patchDocument = ({ workload, namespace, before, after }: Patchable): object | undefined => {
  const isPod = workload.kind.kind === 'Pod';
  const { metadata: own, ...patch } = patchBetween(before, after) ?? {};
  const metadata = {
    name: workload.name,
    ...(namespace !== undefined && { namespace }),
    ...(isPod && (own as object)),
  };
  const apiVersion = workload.kind.group.replace(/^\/apis?\//, '');
  if (Object.keys(patch).length === 0 && !(isPod && own !== undefined)) return undefined;
  return { apiVersion, kind: workload.kind.kind, metadata, ...patch };
};

/** Renders strategic merge patches as YAML documents, for `kubectl patch --patch-file` and kustomize. */
export const renderPatches = (patchables: readonly Patchable[]): string =>
  patchables
    .flatMap((one) => patchDocument(one) ?? [])
    .map((patch) => sanitizeJson(stringify(patch, { lineWidth: 0 })))
    .join('---\n');
