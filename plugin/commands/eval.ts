// `eval FILE SYSCALL [a0=…]`: what a profile says to one call, and which line of the file says it.
import type { CommandModule } from 'yargs';
import { SeccompError } from '../../src/error.ts';
import { type Answer, answer, fateOf, type Question } from '../../src/profile/answer.ts';
import type { KnownFacts } from '../../src/profile/facts.ts';
import { didYouMean } from '../../src/profile/suggest.ts';
import { SYSCALL_NAMES } from '../../src/profile/syscalls.ts';
import { argumentsDocument } from '../output/call-arguments.ts';
import { API_VERSION, type DocumentFormat, renderDocument } from '../output/document.ts';
import type { EvaluationDocument, VerdictAnswerDocument } from '../output/documents.ts';
import { renderEvaluation } from '../output/evaluation.ts';
import { decisionDocument, placesIn } from '../output/verdict.ts';
import type { ConnectOptions, ExitCode, Outside } from '../outside.ts';
import { factFlags, readFacts } from './fact-flags.ts';
import { clusterFlags, connectOptions, namespaceFlag, outputFlag } from './flags.ts';
import { type NamedProfile, profileArgument } from './profile-source.ts';
import { readNamedProfile } from './recorded-profile.ts';
import { verbs } from './verbs.ts';

export interface EvalOptions {
  readonly file: string;
  readonly question: Question;
  readonly facts: KnownFacts;
  readonly output?: DocumentFormat;
  /** Where a profile of a revision is read. */
  readonly connect: ConnectOptions;
}

const USAGE = `$0 eval FILE SYSCALL [a0=VALUE ...] [flags]

Says what a profile does with one call, and which line of the file says so.
Arguments that are not given are 0. What is not said of the nodes is left open:
where runtimes or versions of libseccomp differ, each answer is printed.

web@v3/nginx.json is a profile of a revision in the history of the cluster; only for
one of those a cluster is asked. A file that is named like that is ./web@v3/nginx.json.

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
      .positional(
        'file',
        profileArgument('Profile, or that of a revision; builtin: alone lists those that come along'),
      )
      .positional('syscall', { type: 'string', describe: 'Name or number of the system call' })
      .positional('args', {
        type: 'string',
        array: true,
        describe: 'Its arguments: a0=VALUE to a5=VALUE',
        defaultDescription: 'all 0',
      })
      .options({
        ...factFlags,
        ...outputFlag(['json', 'yaml']),
        ...namespaceFlag,
        ...clusterFlags,
      }),
  handler: async (given) => {
    const options: EvalOptions = {
      file: given.file as string,
      question: {
        syscall: given.syscall as string,
        args: parseCallArguments((given.args as string[] | undefined) ?? []),
      },
      facts: readFacts(given),
      ...(given.output !== undefined && { output: given.output as DocumentFormat }),
      connect: connectOptions(given),
    };
    outside.conclude(await run(options, outside));
  },
});

/** Prints the answers; a file with errors has none. */
export const runEval = async (
  { file: named, question, facts, output, connect }: EvalOptions,
  outside: Outside,
): Promise<ExitCode> => {
  outside.conclude(2);
  const profile = await readNamedProfile(named, facts, connect, outside);
  const answers = answer(profile.source, question, facts);
  if (answers === undefined) {
    const { syscall } = question;
    throw new SeccompError(
      'usage',
      `${facts.architecture} has no system call "${syscall}"${SYSCALL_NAMES.includes(syscall) ? '' : didYouMean(syscall, SYSCALL_NAMES)}`,
    );
  }
  const document: EvaluationDocument = {
    apiVersion: API_VERSION,
    kind: 'Evaluation',
    file: profile.file,
    syscall: question.syscall,
    arguments: argumentsDocument(question.args),
    architecture: facts.architecture,
    dialect: facts.dialect,
    fate: fateOf(answers),
    answers: answers.map((one) => answerDocument(one, profile, facts)),
  };
  outside.stdout.write(output === undefined ? renderEvaluation(document) : renderDocument(document, output));
  return EXIT_CODES[document.fate];
};

const EXIT_CODES: Readonly<Record<EvaluationDocument['fate'], ExitCode>> = {
  'goes through': 0,
  refused: 1,
  unknown: 2,
};

const answerDocument = (
  { runtimes, libseccomp, through, ...verdict }: Answer,
  { text }: NamedProfile,
  { architecture }: KnownFacts,
): VerdictAnswerDocument => ({
  runtimes,
  libseccomp,
  ...(through !== undefined && { through }),
  ...decisionDocument(verdict, placesIn(text), architecture),
});

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
