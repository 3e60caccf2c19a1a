// Kubeconfig files as kubectl reads them (client-go's tools/clientcmd): text -> typed entries, and many files -> one.
// Promises that no value of a file gets into an error message: any of them may be a secret.
import { dirname, isAbsolute, join, sep } from 'node:path';
import { parseDocument } from 'yaml';
import { SeccompError } from '../../src/error.ts';

export interface KubeconfigCluster {
  readonly server?: string;
  readonly tlsServerName?: string;
  readonly isTlsVerifySkipped?: boolean;
  readonly certificateAuthority?: string;
  readonly certificateAuthorityData?: string;
  readonly proxyUrl?: string;
  readonly isCompressionDisabled?: boolean;
  /** What an exec plugin with `provideClusterInfo` is given as `config`. */
  readonly execConfig?: unknown;
}

export interface ExecPlugin {
  readonly apiVersion: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly installHint?: string;
  readonly isClusterInfoProvided: boolean;
  readonly interactiveMode: 'Never' | 'IfAvailable' | 'Always';
}

/** The older kind of plugin, built into kubectl; of them only `oidc` is left. */
export interface AuthProvider {
  readonly name: string;
  readonly config: Readonly<Record<string, string>>;
}

export interface KubeconfigUser {
  readonly clientCertificate?: string;
  readonly clientCertificateData?: string;
  readonly clientKey?: string;
  readonly clientKeyData?: string;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly username?: string;
  readonly password?: string;
  readonly as?: string;
  readonly asUid?: string;
  readonly asGroups?: readonly string[];
  readonly asUserExtra?: Readonly<Record<string, readonly string[]>>;
  readonly authProvider?: AuthProvider;
  readonly exec?: ExecPlugin;
}

export interface KubeconfigContext {
  readonly cluster?: string;
  readonly user?: string;
  readonly namespace?: string;
}

export interface Kubeconfig {
  readonly currentContext?: string;
  readonly clusters: ReadonlyMap<string, KubeconfigCluster>;
  readonly users: ReadonlyMap<string, KubeconfigUser>;
  readonly contexts: ReadonlyMap<string, KubeconfigContext>;
}

/** The `config` of an exec plugin stands in the cluster's extension of this name. */
const EXEC_EXTENSION = 'client.authentication.k8s.io/exec';
/** YAML 1.1 has these; the YAML reader of Go does not, and takes such text for a string. */
const FOREIGN_TAGS = new Set(['tag:yaml.org,2002:timestamp', 'tag:yaml.org,2002:binary']);

/** Parses one file; its relative paths are taken from the file's folder. Throws SeccompError `config`. */
export const parseKubeconfig = (text: string, file: string): Kubeconfig => {
  const document = parseDocument(text, {
    version: '1.1', // `yes` is true, as in kubectl
    uniqueKeys: false,
    prettyErrors: false, // a pretty error shows the line, and the line may be a token
    logLevel: 'error',
    customTags: (tags) =>
      tags.filter((tag) => typeof tag !== 'object' || (!FOREIGN_TAGS.has(tag.tag) && tag.format !== 'TIME')),
  });
  const error = document.errors[0];
  if (error !== undefined) {
    const line = text.slice(0, error.pos[0]).split('\n').length;
    throw new SeccompError('config', `${file}:${line}: this is not valid YAML (${error.code})`);
  }
  const root = new Fields(toPlain(document, file), file, '');
  root.expect('kind', 'Config');
  root.expect('apiVersion', 'v1');
  const folder = dirname(file);
  return {
    ...defined({ currentContext: root.text('current-context') }),
    clusters: parseNamed(root, 'clusters', 'cluster', (fields) => parseCluster(fields, folder)),
    users: parseNamed(root, 'users', 'user', (fields) => parseUser(fields, folder)),
    contexts: parseNamed(root, 'contexts', 'context', parseContext),
  };
};

/** Merges files in their order: of two entries of one name, and of two current contexts, the first wins. */
export const mergeKubeconfigs = (configs: readonly Kubeconfig[]): Kubeconfig => {
  const backwards = configs.toReversed();
  return {
    ...defined({
      currentContext: configs.map((config) => config.currentContext).find((name) => name !== undefined),
    }),
    clusters: new Map(backwards.flatMap((config) => [...config.clusters])),
    users: new Map(backwards.flatMap((config) => [...config.users])),
    contexts: new Map(backwards.flatMap((config) => [...config.contexts])),
  };
};

const toPlain = (document: ReturnType<typeof parseDocument>, file: string): unknown => {
  try {
    return document.toJS();
  } catch (cause) {
    // Unresolved or endlessly nested aliases; the reason could quote an alias, which could be a mistyped secret.
    throw new SeccompError('config', `${file}: its YAML aliases cannot be resolved`, {
      cause: nameOf(cause),
    });
  }
};

const nameOf = (cause: unknown): string => (cause instanceof Error ? cause.name : typeof cause);

const parseNamed = <T>(
  root: Fields,
  list: string,
  key: string,
  parse: (fields: Fields) => T,
): ReadonlyMap<string, T> => {
  const found = new Map<string, T>();
  for (const entry of root.list(list)) {
    const name = entry.text('name') ?? '';
    if (found.has(name))
      throw new SeccompError('config', `${root.file}: ${list} has two entries called "${name}"`);
    found.set(name, parse(entry.inner(key)));
  }
  return found;
};

