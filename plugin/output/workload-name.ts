// A workload as people write it: `deployment/web`, and `rollout.argoproj.io/web` where kubectl has to be told the group.
import type { WorkloadName } from '../../src/workload/owner.ts';

/** Renders the name. Not sanitized yet. */
export const renderWorkloadName = ({ kind, name, group }: WorkloadName): string =>
  `${kind.toLowerCase()}${group ? `.${group}` : ''}/${name}`;
