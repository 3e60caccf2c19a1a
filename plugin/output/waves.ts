// What is told of waves: how many nodes, and what their containers showed. Silence is never called health.
import type { Gate } from '../../src/rollout/state.ts';
import type { WaveDocument } from './documents.ts';
import { plural } from './rollout-result.ts';
import { sanitizeLine } from './sanitize.ts';

/** Renders the end of a wave in one line. */
export const renderGate = ({ wave, of, nodes, failed, health }: Gate): string => {
  const counts = `wave ${wave} of ${of}: ${nodes - failed} of ${plural(nodes, 'node')} done`;
  if (health === undefined) return `${counts}; containers were not looked at`;
  const { using, started, waiting, failing } = health;
  if (using === 0) return `${counts}; no container there uses it, so nothing is known of its effect`;
  const evidence = [
    ...(failing.length > 0 ? [`${plural(failing.length, 'container')} failing`] : []),
    `${started} of ${plural(using, 'container')} started under the new content`,
    ...(waiting > 0 ? [`${waiting} to be tried again`] : []),
  ];
  const silence = started === 0 && failing.length === 0 ? '; nothing is known of its effect yet' : '';
  return `${counts}; ${evidence.join(', ')}${silence}`;
};

/** Renders the containers that fail beside the first, which the reason names, a line each; at most ten. */
export const renderFailing = (gates: readonly Gate[]): string => {
  const failing = gates.at(-1)?.health?.failing.slice(1) ?? [];
  const lines = failing.slice(0, 10).map(({ namespace, pod, container, node, reason, message }) => {
    const words = message === '' ? '' : `: ${message}`;
    return `  pod/${pod} (${namespace}) ${container} on ${node}: ${reason}${words}`;
  });
  const rest = failing.length - lines.length;
  return [...lines, ...(rest > 0 ? [`  and ${rest} more`] : [])]
    .map((line) => `${sanitizeLine(line)}\n`)
    .join('');
};

/** Builds the document of the waves that have ended. */
export const waveDocuments = (gates: readonly Gate[]): WaveDocument[] =>
  gates.map(({ wave, of, nodes, failed, verdict, health }) => ({
    number: wave,
    of,
    nodes,
    failed,
    verdict,
    ...(health && {
      containers: {
        using: health.using,
        started: health.started,
        waiting: health.waiting,
        failing: health.failing,
      },
    }),
  }));
