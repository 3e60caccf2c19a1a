// Whether the bound containers would start where their pods could come to: asked of `check`, before anything is changed.
import { checkSubjects } from '../../src/rollout/check.ts';
import type { ContainerCheck } from '../../src/workload/check.ts';
import type { SeccompProfileField } from '../../src/workload/objects.ts';
import { sanitizeText } from '../output/sanitize.ts';
import type { Connected, Outside } from '../outside.ts';
import type { Refusal, Sending } from './bind-send.ts';

const LINES_SHOWN = 5;

/** Returns why some of them must not be bound; those of which nothing is said may. */
export const checkBound = async <T extends Sending>(
  sendings: readonly T[],
  cluster: Connected,
  { stderr }: Outside,
): Promise<ReadonlyMap<T, Refusal>> => {
  const refusals = new Map<T, Refusal>();
  for (const one of sendings) {
    const { ref, plan } = one;
    const paths = new Set(
      plan.changes.flatMap(({ after }) => (after as SeccompProfileField | undefined)?.localhostProfile ?? []),
    );
    if (paths.size === 0) continue;
    const workload = { kind: ref.kind.kind, name: ref.name };
    const subject = { namespace: ref.namespace, workload, template: plan.template };
    const check = await checkSubjects([subject], {}, { cluster, surroundings: cluster.surroundings });
    const bound = check.containers.filter(({ path }) => paths.has(path));
    const failing = linesOf(bound, 'fails');
    if (failing.length > 0)
      refusals.set(one, {
        message: `it would not start:\n${failing.join('\n')}`,
        hint: isMissing(bound)
          ? '--require-node keeps its pods off nodes without the profile; --force binds it all the same.'
          : '--force binds it all the same.',
      });
    else if (bound.every(({ classes }) => classes.length === 0))
      stderr.write(sanitizeText(`warning: ${workload.name}: no node takes its pods\n`));
  }
  return refusals;
};

const isMissing = (containers: readonly ContainerCheck[]): boolean =>
  containers.some(({ classes }) =>
    classes.some(({ reasons }) => reasons.some(({ code }) => code === 'missing-bundle')),
  );

const linesOf = (containers: readonly ContainerCheck[], wanted: 'fails'): string[] => {
  const lines = containers.flatMap(({ container, path, classes }) =>
    classes
      .filter(({ verdict }) => verdict === wanted)
      .map(({ nodes, reasons }) => {
        const why = reasons.filter(({ verdict }) => verdict === wanted).map(({ message }) => message);
        const more = nodes.length > 1 ? ` and ${nodes.length - 1} more` : '';
        return `  container ${container.name} under ${path} on ${nodes[0]}${more}: ${why.join('; ')}`;
      }),
  );
  const rest = lines.length - LINES_SHOWN;
  return rest <= 0 ? lines : [...lines.slice(0, LINES_SHOWN), `  and ${rest} more`];
};
