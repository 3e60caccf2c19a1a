// Opens the transport to a server, directly or through the proxy that kubeconfig or environment name for it.
import type { Clock } from '../../src/rollout/ports.ts';
import type { Environment } from './kubeconfig-files.ts';
import type { Target } from './kubeconfig-target.ts';
import { chooseProxy } from './proxy.ts';
import { openTransport, type Transport } from './transport.ts';
import type { Place } from './transport-errors.ts';
import type { Trust } from './transport-tls.ts';
import { openDirectWay } from './transport-way.ts';

/** Opens it; connections come with the requests. Throws SeccompError `config`. */
export const openWire = async (
  place: Place & Pick<Target, 'cluster'>,
  trust: Trust,
  { environment, clock }: { readonly environment: Environment; readonly clock: Clock },
): Promise<Transport> => {
  const proxy = chooseProxy(place, environment);
  const openWay = proxy
    ? (await import('./proxy-way.ts')).openProxyWay(proxy, place, trust, clock)
    : openDirectWay(place, trust);
  return openTransport(place, openWay, clock);
};
