// Turns a generated scene into files, flags and variables in a world.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { ConnectionFlags } from '../../plugin/cluster/kubeconfig-choice.ts';
import type { Filler, Scene } from './client-scenes.ts';
import { portOf, type World, writePluginCertificate } from './client-world.ts';

/** What a client is to be run with. */
export interface Stage {
  readonly flags: ConnectionFlags;
  readonly environment: Readonly<Record<string, string>>;
}

/** Writes a scene's files into the world and sets its servers to it. */
export const setStage = (world: World, scene: Scene): Stage => {
  const { folder, certificates } = world;
  const fill = <T>(value: T): T =>
    JSON.parse(
      JSON.stringify(value).replaceAll(/@([a-z0-9]+)(?::([a-z.]+))?@/g, (_, name: string, file: string) =>
        name === 'base64'
          ? readFileSync(join(certificates.folder, file)).toString('base64')
          : { ...ports(world), folder, certificates: certificates.folder }[name]!,
      ),
    );
  const isPlain = /^http:/.test(scene.flags.server ?? (scene.cluster as { server: string }).server);
  for (const proxy of Object.values(world.proxies)) {
    proxy.target = portOf(isPlain ? world.plain : world.secure);
    proxy.login = scene.proxyLogin;
  }
  world.status = scene.status;
  writeFileSync(join(folder, 'token'), ' filed\n');
  writeFileSync(join(folder, 'nothing'), '\n');
  writePluginCertificate(world);

  const clusters = [
    { name: 'c', cluster: scene.cluster },
    {
      name: 'c2',
      cluster: { server: 'https://127.0.0.1:@secure@/second', 'insecure-skip-tls-verify': true },
    },
  ];
  const users = [
    { name: 'u', user: scene.user },
    { name: 'u2', user: { token: 'second' } },
  ];
  const contexts = [
    { name: 'x', context: { cluster: 'c', user: 'u' } },
    { name: 'other', context: { cluster: 'c2', user: 'u2' } },
  ];
  const current = scene.isCurrent ? { 'current-context': 'x' } : {};
  const whole = { clusters, users, contexts, ...current };
  const counting: readonly object[] = scene.isSplit
    ? [{ clusters }, { apiVersion: 'v1', kind: 'Config', users, contexts, ...current }]
    : [whole];
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const paths = [
    ...scene.before.map((kind, index) => writeFiller(folder, `before-${index}`, kind)),
    ...counting.map((config, index) => write(`config-${index}`, JSON.stringify(fill(config), undefined, 1))),
    ...scene.after.map((kind, index) => writeFiller(folder, `after-${index}`, kind)),
  ];
  write('whole', JSON.stringify(fill(whole)));
  return {
    flags: fill(scene.flags),
    environment: {
      PATH: `${folder}${delimiter}${process.env.PATH}`,
      HOME: folder,
      KUBERC: 'off',
      KUBECONFIG: paths.join(delimiter),
      ...fill(scene.environment),
    },
  };
};

const ports = ({ secure, plain, proxies }: World): Record<string, string> => ({
  secure: String(portOf(secure)),
  plain: String(portOf(plain)),
  http: String(proxies.http.port),
  https: String(proxies.https.port),
  socks5: String(proxies.socks5.port),
});

const TEXTS: Readonly<Record<Exclude<Filler, 'missing'>, string>> = {
  empty: '',
  comment: '# nothing\n',
  stranger: JSON.stringify({
    clusters: [{ name: 'c3', cluster: { server: 'https://127.0.0.1:1' } }],
    users: [{ name: 'u3', user: { token: 'stranger' } }],
  }),
  // The same names once more: those of the first file count.
  twin: JSON.stringify({
    clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
    users: [{ name: 'u', user: { token: 'twin', as: 'twin' } }],
    contexts: [{ name: 'x', context: { cluster: 'c3', user: 'u3' } }],
    'current-context': 'other',
  }),
};

const writeFiller = (folder: string, name: string, kind: Filler): string => {
  const path = join(folder, name);
  rmSync(path, { force: true });
  if (kind !== 'missing') writeFileSync(path, TEXTS[kind]);
  return path;
};

const FLAGS: Readonly<Record<string, string>> = {
  kubeconfig: '--kubeconfig',
  context: '--context',
  cluster: '--cluster',
  user: '--user',
  server: '--server',
  token: '--token',
  as: '--as',
  asGroup: '--as-group',
  asUid: '--as-uid',
  certificateAuthority: '--certificate-authority',
  clientCertificate: '--client-certificate',
  clientKey: '--client-key',
  insecureSkipTlsVerify: '--insecure-skip-tls-verify',
  tlsServerName: '--tls-server-name',
  username: '--username',
  password: '--password',
  proxyUrl: '--proxy-url',
  isCompressionDisabled: '--disable-compression',
  asUserExtra: '--as-user-extra',
};

/** Renders flags as the command line has them. */
export const renderFlags = (given: ConnectionFlags): string[] =>
  Object.entries(given).flatMap(([name, value]) => renderValues(value).map((one) => `${FLAGS[name]}=${one}`));

const renderValues = (value: ConnectionFlags[keyof ConnectionFlags]): string[] =>
  typeof value === 'object' && !Array.isArray(value)
    ? Object.entries(value).flatMap(([key, values]) => [values].flat().map((one) => `${key}=${one}`))
    : [value].flat().map(String);
