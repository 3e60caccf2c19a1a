// `completion bash|zsh|fish|install`: the Tab key, for the plugin itself and through kubectl.
import type { CommandModule } from 'yargs';
import { sanitizeLine } from '../output/sanitize.ts';
import type { ExitCode, Outside } from '../outside.ts';
import { renderCompletionScript } from './completion-scripts.ts';
import { verbs } from './verbs.ts';

const USAGE = `$0 completion bash|zsh|fish|install

install is for those who type kubectl seccomp: it puts kubectl_complete-seccomp
beside the plugin, where kubectl's own completion finds it. Set that up too if
it is not yet: kubectl completion --help.

bash, zsh and fish print a script for those who call the plugin by its own
name, kubectl-seccomp.

Names of contexts, namespaces, nodes, bundles and profiles are completed too,
where kubeconfig or the cluster tells them within half a second.`;

const EXAMPLES = `Examples:
  # For kubectl seccomp, in whatever shell
  $0 completion install
  # For kubectl-seccomp in bash; in ~/.bashrc it lasts
  source <($0 completion bash)
  # In zsh, where fpath has such a folder
  $0 completion zsh > ~/.zfunc/_kubectl-seccomp
  # In fish
  $0 completion fish > ~/.config/fish/completions/kubectl-seccomp.fish`;

/** Builds the command; `run` is replaced in tests of the parsing. */
export const completionCommand = (
  outside: Outside,
  run: typeof runCompletion = runCompletion,
): CommandModule => ({
  ...verbs.completion,
  builder: (parser) =>
    parser
      .usage(USAGE)
      .epilogue(EXAMPLES)
      .positional('shell', { type: 'string', describe: 'What it is for (bash|zsh|fish|install)' }),
  handler: async (given) => {
    outside.conclude(await run({ shell: given.shell as string }, outside));
  },
});

/** Prints a script, or installs; what is there already is no error. */
export const runCompletion = async (
  { shell }: { readonly shell: string },
  outside: Outside,
): Promise<ExitCode> => {
  if (shell !== 'install') {
    outside.stdout.write(renderCompletionScript(shell, outside.programName));
    return 0;
  }
  const { path, isNew } = await outside.installCompletion();
  outside.stdout.write(`${sanitizeLine(path)} ${isNew ? 'created' : 'unchanged'}\n`);
  if (isNew)
    outside.stderr.write(
      `Now ${outside.programName} is completed wherever kubectl is. Is it not? Then see: kubectl completion --help\n`,
    );
  return 0;
};
