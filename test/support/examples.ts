// The examples of the help, as command lines to run, and a folder with the files that they name.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeVerbs } from '../../plugin/commands/described.ts';
import { fakeOutside } from './fake-outside.ts';

const PROFILES = fileURLToPath(new URL('../fixtures/profiles/example', import.meta.url));

export interface Example {
  /** The verb whose help shows it. */
  readonly verb: string;
  /** As it is shown, `kubectl seccomp` written out. */
  readonly command: string;
}

/** Lists the examples of every verb, in the order of the help. */
export const readExamples = async (): Promise<Example[]> => {
  const described = await describeVerbs(fakeOutside());
  return described
    .flatMap((verb) => [verb, ...verb.verbs])
    .flatMap(({ name, epilogue }) =>
      epilogue
        .split('\n')
        .filter((line) => line.includes('$0') && !line.trimStart().startsWith('#'))
        .map((line) => ({ verb: name, command: line.trim().replaceAll('$0', 'kubectl seccomp') })),
    );
};

const LOCAL = /kubectl seccomp (lint|eval|explain|diff|merge|convert|bundle|completion|version --client)\b/;

/** Says whether an example runs without a cluster. */
export const isLocal = ({ command }: Example): boolean =>
  command.includes('--root ') || (LOCAL.test(command) && !/@v\d|kubectl apply/.test(command));

const ALLOW = (...names: string[]): string =>
  `${JSON.stringify({
    defaultAction: 'SCMP_ACT_ERRNO',
    syscalls: [{ names, action: 'SCMP_ACT_ALLOW' }],
  })}\n`;

const DOCKER = `${JSON.stringify({
  defaultAction: 'SCMP_ACT_ERRNO',
  archMap: [{ architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86'] }],
  syscalls: [
    { names: ['read', 'clone'], action: 'SCMP_ACT_ALLOW' },
    { names: ['mount'], action: 'SCMP_ACT_ALLOW', includes: { caps: ['CAP_SYS_ADMIN'] } },
  ],
})}\n`;

/** Writes the files that examples name into a folder, and commits what one of them takes from git. */
export const prepareExamples = (folder: string): void => {
  cpSync(PROFILES, join(folder, 'profiles'), { recursive: true });
  const files: Readonly<Record<string, string>> = {
    'profiles/web.json': ALLOW('read', 'clone'),
    'new/web.json': ALLOW('read', 'clone', 'clone3'),
    'web.json': ALLOW('read', 'write'),
    'nginx.json': ALLOW('read', 'write'),
    'default.json': DOCKER,
    'names.txt': 'read\nwrite\n',
    'run-1.json': ALLOW('read'),
    'run-2.json': ALLOW('write'),
    'run-3.json': ALLOW('close'),
    'recorded.json': ALLOW('read'),
    'rollout.yaml': 'apiVersion: kubectl-seccomp/v1\nkind: RolloutPolicy\nwaves: 1,100%\npause: 1s\n',
    'policy.yaml':
      'apiVersion: kubectl-seccomp/v1\nkind: ProfilePolicy\nrules:\n- forbiddenSyscalls: [bpf]\n',
  };
  for (const path of ['new', 'tmp', 'mnt/image/var/lib/kubelet', '.zfunc', '.config/fish/completions'])
    mkdirSync(join(folder, path), { recursive: true });
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text);
  const git = (...args: string[]): void => {
    execFileSync('git', ['-C', folder, '-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
      stdio: 'ignore',
    });
  };
  git('init');
  git('add', 'profiles');
  git('commit', '-m', 'profiles');
};

/** Puts the folders of this machine that examples name below `folder`. */
export const below = (folder: string, command: string): string =>
  command.replace(/(?<=\s)(?=\/(?:tmp|mnt)\/)/g, folder);
