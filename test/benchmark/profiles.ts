// The verbs that answer about profiles without a cluster: how long one answer takes beside `kubectl version --client`,
// as plain JavaScript and as the one file that is released, and how fast the profile engine itself is.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { verbs } from '../../plugin/commands/verbs.ts';
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

/** Compares every verb that there is with kubectl's own start; `single` is the one file, where it could be built. */
export const answers = (kubectl: string, single: string | undefined): void => {
  const floor: Candidate = { name: 'kubectl version --client', argv: [kubectl, 'version', '--client'] };
  const programs = programsWith(single);
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

/** Lists the ways in which the plugin is run, each with its first words. */
const programsWith = (single: string | undefined): readonly (readonly [string, readonly string[]])[] => [
  ['on Node.js', [process.execPath, PROGRAM]],
  ...(single === undefined ? [] : [['as one file', [single]] as const]),
];

/** Compares lint of a whole corpus in one process with the start of a process that does nothing. */
export const corpus = (shared: string, single: string | undefined): void => {
  const folder = join(shared, 'corpus/profiles');
  if (!existsSync(folder)) return;
  const files = readdirSync(folder)
    .filter((file) => /\.(json|ya?ml)$/.test(file))
    .map((file) => join(folder, file));
  for (const [how, program] of programsWith(single)) {
    compare(
      `lint of ${files.length} files for two architectures, in one process, ${how}`,
      { name: 'kubectl-seccomp lint', argv: [...program, 'lint', ...files], exitCodes: [0, 1, 2] },
      { name: 'node -e 0 (the floor of any Node program)', argv: [process.execPath, '-e', '0'] },
      5,
    );
  }
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
