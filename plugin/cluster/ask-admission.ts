// Asks the API server, without writing anything, whether a rollout may do its work: its Pod, its Job and the labels.
import type { Admission, Clock, NodeTask } from '../../src/rollout/ports.ts';
import { isRefusal, readDenial } from './admission.ts';
import { type Api, ApiError } from './api.ts';
import { NODE_LABEL_PREFIX } from './labels.ts';
import { namespaceObject, readNamespace } from './namespace.ts';
import { type JobSettings, jobName, nodeJob, podTemplate } from './node-job.ts';

interface Settings {
  readonly api: Api;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly job: JobSettings;
  /** Saves a request where the namespace was made or seen before. */
  readonly isNamespaceThere: boolean;
}

/** The service account of a new namespace comes a moment after it. */
const PATIENCE_MS = 10_000;

/** Returns the first refusal; see `Cluster.admit`. */
export const askAdmission = async (settings: Settings, task: NodeTask): Promise<Admission> => {
  const { api, job, signal } = settings;
  const { namespace } = job;
  const options = { isDryRun: true, signal };
  const label = await dryRun(() => {
    if (task.request.operation === 'inspect') return undefined;
    // Setting the UID that the Node has changes nothing, and takes the same right as setting a label.
    const metadata = { uid: task.node.uid, labels: { [`${NODE_LABEL_PREFIX}${task.request.bundle}`]: null } };
    return api.patch(`/api/v1/nodes/${task.node.name}`, { metadata }, { type: 'merge', ...options });
  });
  // The Node itself may be gone by now: that is said of the node, not of all.
  if (label?.status === 403) return { refusal: readDenial(label.message).reason };
  if (!settings.isNamespaceThere && !(await readNamespace({ api, namespace, signal }))) {
    const refused = await dryRun(() => api.create('/api/v1/namespaces', namespaceObject(namespace), options));
    if (refused) return { refusal: readDenial(refused.message).reason };
    return {
      unchecked: `namespace ${namespace} does not exist yet: what admission says to the Pods in it was not asked`,
    };
  }
  const created = await dryRun(() =>
    api.create(`/apis/batch/v1/namespaces/${namespace}/jobs`, nodeJob(task, job), options),
  );
  if (created && created.reason !== 'AlreadyExists') return { refusal: readDenial(created.message).reason };
  return await askForPod(settings, task);
};

const askForPod = async ({ api, clock, job, signal }: Settings, task: NodeTask): Promise<Admission> => {
  const template = podTemplate(task, job);
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    ...template,
    metadata: { ...template.metadata, generateName: `${jobName(task)}-`.slice(0, 58) },
  };
  const end = clock.monotonic() + PATIENCE_MS;
  for (;;) {
    const refused = await dryRun(() =>
      api.create(`/api/v1/namespaces/${job.namespace}/pods`, pod, { isDryRun: true, signal }),
    );
    if (!refused) return {};
    const { reason, isFinal } = readDenial(refused.message);
    // We never make Pods ourselves, the Job controller does: who may make Jobs only is not refused for that.
    if (reason.code === 'forbidden')
      return { unchecked: `what admission says to the Pods was not asked: ${reason.message}` };
    if (isFinal || reason.code === 'quota' || clock.monotonic() >= end) return { refusal: reason };
    await clock.sleep(500, signal);
  }
};

const dryRun = async (ask: () => Promise<unknown> | undefined): Promise<ApiError | undefined> => {
  try {
    await ask();
    return undefined;
  } catch (thrown) {
    if (thrown instanceof ApiError && isRefusal(thrown)) return thrown;
    throw thrown;
  }
};
