// `status -o prometheus` and `verify -o prometheus`: the text exposition format 0.0.4 of Prometheus, as node_exporter's
// textfile collector takes it. Every state has a sample, also one that no node is in: an alert on it must not go blind.
import type { StatusDocument, VerifyDocument } from './documents.ts';
import { countBy } from './many-rows.ts';

const STATUS_STATES = ['in-sync', 'other-digest', 'missing', 'pending', 'failed', 'unknown', 'excluded'];
const VERIFY_STATES = ['in-sync', 'drifted', 'missing', 'stale', 'unknown'];

interface Metric {
  readonly name: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Renders what labels and records say of the nodes. */
export const renderStatusMetrics = ({ bundles, nodes }: StatusDocument): string => {
  const failed = nodes.flatMap(({ bundles: cells }) =>
    cells
      .filter(({ state }) => state === 'failed')
      .map(({ name, reason }) => [name, reason ?? 'unknown'] as const),
  );
  return renderMetrics([
    {
      name: 'kubectl_seccomp_nodes',
      help: 'Nodes by what their labels and the records say of a bundle.',
      samples: bundles.flatMap(({ name, summary }) => samplesOf(name, STATUS_STATES, summary)),
    },
    {
      name: 'kubectl_seccomp_failed_nodes',
      help: 'Nodes on which the newest attempt failed, by reason.',
      samples: bundles.flatMap(({ name: bundle }) =>
        Object.entries(countBy(failed.filter(([name]) => name === bundle).map(([, reason]) => reason))).map(
          ([reason, value]) => ({ labels: { bundle, reason }, value }),
        ),
      ),
    },
    {
      name: 'kubectl_seccomp_revision',
      help: 'Newest revision of a bundle.',
      samples: bundles.flatMap(({ name, revision, outcome = '', generation = '' }) =>
        revision === undefined ? [] : [{ labels: { bundle: name, generation, outcome }, value: revision }],
      ),
    },
    {
      name: 'kubectl_seccomp_rollout_started_timestamp_seconds',
      help: 'When the newest revision was begun.',
      samples: bundles.flatMap(({ name, startedAt }) =>
        startedAt === undefined ? [] : [{ labels: { bundle: name }, value: Date.parse(startedAt) / 1000 }],
      ),
    },
  ]);
};

/** Renders what the disks themselves were found to hold. */
export const renderVerifyMetrics = ({ nodes }: VerifyDocument): string => {
  const verdicts = nodes.flatMap(({ bundles }) => bundles);
  const names = [...new Set(verdicts.map(({ name }) => name))].sort();
  return renderMetrics([
    {
      name: 'kubectl_seccomp_verified_nodes',
      help: 'Nodes by what was found of a bundle on their disks.',
      samples: names.flatMap((bundle) =>
        samplesOf(
          bundle,
          VERIFY_STATES,
          countBy(verdicts.filter(({ name }) => name === bundle).map(({ state }) => state)),
        ),
      ),
    },
  ]);
};

const samplesOf = (
  bundle: string,
  states: readonly string[],
  counts: Readonly<Record<string, number>>,
): Sample[] =>
  [...new Set([...states, ...Object.keys(counts)])].map((state) => ({
    labels: { bundle, state },
    value: counts[state] ?? 0,
  }));

const renderMetrics = (metrics: readonly Metric[]): string =>
  metrics
    .filter(({ samples }) => samples.length > 0)
    .map(({ name, help, samples }) =>
      [
        `# HELP ${name} ${help}`,
        `# TYPE ${name} gauge`,
        ...samples.map(({ labels, value }) => `${name}{${renderLabels(labels)}} ${value}`),
        '',
      ].join('\n'),
    )
    .join('');

const renderLabels = (labels: Sample['labels']): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}="${escapeLabel(value)}"`)
    .join(',');

/** As the format has it, and beyond that nothing that a terminal would obey. */
const escapeLabel = (value: string): string =>
  value
    .replace(/\\/g, '\\\\')
    .replace(/"/g, '\\"')
    .replace(/\n/g, '\\n')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '\ufffd');
