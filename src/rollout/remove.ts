// Removing a bundle with all its generations from nodes: the operation behind `delete`.
import type { RolloutEvent } from './events.ts';
import { removedLabels } from './names.ts';
import { planRemove } from './plan.ts';
import type { NodeSelection } from './ports.ts';
import { roll } from './roll.ts';
import type { Outside, Rollout, RolloutPolicy } from './rollout.ts';

export interface RemoveInput {
  readonly bundle: string;
  readonly selection: NodeSelection;
  readonly policy: RolloutPolicy;
  /** Looks at the nodes that are to lose it; see `Rollout`. */
  readonly examine?: Rollout['examine'];
}

/** Removes a bundle from the selected nodes that may have it, and yields what happens. */
export const removeBundle = (
  { bundle, selection, policy, examine }: RemoveInput,
  outside: Outside,
): AsyncGenerator<RolloutEvent, void, void> => {
  const force = policy.force ?? false;
  return roll(
    {
      operation: 'remove',
      bundle,
      chunks: [],
      selection,
      policy,
      ...(examine && { examine }),
      plan: (nodes, releases) => planRemove(nodes, releases, { bundle, force }),
      request: (revision) => ({ version: 1, operation: 'remove', bundle, revision, force }),
      labels: (node) => removedLabels(bundle, node.labels),
    },
    outside,
  );
};
