// Reads names for completion: silently, asking nobody, and ended by the signal.
import { Writable } from 'node:stream';
import { openApi } from './cluster/connection.ts';
import { readKubeconfig } from './cluster/kubeconfig-files.ts';
import { listConfigured, readObjectNames } from './cluster/names.ts';
import type { ConnectOptions, NameKind, Outside } from './outside.ts';

/** What is said while somebody types would land in the line that is being typed. */
const nobody = (): Writable => new Writable({ write: (_piece, _encoding, done) => done() });

/** Reads the names of a kind; throws where there is no kubeconfig or no cluster answers. */
export const readNames = async (
  kind: NameKind,
  options: ConnectOptions,
  { environment, clock, version }: Outside,
  signal: AbortSignal,
  bundle?: string,
): Promise<string[]> => {
  if (kind === 'contexts' || kind === 'clusters' || kind === 'users')
    return listConfigured(await readKubeconfig(options.kubeconfig, environment), kind);
  const stdin = { isTTY: false };
  const api = await openApi(options, {
    environment,
    clock,
    version,
    stdin,
    stderr: nobody(),
    onWarning: () => {},
  });
  try {
    return await readObjectNames(kind, { api, installNamespace: options.installNamespace, signal }, bundle);
  } finally {
    api.close();
  }
};
