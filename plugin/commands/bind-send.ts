// Sends what was shown, and nothing else: an object that somebody has changed meanwhile is read and planned anew, and
// patched only where the plan is still the one that was agreed to.

import type { BindPlan } from '../../src/rollout/plan-bind.ts';
import { isSame, patchBetween } from '../../src/workload/bind-patch.ts';
import type { ControllerRef, Controllers } from '../../src/workload/bind-ports.ts';
import type { ControllerObject } from '../../src/workload/objects.ts';

/** What is to be sent, and how to plan it again. */
export interface Sending {
  readonly ref: ControllerRef;
  readonly plan: BindPlan;
  readonly planAnew: (object: ControllerObject) => BindPlan;
}

export interface Refusal {
  readonly message: string;
  readonly hint?: string;
}

const MAXIMUM_TRIES = 5;

/** Patches one workload, or (dry run) asks what would come of it; returns why it was refused. */
export const sendPatch = async (
  { ref, plan, planAnew }: Sending,
  isDryRun: boolean,
  controllers: Controllers,
): Promise<Refusal | undefined> => {
  let current = plan;
  for (let tries = 0; tries < MAXIMUM_TRIES; tries += 1) {
    const answer = await controllers.patch(ref, patchOf(current), { isDryRun });
    if (answer.kind === 'patched') return undefined;
    if (answer.kind === 'refused') return answer;
    current = planAnew(await controllers.read(ref));
    // A patch whose answer was lost may have been taken.
    if (current.changes.length === 0) return undefined;
    if (!isSame(current.changes, plan.changes)) break;
  }
  return {
    message: 'somebody else is changing it: it was left as it is',
    hint: 'Run it again to see what it is now.',
  };
};

/** A patch with the version it is for: the API server refuses it for any other. */
const patchOf = ({ before, after }: BindPlan): object => {
  const { metadata, ...patch } = (patchBetween(before, after) ?? {}) as { metadata?: object };
  const { resourceVersion } = (before.metadata ?? {}) as { resourceVersion?: string };
  return { ...patch, metadata: { ...metadata, resourceVersion } };
};
