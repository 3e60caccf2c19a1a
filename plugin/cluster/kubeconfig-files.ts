// Which kubeconfig files count, and reading them: `--kubeconfig`, else the list in KUBECONFIG, else ~/.kube/config.
import { readFile } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { SeccompError } from '../../src/error.ts';
import { type Kubeconfig, mergeKubeconfigs, parseKubeconfig } from './kubeconfig.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Lists the paths that kubectl would look at, in its order, each once. */
export const listKubeconfigPaths = (
  flag: string | undefined,
  environment: Environment,
): readonly string[] => {
  if (flag) return [flag];
  if (environment.KUBECONFIG) {
    return [...new Set(environment.KUBECONFIG.split(delimiter))].filter((path) => path !== '');
  }
  const home = environment.HOME || environment.USERPROFILE;
  return home ? [join(home, '.kube', 'config')] : [];
};

/** Reads and merges the files; a missing one is skipped, except where `--kubeconfig` names it. */
export const readKubeconfig = async (
  flag: string | undefined,
  environment: Environment,
): Promise<Kubeconfig> => {
  const configs: Kubeconfig[] = [];
  for (const path of listKubeconfigPaths(flag, environment)) {
    const text = await readText(path, Boolean(flag));
    if (text !== undefined) configs.push(parseKubeconfig(text, resolve(path)));
  }
  return mergeKubeconfigs(configs);
};

const readText = async (path: string, isRequired: boolean): Promise<string | undefined> => {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' && !isRequired) return undefined;
    throw new SeccompError('config', `cannot read the kubeconfig file "${path}": ${code}`, {
      hint: 'Name an existing file with --kubeconfig or in the variable KUBECONFIG.',
      cause,
    });
  }
};
