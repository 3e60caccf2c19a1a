// Runs the cluster's own kubectl and our client with the same kubeconfig against one server, and tells what each sent.
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { openApi } from '../../plugin/cluster/connection.ts';
import { connectOptions, type Given } from '../../plugin/commands/flags.ts';
import { findBinaries } from '../cluster/build.ts';
import { EagerClock, type FakeApiServer, type FakeCall, type FakeCertificates } from './fake-api-server.ts';

export interface Scene {
  readonly fake: FakeApiServer;
  readonly certificates: FakeCertificates;
  /** Fields of the one user. */
  readonly user: object;
  readonly flags?: readonly string[];
  /** The same flags as yargs hands them on. */
  readonly given?: Given;
  readonly environment?: Readonly<Record<string, string>>;
}

export interface Seen {
  readonly isDone: boolean;
  readonly calls: readonly string[];
}

/** The kubectl of the test cluster: another version may differ. */
export const kubectlPath = (): string => join(findBinaries()?.kubernetes ?? '', 'kubectl');

/** Writes a kubeconfig into the certificates' folder, beside its files, and returns its path. */
export const writeScene = ({ fake, certificates, user }: Scene): string => {
  const path = join(certificates.folder, 'config');
  const cluster = { server: fake.url, 'certificate-authority': 'authority.crt' };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  };
  writeFileSync(path, JSON.stringify(config));
  return path;
};

/** Writes a credential plugin `login` into `bin` of a folder, which answers with the token `E`. */
export const writeLogin = (folder: string): string => {
  mkdirSync(join(folder, 'bin'), { recursive: true });
  const path = join(folder, 'bin', 'login');
  const credential = { apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential' };
  writeFileSync(path, `#!/bin/sh\necho '${JSON.stringify({ ...credential, status: { token: 'E' } })}'\n`);
  chmodSync(path, 0o755);
  return path;
};

/** Runs kubectl. */
export const seeKubectl = (scene: Scene): Promise<Seen> =>
  see(scene, (env) => {
    const args = ['get', '--raw', '/probe', ...(scene.flags ?? [])];
    return new Promise((resolve) => {
      const child = execFile(kubectlPath(), args, { env, timeout: 20_000 }, (error) => resolve(!error));
      child.stdin?.end(); // else it would ask for a user name
    });
  });

/** Runs our client, and keeps what it refuses with in `said`. */
export const seeOurs = (scene: Scene, said: string[] = []): Promise<Seen> =>
  see(scene, async (environment) => {
    const outside = { clock: new EagerClock(), stdin: {}, stderr: process.stderr, version: '0' };
    const heard = { onWarning: () => {}, onNotice: (text: string) => said.push(text) };
    try {
      const api = await openApi(connectOptions(scene.given ?? {}), { ...outside, ...heard, environment });
      await api.get('/probe').finally(() => api.close());
      return true;
    } catch (thrown) {
      said.push((thrown as Error).message);
      return false;
    }
  });

const see = async (
  scene: Scene,
  run: (environment: Record<string, string>) => Promise<boolean>,
): Promise<Seen> => {
  const { certificates, fake, environment } = scene;
  const kubeconfig = writeScene(scene);
  fake.calls.length = 0;
  const isDone = await run({
    PATH: [join(certificates.folder, 'bin'), process.env.PATH].join(delimiter),
    HOME: certificates.folder,
    KUBECONFIG: kubeconfig,
    ...environment,
  });
  return { isDone, calls: fake.calls.map(renderCall) };
};

const renderCall = ({ method, path, peer, rawHeaders, body }: FakeCall): string => {
  const pairs = rawHeaders.flatMap((name, index) =>
    index % 2 === 0 ? [`${name.toLowerCase()}: ${rawHeaders[index + 1]}`] : [],
  );
  const shown = pairs.filter((pair) => /^(authorization|impersonate)/.test(pair)).sort();
  return [`${method} ${path}`, peer, body, ...shown].filter(Boolean).join('\n');
};
