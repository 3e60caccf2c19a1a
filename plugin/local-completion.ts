// Puts the file beside the plugin by which kubectl completes it: a link to the plugin, which tells what it is called by.
import { access, constants, lstat, readlink, symlink } from 'node:fs/promises';
import { basename, delimiter, dirname, isAbsolute, join } from 'node:path';
import { SeccompError } from '../src/error.ts';
import type { InstalledCompletion } from './outside.ts';

/**
 * Links `kubectl_complete-NAME` to `kubectl-NAME` in the same folder. `calledAs` is how the plugin was called: with a
 * path by kubectl, without one by a shell, which has found it on the PATH.
 */
export const installCompletion = async (
  calledAs: string,
  searchPath: string | undefined,
): Promise<InstalledCompletion> => {
  const plugin = await locate(calledAs, searchPath);
  const file = basename(plugin);
  const path = join(dirname(plugin), file.replace(/^kubectl-(.+?)(\.js)?$/, 'kubectl_complete-$1'));
  if (path === plugin)
    throw new SeccompError('file', `"${plugin}" is not called kubectl-NAME: kubectl would not find it`, {
      hint: 'Call it kubectl-seccomp.',
    });
  try {
    // Relative: it still points to the plugin after an upgrade, or when the whole folder moves.
    await symlink(file, path);
    return { path, isNew: true };
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code;
    if (code === 'EEXIST' && (await pointsTo(path, file))) return { path, isNew: false };
    throw code === 'EEXIST'
      ? new SeccompError('file', `"${path}" is there already, and is something else`, {
          hint: 'Remove it, if you can do without it, and run the command again.',
        })
      : new SeccompError('file', `cannot write "${path}": ${code}`, {
          hint: `Make it yourself: a link or a copy of "${plugin}".`,
          cause: thrown,
        });
  }
};

const pointsTo = async (path: string, file: string): Promise<boolean> =>
  (await lstat(path)).isSymbolicLink() && (await readlink(path)) === file;

const locate = async (calledAs: string, searchPath = ''): Promise<string> => {
  if (isAbsolute(calledAs)) return calledAs;
  if (basename(calledAs) !== calledAs) return join('.', calledAs);
  for (const folder of searchPath.split(delimiter)) {
    const path = join(folder, calledAs);
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  throw new SeccompError('file', `"${calledAs}" is not found on the PATH`, {
    hint: 'Put its folder on the PATH, where kubectl finds it too.',
  });
};
