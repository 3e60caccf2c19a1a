// Reads the pods on nodes that have just been changed, and folds them page by page into what they say.
import type { Health, HealthQuestion } from '../../src/rollout/health.ts';
import { addPod, NO_HEALTH } from '../../src/rollout/judge-health.ts';
import type { PodObject } from '../../src/workload/objects.ts';
import type { Api } from './api.ts';

/** Of so few nodes the pods are asked for node by node; beyond that the whole list is less work for the server. */
const FEW_NODES = 5;

/** Reads how the containers are that use a bundle on the nodes in question. */
export const readHealth = async (
  api: Api,
  question: HealthQuestion,
  signal: AbortSignal,
): Promise<Health> => {
  const names = [...question.nodes.keys()];
  const selectors =
    names.length <= FEW_NODES ? names.map((name) => ({ fieldSelector: `spec.nodeName=${name}` })) : [{}];
  let health = NO_HEALTH;
  for (const selector of selectors)
    for await (const pods of api.list<PodObject>('/api/v1/pods', { ...selector, signal }))
      for (const pod of pods) health = addPod(health, pod, question);
  return health;
};
