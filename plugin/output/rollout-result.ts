// What a rollout came to, in words and as a document. Everything is read from the final state.
import { generationName } from '../../src/protocol/layout.ts';
import type { Reason } from '../../src/rollout/node.ts';
import type { NodeState, RolloutState } from '../../src/rollout/state.ts';
import { API_VERSION } from './document.ts';
import type { ReasonDocument, RolloutDocument } from './documents.ts';
import { sanitizeLine } from './sanitize.ts';
import { waveDocuments } from './waves.ts';

export type DryRun = 'none' | 'client' | 'server';

export interface ResultCounts {
  readonly done: number;
  readonly failed: number;
  readonly pending: number;
  readonly excluded: number;
  readonly unfinished: number;
  readonly running: number;
}

const NAMES_SHOWN = 3;
const DRY_RUN_SUFFIX: Readonly<Record<DryRun, string>> = {
  none: '',
  client: ' (dry run)',
  server: ' (server dry run)',
};

/** Counts the nodes by what became of them; `done` includes those that needed nothing. */
export const countResults = (state: RolloutState): ResultCounts => {
  const counts = { done: 0, failed: 0, pending: 0, excluded: 0, unfinished: 0, running: 0 };
  for (const { phase } of state.nodes.values()) {
    if (phase === 'done' || phase === 'up-to-date') counts.done += 1;
    else if (phase === 'failed' || phase === 'pending' || phase === 'excluded') counts[phase] += 1;
    else {
      counts.unfinished += 1;
      if (phase === 'running') counts.running += 1;
    }
  }
  return counts;
};

/** A dry run counts what it would do as done. */
const summarize = (state: RolloutState, dryRun: DryRun): Omit<ResultCounts, 'running'> => {
  const { running: _, ...counts } = countResults(state);
  return dryRun === 'none' ? counts : { ...counts, done: counts.done + counts.unfinished, unfinished: 0 };
};

/** Names what became of a node: the program's outcome where there is one, else the phase it is in. */
export const nodeResult = ({ phase, report }: NodeState, dryRun: DryRun = 'none'): string => {
  if (phase === 'done') return report?.outcome ?? 'done';
  if (phase !== 'queued' && phase !== 'running') return phase;
  return dryRun === 'none' ? 'unfinished' : 'would run';
};

/** Renders one line per node as kubectl does, e.g. `node/node-1 installed`. */
export const renderNodeLines = (state: RolloutState, { dryRun, prefix }: LineOptions): string =>
  [...state.nodes.values()]
    .map((node) => {
      const why = node.reason === undefined || node.phase === 'done' ? '' : ` (${node.reason.code})`;
      return `${prefix}${sanitizeLine(node.node.name)} ${plannedResult(state, node, dryRun)}${why}${DRY_RUN_SUFFIX[dryRun]}\n`;
    })
    .join('');

export interface LineOptions {
  readonly dryRun: DryRun;
  /** `node/`, or nothing for a folder of this machine. */
  readonly prefix: string;
}

// kubectl's dry run speaks as if it had happened, and says so at the end of the line.
const plannedResult = (state: RolloutState, node: NodeState, dryRun: DryRun): string => {
  const result = nodeResult(node, dryRun);
  if (result !== 'would run') return result;
  return state.operation === 'remove' ? 'removed' : 'installed';
};

/** Renders the last line, e.g. `web@v3 (web@3fa9c1d2e4f5a6b7): 3 nodes done, 0 failed`. */
export const renderSummary = (state: RolloutState, dryRun: DryRun, noun = 'node'): string => {
  const { done, failed, pending, excluded, unfinished } = summarize(state, dryRun);
  const title = renderTitle(state);
  const suffix = DRY_RUN_SUFFIX[dryRun];
  if (state.nodes.size === 0) {
    return `${title}: ${state.ending === 'complete' ? `no ${noun} matches` : 'nothing was done'}\n`;
  }
  const parts = [
    `${plural(done, noun)} done`,
    `${failed} failed`,
    ...(pending > 0 ? [`${pending} pending`] : []),
    ...(excluded > 0 ? [`${excluded} excluded`] : []),
    ...(unfinished > 0 ? [`${unfinished} unfinished`] : []),
  ];
  return `${title}: ${parts.join(', ')}${suffix}\n`;
};

