// Reads what decides how a pod's fields count: RuntimeClasses, and whether this API server still reads old annotations.
import type { RuntimeClassSeen, Surroundings } from '../../src/workload/check-ports.ts';
import type { Toleration } from '../../src/workload/placement.ts';
import { type Api, ApiError } from './api.ts';

/** The last minor version of Kubernetes 1 whose API server copies annotations into fields (CHANGELOG-1.27, PR 114947). */
const LAST_MINOR_WITH_ANNOTATIONS = 26;

interface RuntimeClass {
  readonly metadata?: { readonly name?: string };
  readonly handler?: string;
  readonly scheduling?: {
    readonly nodeSelector?: Readonly<Record<string, string>>;
    readonly tolerations?: readonly Toleration[];
  };
}

/** Makes the port; nothing is sent yet. */
export const createSurroundings = ({
  api,
  signal,
}: {
  readonly api: Api;
  readonly signal: AbortSignal;
}): Surroundings => ({
  async readRuntimeClasses() {
    const classes = new Map<string, RuntimeClassSeen>();
    try {
      const pages = api.list<RuntimeClass>('/apis/node.k8s.io/v1/runtimeclasses', { signal });
      for await (const page of pages)
        for (const { metadata, handler = '', scheduling } of page)
          classes.set(metadata?.name ?? '', {
            handler,
            nodeSelector: scheduling?.nodeSelector ?? {},
            tolerations: scheduling?.tolerations ?? [],
          });
      return classes;
    } catch (thrown) {
      if (!(thrown instanceof ApiError) || (thrown.status !== 403 && thrown.status !== 404)) throw thrown;
      return undefined;
    }
  },

  async readAreAnnotationsRead() {
    const { major, minor } = await api.get<{ major?: string; minor?: string }>('/version', { signal });
    // Providers write `26+`.
    return major === '1' && Number.parseInt(minor ?? '', 10) <= LAST_MINOR_WITH_ANNOTATIONS;
  },
});
