// The verbs that answer about profiles without a cluster: how long one answer takes beside `kubectl version --client`,
// as plain JavaScript and as the one file that is released, and how fast the profile engine itself is.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { verbs } from '../../plugin/commands/verbs.ts';
import { buildPlugin } from '../../plugin/release/build.ts';
import { findBun } from '../../plugin/release/bun.ts';
import { buildProgramFor } from '../../plugin/release/release.ts';
import { TARGETS } from '../../plugin/release/targets.ts';
import { defaultCompileOptions } from '../../src/profile/compile-options.ts';
import { evaluate } from '../../src/profile/evaluate.ts';
import { prepareFile } from '../../src/profile/prepare.ts';
import { resolve } from '../../src/profile/resolve.ts';
import { EXAMPLES, PROGRAM } from '../cluster/plugin.ts';
import { type Candidate, compare } from './measure.ts';

const ANSWERS: readonly string[][] = [
  ['explain', 'PROFILE'],
  ['eval', 'PROFILE', 'clone', 'a0=0x10000000'],
  ['lint', 'PROFILE'],
];

/** Compares every verb that there is with kubectl's own start; `folder` is for the one file. */
export const answers = async (kubectl: string, folder: string): Promise<void> => {
  const floor: Candidate = { name: 'kubectl version --client', argv: [kubectl, 'version', '--client'] };
  const single = await buildSingleFile(folder);
  const programs: readonly [string, readonly string[]][] = [
    ['on Node.js', [process.execPath, PROGRAM]],
    ...(single === undefined ? [] : [['as one file', [single]] as [string, readonly string[]]]),
  ];
  for (const args of ANSWERS.filter(([verb = '']) => verb in verbs)) {
    for (const [how, program] of programs) {
      const argv = [
        ...program,
        ...args.map((one) => (one === 'PROFILE' ? join(EXAMPLES, 'nginx.json') : one)),
      ];
      compare(`one answer, ${how}`, { name: args.join(' '), argv, exitCodes: [0, 1] }, floor, 11);
    }
  }
};

/** Builds the program as it is released for this machine; undefined where Bun is not installed. */
const buildSingleFile = async (folder: string): Promise<string | undefined> => {
  const os = process.platform === 'win32' ? 'windows' : process.platform;
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  const target = TARGETS.find((one) => one.os === os && one.arch === arch);
  if (target === undefined || findBun() === undefined) {
    process.stdout.write('as one file: skipped, there is no Bun for this machine\n\n');
    return undefined;
  }
  const javascript = join(folder, 'javascript');
  mkdirSync(javascript);
  await buildPlugin(javascript);
  const path = join(folder, 'single');
  writeFileSync(path, await buildProgramFor(target, { folder: javascript, companions: [] }), { mode: 0o755 });
  rmSync(javascript, { recursive: true });
  return path;
};

/** Compares lint of a whole corpus in one process with the start of a process that does nothing. */
export const corpus = (shared: string): void => {
  const folder = join(shared, 'corpus/profiles');
  if (!existsSync(folder)) return;
  const files = readdirSync(folder)
    .filter((file) => /\.(json|ya?ml)$/.test(file))
    .map((file) => join(folder, file));
  compare(
    `lint of ${files.length} files for two architectures, in one process`,
    {
      name: 'kubectl-seccomp lint',
      argv: [process.execPath, PROGRAM, 'lint', ...files],
      exitCodes: [0, 1, 2],
    },
    { name: 'node -e 0 (the floor of any Node program)', argv: [process.execPath, '-e', '0'] },
    5,
  );
};

/** Prints how many calls are evaluated in a second. */
export const evaluations = (): void => {
  const content = readFileSync(join(EXAMPLES, 'worker.json'));
  const [profile] = prepareFile(content, 'f', 'f', defaultCompileOptions).profiles;
  const facts = {
    ...defaultCompileOptions,
    runtime: 'runc',
    libseccomp: '2.6.1',
    dialect: 'docker',
  } as const;
  const filter = resolve(profile!.source, { ...facts, architecture: 'amd64' });
  const count = 1_000_000;
  const started = performance.now();
  for (let at = 0; at < count; at++) {
    evaluate(filter, { architecture: 'SCMP_ARCH_X86_64', number: at % 450, args: [BigInt(at)] });
  }
  const seconds = (performance.now() - started) / 1000;
  process.stdout.write(`evaluation\n  ${Math.round(count / seconds / 1000)} thousand calls a second\n\n`);
};
