// `eval FILE SYSCALL [a0=…]`: what a profile says to one call, and which line of the file says it.
import type { CommandModule } from 'yargs';
import { MAXIMUM_PROFILE_BYTES } from '../../src/bundle/limits.ts';
import { SeccompError } from '../../src/error.ts';
import { type Answer, answer, fateOf, type KnownFacts, type Question } from '../../src/profile/answer.ts';
import { defaultCompileOptions, parseArchitectures } from '../../src/profile/compile-options.ts';
import { renderPath } from '../../src/profile/document.ts';
import { nameOfErrno } from '../../src/profile/errno.ts';
import type { SourceProfile } from '../../src/profile/oci.ts';
import { prepareFile } from '../../src/profile/prepare.ts';
import type { Architecture } from '../../src/profile/prepared.ts';
import { renderProblem } from '../../src/profile/problem.ts';
import { readText } from '../../src/profile/read-text.ts';
import { placeOf } from '../../src/profile/report.ts';
import type { Dialect, Facts } from '../../src/profile/resolve.ts';
import { didYouMean } from '../../src/profile/suggest.ts';
import { SYSCALL_NAMES, tableVersionOf } from '../../src/profile/syscalls.ts';
import { API_VERSION, type DocumentFormat, renderDocument } from '../output/document.ts';
import type { EvaluationDocument, VerdictAnswerDocument } from '../output/documents.ts';
import { renderEvaluation } from '../output/evaluation.ts';
import { sanitizeLine } from '../output/sanitize.ts';
import type { ExitCode, Outside } from '../outside.ts';
import { readCompileOptions } from './compile-flags.ts';
import { choice, list, outputFlag, text } from './flags.ts';
import { verbs } from './verbs.ts';

export interface EvalOptions {
  readonly file: string;
  readonly question: Question;
  readonly facts: KnownFacts;
  readonly output?: DocumentFormat;
}

const USAGE = `$0 eval FILE SYSCALL [a0=VALUE ...] [flags]

Says what a profile does with one call, and which line of the file says so.
Arguments that are not given are 0. What is not said of the nodes is left open:
where runtimes or versions of libseccomp differ, each answer is printed.

Exit code: 0 the call goes through (also when it is logged), 1 it is refused,
2 could not tell.`;

const EXAMPLES = `Examples:
  # May a container make a user namespace?
  $0 eval profiles/web.json clone a0=0x10000000
  # The raw file of a Docker user, as containerd reads it
  $0 eval default.json mount --dialect containerd --runtime runc`;

/** Builds the command; `run` is replaced in tests of the parsing. */
export const evalCommand = (outside: Outside, run: typeof runEval = runEval): CommandModule => ({
  ...verbs.eval,
  builder: (parser) =>
    parser
      .usage(USAGE)
      .epilogue(EXAMPLES)
      .positional('file', { type: 'string', describe: 'Profile' })
      .positional('syscall', { type: 'string', describe: 'Name or number of the system call' })
      .positional('args', {
        type: 'string',
        array: true,
        describe: 'Its arguments: a0=VALUE to a5=VALUE',
        defaultDescription: 'all 0',
      })
      .options({
        arch: text('Architecture of the node', { defaultDescription: 'amd64' }),
        runtime: choice('--runtime', ['runc', 'crun'], 'Runtime of the node'),
        libseccomp: text('Version of libseccomp on the node, e.g. 2.5.4'),
        dialect: choice('--dialect', DIALECTS, 'Who reads the file: docker is what apply ships of it', {
          defaultDescription: 'docker',
        }),
        'cap-add': list('Capabilities that the containers have beside the default ones'),
        ...outputFlag(['json', 'yaml']),
      }),
  handler: async (given) => {
    const { capabilities, minimumKernel } = readCompileOptions({ capAdd: given.capAdd });
    const libseccomp = given.libseccomp as string | undefined;
    const options: EvalOptions = {
      file: given.file as string,
      question: {
        syscall: given.syscall as string,
        args: parseCallArguments((given.args as string[] | undefined) ?? []),
      },
      facts: {
        architecture: parseArchitecture(given.arch as string | undefined),
        dialect: (given.dialect as Dialect | undefined) ?? 'docker',
        capabilities,
        minimumKernel,
        ...(given.runtime !== undefined && { runtime: given.runtime as Facts['runtime'] }),
        ...(libseccomp !== undefined && { libseccomp: parseLibseccomp(libseccomp) }),
      },
      ...(given.output !== undefined && { output: given.output as DocumentFormat }),
    };
    outside.conclude(await run(options, outside));
  },
});

const DIALECTS: readonly Dialect[] = ['docker', 'containerd', 'cri-o'];

