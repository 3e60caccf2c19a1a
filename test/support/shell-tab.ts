// Presses Tab in real shells: in zsh on a terminal of its own, in fish by its own word for it. The plugin that the
// scripts ask is a script of the test's, which says what it was asked.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { renderCompletionScript } from '../../plugin/commands/completion-scripts.ts';
import { findBinaries } from '../cluster/build.ts';

/** What the plugin answers to a last word; anything else gets no choice and no files. */
export type Answers = Readonly<Record<string, string>>;

export interface Bench {
  readonly folder: string;
  /** What the plugin was asked since the last time, a line a question, its words between bars. */
  asked(): string[];
}

/** Lays out programs and files in a folder, in which the shells are started. */
export const prepareBench = (folder: string, answers: Answers): Bench => {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  for (const name of ['a.json', 'b c.json', 'bin/kubectl-seccomp']) writeFileSync(join(folder, name), '');
  mkdirSync(join(folder, 'profiles'));
  const told = join(folder, 'told');
  writeFileSync(told, '');
  const cases = Object.entries(answers).map(
    ([last, answer]) =>
      `'${last}') printf '%b' '${answer.replaceAll('\n', '\\n').replaceAll('\t', '\\t')}' ;;`,
  );
  const plugin = join(bin, 'kubectl-seccomp');
  writeFileSync(
    plugin,
    `#!/bin/sh
[ "$1" = __complete ] && shift
(IFS='|'; printf '%s\\n' "$*" >> '${told}')
for last; do :; done
case $last in
${cases.join('\n')}
*) echo :4 ;;
esac
`,
  );
  chmodSync(plugin, 0o755);
  symlinkSync('kubectl-seccomp', join(bin, 'kubectl_complete-seccomp'));
  const kubernetes = findBinaries()?.kubernetes;
  if (kubernetes !== undefined) symlinkSync(join(kubernetes, 'kubectl'), join(bin, 'kubectl'));
  for (const shell of ['zsh', 'fish'])
    writeFileSync(
      join(folder, `_kubectl-seccomp.${shell}`),
      renderCompletionScript(shell, 'kubectl seccomp'),
    );
  return {
    folder,
    asked: () => {
      const lines = readFileSync(told, 'utf8').split('\n').slice(0, -1);
      writeFileSync(told, '');
      return lines;
    },
  };
};

/** Completes each line in fish; returns the choices of each, without their descriptions. */
export const pressTabInFish = (bench: Bench, lines: readonly string[], viaKubectl = false): string[][] => {
  const script = [
    viaKubectl ? 'kubectl completion fish | source' : 'source _kubectl-seccomp.fish',
    ...lines.flatMap((line) => [`complete -C ${quote(line)}`, 'echo ----']),
  ].join('\n');
  const { stdout } = run(bench, 'fish', ['--no-config', '-c', script]);
  return stdout
    .split('----\n')
    .slice(0, -1)
    .map((part) =>
      part
        .split('\n')
        .flatMap((line) => line.split('\t', 1))
        .filter(Boolean),
    );
};

/** Types each line and Tab in zsh; returns what then stands there. `how` is how the script comes in. */
export const pressTabInZsh = (
  bench: Bench,
  lines: readonly string[],
  how: 'sourced' | 'in fpath' | 'of kubectl',
): string[] => {
  const functions = join(bench.folder, 'functions');
  mkdirSync(functions, { recursive: true });
  symlinkSync(join(bench.folder, '_kubectl-seccomp.zsh'), join(functions, '_kubectl-seccomp'));
  const load = {
    sourced: 'compinit -u -D; source _kubectl-seccomp.zsh',
    'in fpath': `fpath=(${quote(functions)} $fpath); compinit -u -D`,
    'of kubectl': 'compinit -u -D; source <(kubectl completion zsh)',
  }[how];
  const out = join(bench.folder, 'out');
  // ^X tells what stands in the line and empties it; the file comes whole, by its second name.
  const setup = [
    `PROMPT= RPROMPT=; setopt no_beep; autoload -Uz compinit; ${load}`,
    `dump() { print -r -- "$BUFFER" > ${out}.new; mv ${out}.new ${out}; BUFFER= }; zle -N dump; bindkey '^X' dump`,
    "bindkey '^I' complete-word",
  ];
  const script = `zmodload zsh/zpty
zpty shell zsh -f -i
until_there() { local i; for i in {1..300}; do [[ -e ${out} ]] && return; zpty -r -t shell REPLY; sleep 0.05; done; exit 3 }
press() { rm -f ${out}; zpty -w -n shell "$1"; until_there; cat ${out} }
${setup.map((line) => `zpty -w shell ${quote(line)}`).join('\n')}
press $'\\x18' > /dev/null
${lines.map((line) => `press ${quote(line)}$'\\t\\x18'`).join('\n')}
zpty -d shell
`;
  const { stdout, status, stderr } = run(bench, 'zsh', ['-f', '-c', script]);
  rmSync(functions, { recursive: true });
  if (status !== 0) throw new Error(`zsh ended with ${status}: ${stderr}`);
  return stdout.split('\n').slice(0, -1);
};

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const run = ({ folder }: Bench, shell: string, args: readonly string[]) =>
  spawnSync(shell, args, {
    cwd: folder,
    encoding: 'utf8',
    timeout: 60_000,
    env: {
      PATH: [join(folder, 'bin'), dirname(process.execPath), process.env.PATH].join(delimiter),
      HOME: folder,
      TERM: 'dumb',
      KUBECONFIG: join(folder, 'none'),
    },
  });