/** Names what a rollout is about: revision and generation as far as they are known. */
export const renderTitle = ({ bundle = 'all bundles', revision, digest }: RolloutState): string => {
  const name = sanitizeLine(bundle);
  const numbered = revision === undefined ? name : `${name}@v${revision}`;
  return digest === undefined ? numbered : `${numbered} (${generationName(name, digest)})`;
};

/** Renders why nodes are not done, once per reason however many nodes share it; empty when all are. */
export const renderReasons = (state: RolloutState, prefix: string): string => {
  const groups = new Map<string, { label: string; reason: Reason; names: string[] }>();
  for (const { node, phase, reason } of state.nodes.values()) {
    if (!reason || (phase !== 'failed' && phase !== 'pending' && phase !== 'excluded')) continue;
    // Messages name their own node; without the name they are the same words for all.
    const message = withoutName(reason.message, node.name);
    const key = JSON.stringify([phase, reason.code, message]);
    const group = groups.get(key) ?? { label: LABELS[phase], reason, names: [] };
    group.names.push(node.name);
    groups.set(key, group.names.length === 2 ? { ...group, reason: { ...reason, message } } : group);
  }
  return [...groups.values()].map((group) => renderGroup(group, prefix)).join('');
};

/** `node-1` is no part of `node-10`, `a.node-1` or `node-1.example`. */
const withoutName = (message: string, name: string): string => {
  const literal = name.replace(/[^\w-]/g, '\\$&');
  return message.replace(new RegExp(`(?<![\\w.-])${literal}(?![\\w-]|\\.\\w)`, 'g'), '…');
};

const LABELS = { failed: 'error', pending: 'pending', excluded: 'excluded' } as const;

const renderGroup = (
  { label, reason, names }: { label: string; reason: Reason; names: readonly string[] },
  prefix: string,
): string => {
  const hint = reason.hint === undefined ? '' : `  hint: ${sanitizeLine(reason.hint)}\n`;
  return `${label}: ${renderNames(names, prefix)}: ${sanitizeLine(reason.message)}\n${hint}`;
};

/** Lists names, at most three of many: `node/a, node/b, node/c and 4,997 more`. */
export const renderNames = (names: readonly string[], prefix = ''): string => {
  const shown = names.slice(0, NAMES_SHOWN).map((name) => `${prefix}${sanitizeLine(name)}`);
  const rest = names.length - shown.length;
  return rest === 0 ? shown.join(', ') : `${shown.join(', ')} and ${rest.toLocaleString('en-US')} more`;
};

/** Writes a count with its noun: `1 node`, `3 nodes`. */
export const plural = (count: number, noun: string): string =>
  `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;

export interface DocumentOptions {
  readonly dryRun: DryRun;
  readonly profiles?: readonly string[];
  readonly rollback?: RolloutDocument;
}

/** Builds the document of a rollout. */
export const rolloutDocument = (
  kind: RolloutDocument['kind'],
  state: RolloutState,
  { dryRun, profiles, rollback }: DocumentOptions,
): RolloutDocument => {
  return {
    apiVersion: API_VERSION,
    kind,
    bundle: state.bundle ?? '',
    ...(state.revision !== undefined && { revision: state.revision }),
    ...(state.digest !== undefined && {
      digest: state.digest,
      generation: generationName(state.bundle ?? '', state.digest),
    }),
    dryRun,
    outcome: state.ending ?? 'interrupted',
    ...(profiles && { localhostProfiles: profiles.map((path) => `${state.bundle}/${path}`) }),
    summary: summarize(state, dryRun),
    nodes: [...state.nodes.values()].map((node) => ({
      name: node.node.name,
      result: nodeResult(node, dryRun),
      ...(node.reason && node.phase !== 'done' && { reason: reasonDocument(node.reason) }),
      ...(node.report && { durationMs: node.report.durationMs }),
      ...(node.report?.previousDigest && { previousDigest: node.report.previousDigest }),
    })),
    ...(state.gates.length > 0 && { waves: waveDocuments(state.gates) }),
    ...(state.stopped && { stopped: reasonDocument(state.stopped) }),
    ...(rollback && { rollback }),
    warnings: state.warnings,
  };
};

const reasonDocument = ({ code, message, hint }: Reason): ReasonDocument => ({
  code,
  message,
  ...(hint !== undefined && { hint }),
});