/** Prints the answers; a file with errors has none. */
export const runEval = async (
  { file, question, facts, output }: EvalOptions,
  outside: Outside,
): Promise<ExitCode> => {
  outside.conclude(2);
  const content = await outside.files.read(file, MAXIMUM_PROFILE_BYTES);
  const source = readSource(content, file, facts, outside);
  const answers = answer(source, question, facts);
  if (answers === undefined) {
    const { syscall } = question;
    throw new SeccompError(
      'usage',
      `${facts.architecture} has no system call "${syscall}"${SYSCALL_NAMES.includes(syscall) ? '' : didYouMean(syscall, SYSCALL_NAMES)}`,
    );
  }
  const { text: sourceText } = readText(content);
  const document: EvaluationDocument = {
    apiVersion: API_VERSION,
    kind: 'Evaluation',
    file,
    syscall: question.syscall,
    arguments: Object.fromEntries(
      question.args.flatMap((value, index) =>
        value === 0n ? [] : [[`a${index}`, `0x${value.toString(16)}`]],
      ),
    ),
    architecture: facts.architecture,
    dialect: facts.dialect,
    fate: fateOf(answers),
    answers: answers.map((one) => answerDocument(one, sourceText, facts.architecture)),
  };
  outside.stdout.write(output === undefined ? renderEvaluation(document) : renderDocument(document, output));
  return EXIT_CODES[document.fate];
};

const EXIT_CODES: Readonly<Record<EvaluationDocument['fate'], ExitCode>> = {
  'goes through': 0,
  refused: 1,
  unknown: 2,
};

const readSource = (
  content: Uint8Array,
  file: string,
  { architecture, capabilities, minimumKernel }: KnownFacts,
  outside: Outside,
): SourceProfile => {
  const options = { ...defaultCompileOptions, architectures: [architecture], capabilities, minimumKernel };
  const { problems, profiles } = prepareFile(content, file, 'profile.json', options);
  const errors = problems.filter(({ severity }) => severity === 'error');
  outside.stderr.write(errors.map((problem) => `${sanitizeLine(renderProblem(problem))}\n`).join(''));
  const [first, ...more] = profiles;
  if (first !== undefined && more.length === 0) return first.source;
  const what = first === undefined ? 'has errors' : `holds ${profiles.length} profiles`;
  throw new SeccompError('profile', `"${file}" ${what}: one sound profile was wanted`);
};

const answerDocument = (
  { outcome: { action, errno }, by, at, certainty, runtimes, libseccomp, through }: Answer,
  source: string,
  architecture: Architecture,
): VerdictAnswerDocument => {
  const errnoName =
    action === 'SCMP_ACT_ERRNO' && errno !== undefined ? nameOfErrno(errno, architecture) : undefined;
  return {
    runtimes,
    libseccomp,
    ...(through !== undefined && { through }),
    action,
    ...(errno !== undefined && { errno }),
    ...(errnoName !== undefined && { errnoName }),
    by,
    ...(at !== undefined && { place: { ...placeOf(source, at.offset), path: renderPath(at.path) } }),
    certainty,
  };
};

/** Parses `a0=0x10`, `a2=-1` …; a negative value is what the register then holds, 2^64 more. */
const parseCallArguments = (words: readonly string[]): readonly bigint[] => {
  const args = [0n, 0n, 0n, 0n, 0n, 0n];
  const seen = new Set<string>();
  for (const word of words) {
    const [, index = '', sign = '', digits = ''] =
      /^a([0-5])=(-?)(0x[0-9a-f]{1,16}|[0-9]{1,20})$/i.exec(word) ?? [];
    const value = digits === '' ? 2n ** 64n : BigInt(digits) * (sign === '' ? 1n : -1n);
    if (value >= 2n ** 64n || value < -(2n ** 63n))
      throw new SeccompError(
        'usage',
        `"${word}" is no argument; wanted a0=VALUE to a5=VALUE, each of 64 bits`,
      );
    if (seen.has(index)) throw new SeccompError('usage', `"${word}": argument ${index} was given before`);
    seen.add(index);
    args[Number(index)] = BigInt.asUintN(64, value);
  }
  return args;
};

const parseArchitecture = (given: string | undefined): Architecture => {
  const [first, ...more] = parseArchitectures([given ?? 'amd64']);
  if (first !== undefined && more.length === 0) return first;
  throw new SeccompError('usage', `--arch: "${given}" is more than one architecture`);
};

const parseLibseccomp = (given: string): string => {
  const version = /^\d{1,3}\.\d{1,3}(\.\d{1,3})?$/.test(given) ? tableVersionOf(given) : undefined;
  if (version !== undefined) return version;
  throw new SeccompError('usage', `--libseccomp: "${given}" is not a version from 2.5.1 on, such as 2.5.4`);
};
