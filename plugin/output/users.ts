// The workloads that stand in the way of a change, a line each.
import type { WorkloadRow } from '../../src/workload/rows.ts';
import { plural } from './rollout-result.ts';
import { renderWorkloadName } from './workload-name.ts';

const LINES_SHOWN = 10;

/** Renders rows as `  deployment/front -n shop: main: web/nginx.json (3 pods)`; many are cut to ten. Not sanitized yet. */
export const renderUsers = (rows: readonly WorkloadRow[]): string => {
  const lines = rows.slice(0, LINES_SHOWN).map(renderUser);
  const rest = rows.length - lines.length;
  return [...lines, ...(rest > 0 ? [`  and ${rest.toLocaleString('en-US')} more`] : [])].join('\n');
};

const renderUser = ({ namespace, workload, container, confinement, pods }: WorkloadRow): string => {
  const path = confinement.profile.kind === 'localhost' ? confinement.profile.path : '';
  const name = `${renderWorkloadName(workload)} -n ${namespace}`;
  const count =
    workload.kind === 'Pod'
      ? ''
      : ` (${pods.length === 0 ? 'no pod now' : plural(pods.length, 'pod')}${workload.group === undefined ? '' : '; its template was not read'})`;
  return `  ${name}, container ${container.name}: ${path}${count}`;
};
