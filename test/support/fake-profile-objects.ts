// A `ProfileObjects` in memory: what it was given, by namespace.
import type { ProfileConfigMap, ProfileObject, ProfileObjects } from '../../src/workload/profile-objects.ts';

export class FakeProfileObjects implements ProfileObjects {
  configMaps: readonly ProfileConfigMap[] = [];
  seccompProfiles: readonly ProfileObject[] = [];
  /** The namespaces that were asked for; undefined for all. */
  readonly asked: (string | undefined)[] = [];

  async readConfigMaps(namespace?: string): Promise<readonly ProfileConfigMap[]> {
    this.asked.push(namespace);
    return this.configMaps.filter((one) => namespace === undefined || one.namespace === namespace);
  }

  async readSeccompProfiles(namespace?: string): Promise<readonly ProfileObject[]> {
    this.asked.push(namespace);
    return this.seccompProfiles.filter(
      (one) => namespace === undefined || one.namespace === undefined || one.namespace === namespace,
    );
  }
}

/** Returns a ConfigMap of texts by key. */
export const sampleConfigMap = (
  namespace: string,
  name: string,
  texts: Readonly<Record<string, string>>,
): ProfileConfigMap => ({
  namespace,
  name,
  entries: Object.entries(texts).map(([key, text]) => ({ key, content: new TextEncoder().encode(text) })),
});
