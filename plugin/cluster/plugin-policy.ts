// Which credential plugins may run: the policy of a kuberc, by the rules and in the words of client-go's exec
// authenticator. Promises that under an allow-list the very file runs that was compared.
import { access, constants, stat } from 'node:fs/promises';
import { basename, delimiter, isAbsolute, join, normalize, sep } from 'node:path';
import { SeccompError } from '../../src/error.ts';
import type { Environment } from './kubeconfig-files.ts';

export interface PluginPolicy {
  /** '' counts as AllowAll. */
  readonly type: string;
  /** Names looked up in the PATH, or paths. */
  readonly allowlist?: readonly string[];
  /** Where it stands. */
  readonly file: string;
}

/** Refuses a policy that contradicts itself: with a limit on programs a guess would be wrong. */
export const checkPolicy = ({ type, allowlist, file }: PluginPolicy): void => {
  const refuse = (what: string) =>
    new SeccompError('config', `invalid plugin policy: ${what}`, { hint: `It stands in ${file}.` });
  if (type === '' || type === 'AllowAll' || type === 'DenyAll') {
    if (allowlist === undefined) return;
    throw refuse(
      `misconfigured credential plugin allowlist: plugin policy is "${type}" but allowlist is non-nil`,
    );
  }
  if (type !== 'Allowlist') throw refuse(`unknown plugin policy: "${type}"`);
  if (allowlist === undefined)
    throw refuse('credential plugin policy set to "Allowlist", but allowlist is unspecified');
  if (allowlist.length === 0)
    throw refuse(
      'credential plugin policy set to "Allowlist", but allowlist is empty; use "DenyAll" policy instead',
    );
  for (const [index, command] of allowlist.entries()) {
    if (command === '')
      throw refuse(`misconfigured credential plugin allowlist: empty allowlist entry #${index + 1}`);
    if (clean(command) !== command)
      throw refuse(`non-normalized file path: "${command}" vs "${clean(command)}"`);
  }
};

/** Returns what to run for a kubeconfig's command: itself, or under an allow-list its file. Throws SeccompError. */
export const permitPlugin = async (
  policy: PluginPolicy,
  command: string,
  environment: Environment,
): Promise<string> => {
  if (policy.type === '' || policy.type === 'AllowAll') return command;
  const refuse = (what: string) =>
    new SeccompError('config', `getting credentials: ${what}`, {
      hint: `${policy.file} says which credential plugins may run.`,
    });
  if (policy.type === 'DenyAll')
    throw refuse(`plugin "${clean(command)}" not allowed: policy set to "DenyAll"`);
  const allowlist = policy.allowlist ?? [];
  const path = await findProgram(clean(command), environment);
  if (allowlist.includes(clean(command))) return path ?? command;
  if (path === undefined)
    throw refuse(`plugin path "${clean(command)}" cannot be resolved for credential plugin allowlist check`);
  for (const entry of allowlist) {
    if (entry === path) return path;
    if (basename(entry) === basename(path) && (await findProgram(entry, environment)) === path) return path;
  }
  throw refuse(`plugin path "${path}" is not permitted by the credential plugin allowlist`);
};

/** As Go's filepath.Clean. */
const clean = (path: string): string => {
  const plain = normalize(path);
  return plain.length > 1 && plain.endsWith(sep) ? plain.slice(0, -1) : plain;
};

/** As Go's exec.LookPath: a name by the PATH, anything with a slash as it is; undefined where nothing can be run. */
const findProgram = async (command: string, environment: Environment): Promise<string | undefined> => {
  const endings = sep === '\\' ? ['', ...(environment.PATHEXT ?? '.com;.exe;.bat;.cmd').split(';')] : [''];
  const isPath = command.includes(sep) || command.includes('/');
  const folders = isPath ? [''] : (environment.PATH ?? '').split(delimiter);
  for (const folder of folders) {
    for (const ending of endings) {
      const path = (isPath ? command : join(folder, command)) + ending;
      // Threat: a PATH that holds the current folder runs what lies in a downloaded one. Go refuses it too.
      if (await isProgram(path)) return isPath || isAbsolute(path) ? path : undefined;
    }
  }
  return undefined;
};

const isProgram = async (path: string): Promise<boolean> => {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
};
