// What the disks of nodes hold, asked by the Job that `verify` runs there too: for a check that does not go by labels.

import { ACTIONS } from '../../src/profile/actions.ts';
import type { DiskSeen } from '../../src/rollout/check-settings.ts';
import { inspectNodes } from '../../src/rollout/inspect.ts';
import type { Cluster } from '../../src/rollout/ports.ts';
import type { ConnectOptions, Outside } from '../outside.ts';
import { follow } from './rollout.ts';

/** Asks them; a node that does not answer is missing in what is returned. */
export const readDisks = async (
  names: readonly string[],
  { isQuiet, connect }: { readonly isQuiet: boolean; readonly connect: ConnectOptions },
  cluster: Cluster,
  outside: Outside,
): Promise<ReadonlyMap<string, DiskSeen>> => {
  const events = inspectNodes(
    { selection: { selector: '', names }, policy: { nodeTimeoutMs: connect.jobTimeoutMs } },
    { cluster, clock: outside.clock, signal: outside.signal },
  );
  const { nodes } = await follow(events, isQuiet, outside);
  return new Map(
    [...nodes.values()].flatMap(({ node, phase, report }): [string, DiskSeen][] => {
      if (phase !== 'done' || report?.inspection === undefined) return [];
      return [[node.name, { inspection: report.inspection, facts: factsOf(report.facts.actionsAvailable) }]];
    }),
  );
};

/** The kernel's words (`kill_process`) are the profiles' without their prefix, but for one. */
const factsOf = (actions: readonly string[] | undefined): DiskSeen['facts'] => {
  if (actions === undefined) return {};
  const words = new Set(
    actions.map((action) => `SCMP_ACT_${action === 'user_notif' ? 'NOTIFY' : action.toUpperCase()}`),
  );
  return { actionsAvailable: ACTIONS.filter((action) => words.has(action)) };
};
