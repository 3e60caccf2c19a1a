// Reports as the node program gives them.
import type { Report } from '../../src/protocol/report.ts';
import type { NodeTask } from '../../src/rollout/ports.ts';

/** Returns the report of a program that did as asked. */
export const sampleReport = (task: NodeTask, changes: Partial<Report> = {}): Report => {
  const { request } = task;
  const facts = { architecture: 'amd64', kernel: '6.18.0', bootId: task.node.bootId };
  const shared = { version: 1, operation: request.operation, durationMs: 12, facts } as const;
  switch (request.operation) {
    case 'install':
      return {
        ...shared,
        outcome: 'installed',
        digest: request.digest,
        revision: request.revision,
        profiles: 1,
        bytes: 2,
        ...changes,
      };
    case 'remove':
      return { ...shared, outcome: 'removed', revision: request.revision, ...changes };
    case 'prune': {
      const current = task.node.labels[request.bundle];
      const left = [...new Set([...request.kept, ...(current === undefined ? [] : [current])])];
      return { ...shared, outcome: 'pruned', pruned: 1, generations: left.toSorted(), ...changes };
    }
    case 'inspect':
      return {
        ...shared,
        outcome: 'inspected',
        inspection: { bundles: [], foreign: [], leftovers: [] },
        ...changes,
      };
  }
};