const parseCluster = (fields: Fields, folder: string): KubeconfigCluster =>
  defined({
    server: fields.text('server'),
    tlsServerName: fields.text('tls-server-name'),
    isTlsVerifySkipped: fields.flag('insecure-skip-tls-verify'),
    certificateAuthority: resolvePath(folder, fields.text('certificate-authority')),
    certificateAuthorityData: fields.text('certificate-authority-data'),
    proxyUrl: fields.text('proxy-url'),
    isCompressionDisabled: fields.flag('disable-compression'),
    execConfig: fields
      .list('extensions')
      .find((extension) => extension.text('name') === EXEC_EXTENSION)
      ?.any('extension'),
  });

const parseUser = (fields: Fields, folder: string): KubeconfigUser =>
  defined({
    clientCertificate: resolvePath(folder, fields.text('client-certificate')),
    clientCertificateData: fields.text('client-certificate-data'),
    clientKey: resolvePath(folder, fields.text('client-key')),
    clientKeyData: fields.text('client-key-data'),
    token: fields.text('token'),
    tokenFile: resolvePath(folder, fields.text('tokenFile')),
    username: fields.text('username'),
    password: fields.text('password'),
    as: fields.text('as'),
    asUid: fields.text('as-uid'),
    asGroups: fields.texts('as-groups'),
    asUserExtra: fields.textLists('as-user-extra'),
    authProvider: fields.has('auth-provider') ? parseProvider(fields.inner('auth-provider')) : undefined,
    exec: fields.has('exec') ? parseExec(fields.inner('exec'), folder) : undefined,
  });

const parseProvider = (fields: Fields): AuthProvider => ({
  name: fields.text('name') ?? '',
  config: fields.textMap('config'),
});

const parseExec = (fields: Fields, folder: string): ExecPlugin => {
  const apiVersion = fields.text('apiVersion') ?? '';
  const command = fields.text('command') ?? '';
  const mode = fields.text('interactiveMode') ?? (apiVersion.endsWith('/v1') ? '' : 'IfAvailable');
  if (mode !== 'Never' && mode !== 'IfAvailable' && mode !== 'Always') {
    throw fields.wrong('interactiveMode', 'Never, IfAvailable or Always');
  }
  return {
    apiVersion,
    // A bare name is looked up in the PATH; only something with a slash in it is a path.
    command: command.includes(sep) ? resolvePath(folder, command)! : command,
    args: fields.texts('args') ?? [],
    env: fields
      .list('env')
      .map((entry) => ({ name: entry.text('name') ?? '', value: entry.text('value') ?? '' })),
    isClusterInfoProvided: fields.flag('provideClusterInfo') ?? false,
    interactiveMode: mode,
    ...defined({ installHint: fields.text('installHint') }),
  };
};

const parseContext = (fields: Fields): KubeconfigContext =>
  defined({
    cluster: fields.text('cluster'),
    user: fields.text('user'),
    namespace: fields.text('namespace'),
  });

const resolvePath = (folder: string, path: string | undefined): string | undefined =>
  path === undefined || isAbsolute(path) ? path : join(folder, path);

/** Drops the fields that are undefined, so that a later spread doesn't overwrite with nothing. */
export const defined = <T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;

/** One mapping of the file. An empty or null field counts as absent, as it does to kubectl. */
class Fields {
  readonly file: string;
  readonly #path: string;
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(value: unknown, file: string, path: string) {
    this.file = file;
    this.#path = path;
    if (value !== null && value !== undefined && (typeof value !== 'object' || Array.isArray(value))) {
      throw new SeccompError('config', `${file}: ${path || 'the document'} must be a mapping`);
    }
    this.#values = (value ?? {}) as Record<string, unknown>;
  }

  has = (key: string): boolean => this.any(key) !== undefined;

  any = (key: string): unknown =>
    Object.hasOwn(this.#values, key) ? (this.#values[key] ?? undefined) : undefined;

  inner = (key: string): Fields => new Fields(this.any(key), this.file, this.#at(key));

  list(key: string): Fields[] {
    const value = this.any(key) ?? [];
    if (!Array.isArray(value)) throw this.wrong(key, 'a list');
    return value.map((entry, index) => new Fields(entry, this.file, `${this.#at(key)}[${index}]`));
  }

  text(key: string): string | undefined {
    const value = this.any(key);
    if (value !== undefined && typeof value !== 'string') throw this.wrong(key, 'a string');
    return value || undefined;
  }

  flag(key: string): boolean | undefined {
    const value = this.any(key);
    if (value !== undefined && typeof value !== 'boolean') throw this.wrong(key, 'true or false');
    return value;
  }

  texts(key: string): readonly string[] | undefined {
    const value = this.any(key);
    if (value === undefined) return undefined;
    if (!Array.isArray(value) || !value.every((item) => typeof item === 'string'))
      throw this.wrong(key, 'a list of strings');
    return value;
  }

  textLists(key: string): Readonly<Record<string, readonly string[]>> | undefined {
    if (!this.has(key)) return undefined;
    const inner = this.inner(key);
    return Object.fromEntries(Object.keys(inner.#values).map((name) => [name, inner.texts(name) ?? []]));
  }

  textMap(key: string): Readonly<Record<string, string>> {
    const inner = this.inner(key);
    return Object.fromEntries(Object.keys(inner.#values).map((name) => [name, inner.text(name) ?? '']));
  }

  expect(key: string, wanted: string): void {
    const value = this.text(key);
    if (value !== undefined && value !== wanted) throw this.wrong(key, `"${wanted}"`);
  }

  wrong = (key: string, wanted: string): SeccompError =>
    new SeccompError('config', `${this.file}: ${this.#at(key)} must be ${wanted}`);

  #at = (key: string): string => (this.#path === '' ? key : `${this.#path}.${key}`);
}
