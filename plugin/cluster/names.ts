// Names for completion: of what kubeconfig lists, and of objects, which come without spec, status and data.
import type { V1ObjectMeta } from '@kubernetes/client-node';
import type { NameKind } from '../outside.ts';
import type { Api } from './api.ts';
import type { Kubeconfig } from './kubeconfig.ts';
import { BUNDLE_LABEL, selectComponent } from './labels.ts';
import { createReleaseStore } from './release-store.ts';

/** Kinds that kubeconfig alone can tell. */
export type ConfiguredKind = 'contexts' | 'clusters' | 'users';

/** Lists the names of what kubeconfig holds. */
export const listConfigured = (config: Kubeconfig, kind: ConfiguredKind): string[] =>
  [...config[kind].keys()].sort();

export interface NamePlace {
  readonly api: Api;
  readonly installNamespace: string;
  readonly signal: AbortSignal;
}

/** Reads the names of objects; `profiles` are those of one bundle's newest revision that installs, as `bundle/path`. */
export const readObjectNames = async (
  kind: Exclude<NameKind, ConfiguredKind>,
  { api, installNamespace, signal }: NamePlace,
  bundle?: string,
): Promise<string[]> => {
  if (kind === 'profiles') {
    const releases = await createReleaseStore({ api, namespace: installNamespace, signal }).read(bundle);
    const newest = releases.findLast(({ manifest }) => manifest !== undefined);
    return unique((newest?.manifest?.profiles ?? []).map(({ path }) => `${bundle}/${path}`));
  }
  const path = kind === 'bundles' ? `/api/v1/namespaces/${installNamespace}/configmaps` : `/api/v1/${kind}`;
  const names: string[] = [];
  const options = {
    isMetadataOnly: true,
    signal,
    ...(kind === 'bundles' && { labelSelector: selectComponent('release') }),
  };
  for await (const page of api.list<{ metadata?: V1ObjectMeta }>(path, options))
    for (const { metadata } of page)
      names.push((kind === 'bundles' ? metadata?.labels?.[BUNDLE_LABEL] : metadata?.name) ?? '');
  return unique(names);
};

const unique = (names: readonly string[]): string[] =>
  [...new Set(names)].filter((name) => name !== '').sort();
