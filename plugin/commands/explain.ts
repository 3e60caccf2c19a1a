// `explain FILE [SYSCALL…]`: what a profile does, in plain words.
import type { CommandModule } from 'yargs';
import { SeccompError } from '../../src/error.ts';
import type { Change } from '../../src/profile/compare.ts';
import { describeConditions } from '../../src/profile/describe-rule.ts';
import { type ExplainedCall, type Explanation, explainProfile } from '../../src/profile/explain.ts';
import { engineOf, type KnownFacts } from '../../src/profile/facts.ts';
import { groupOf } from '../../src/profile/groups.ts';
import { didYouMean } from '../../src/profile/suggest.ts';
import { SYSCALL_NAMES } from '../../src/profile/syscalls.ts';
import { argumentsDocument } from '../output/call-arguments.ts';
import { API_VERSION, type DocumentFormat, renderDocument } from '../output/document.ts';
import { renderExplanation } from '../output/explain.ts';
import { renderExplainedCalls } from '../output/explain-calls.ts';
import type {
  DeviationDocument,
  ExplainedCallDocument,
  ExplanationDocument,
} from '../output/explain-document.ts';
import { decisionDocument, outcomeDocument, type Places, placesIn } from '../output/verdict.ts';
import type { ConnectOptions, ExitCode, Outside } from '../outside.ts';
import { engineFlag, factFlags, readFacts } from './fact-flags.ts';
import { clusterFlags, connectOptions, namespaceFlag, outputFlag } from './flags.ts';
import { type NamedProfile, profileArgument } from './profile-source.ts';
import { readNamedProfile } from './recorded-profile.ts';
import { verbs } from './verbs.ts';

export interface ExplainOptions {
  readonly file: string;
  /** None: the profile as a whole. */
  readonly syscalls: readonly string[];
  readonly facts: KnownFacts;
  readonly output?: DocumentFormat;
  /** Where a profile of a revision is read. */
  readonly connect: ConnectOptions;
}

const USAGE = `$0 explain FILE [SYSCALL ...] [flags]

Says in plain words what a profile does: what goes through, what is refused,
what depends on arguments, and what is dangerous. With names of system calls it
says what becomes of those, and by which lines of the file.

web@v3/nginx.json is a profile of a revision in the history of the cluster; only for
one of those a cluster is asked. A file that is named like that is ./web@v3/nginx.json.`;

const EXAMPLES = `Examples:
  # What does this profile do?
  $0 explain profiles/web.json
  # Why does clone fail?
  $0 explain profiles/web.json clone clone3
  # What does that do which is on the nodes now?
  $0 explain web@v3/nginx.json`;

/** Builds the command; \`run\` is replaced in tests of the parsing. */
export const explainCommand = (outside: Outside, run: typeof runExplain = runExplain): CommandModule => ({
  ...verbs.explain,
  builder: (parser) =>
    parser
      .usage(USAGE)
      .epilogue(EXAMPLES)
      .positional(
        'file',
        profileArgument('Profile, or that of a revision; builtin: alone lists those that come along'),
      )
      .positional('syscalls', {
        type: 'string',
        array: true,
        describe: 'System calls to explain by themselves',
        defaultDescription: 'the profile as a whole',
      })
      .options({
        ...factFlags,
        ...engineFlag,
        ...outputFlag(['json', 'yaml']),
        ...namespaceFlag,
        ...clusterFlags,
      }),
  handler: async (given) => {
    const options: ExplainOptions = {
      file: given.file as string,
      syscalls: (given.syscalls as string[] | undefined) ?? [],
      facts: readFacts(given),
      ...(given.output !== undefined && { output: given.output as DocumentFormat }),
      connect: connectOptions(given),
    };
    outside.conclude(await run(options, outside));
  },
});

/** Prints the explanation; a file with errors has none. */
export const runExplain = async (options: ExplainOptions, outside: Outside): Promise<ExitCode> => {
  const { file, syscalls, facts, output, connect } = options;
  const profile = await readNamedProfile(file, facts, connect, outside);
  const explanation = explainProfile(profile.source, facts);
  const document = await makeDocument(profile, explanation, options);
  if (output !== undefined) outside.stdout.write(renderDocument(document, output));
  else
    outside.stdout.write(syscalls.length > 0 ? renderExplainedCalls(document) : renderExplanation(document));
  return 0;
};

const makeDocument = async (
  { file, text }: NamedProfile,
  { facts, filter, calls, variations, compatible }: Explanation,
  { syscalls, facts: known }: ExplainOptions,
): Promise<ExplanationDocument> => {
  const { architecture, dialect, runtime, libseccomp } = facts;
  const places = placesIn(text);
  const isAsked = (name: string): boolean => syscalls.length === 0 || syscalls.includes(name);
  const asked =
    syscalls.length === 0
      ? calls
      : syscalls.map((name) => {
          const call = calls.find((one) => one.name === name);
          if (call !== undefined) return call;
          const hint = SYSCALL_NAMES.includes(name) ? '' : didYouMean(name, SYSCALL_NAMES);
          throw new SeccompError('usage', `${architecture} has no system call "${name}"${hint}`);
        });
  return {
    apiVersion: API_VERSION,
    kind: 'ProfileExplanation',
    file,
    architecture,
    dialect,
    runtime,
    libseccomp,
    defaultAction: {
      ...outcomeDocument(filter.fallback, architecture),
      ...(filter.fallbackAt !== undefined && { place: places(filter.fallbackAt) }),
    },
    calls: asked.map((call) => callDocument(call, places, architecture)),
    variations: variations
      .map(({ names, answers }) => ({
        syscalls: names.filter(isAsked),
        answers: answers.map(({ outcome, on }) => ({ ...outcomeDocument(outcome, architecture), nodes: on })),
      }))
      .filter((one) => one.syscalls.length > 0),
    compatible: compatible.map((one) => ({ architecture: one.architecture, covered: one.isCovered })),
    ...(syscalls.length === 0 && { runtimeDefault: await runtimeDefaultDocument(filter, facts, known) }),
  };
};

const runtimeDefaultDocument = async (
  filter: Explanation['filter'],
  facts: Explanation['facts'],
  known: KnownFacts,
): Promise<ExplanationDocument['runtimeDefault']> => {
  // The built-in profiles take a while to unpack, and single calls do without.
  const { againstDefault } = await import('../../src/profile/explain-default.ts');
  const { name, wider, narrower } = againstDefault(filter, facts, engineOf(known));
  return { name, wider: wider.map(deviationDocument), narrower: narrower.map(deviationDocument) };
};

const deviationDocument = ({ name, isAlways, witness }: Change): DeviationDocument => ({
  syscall: name!,
  ...(!isAlways && { example: argumentsDocument(witness) }),
});

const callDocument = (
  { name, number, verdict, rules, risk }: ExplainedCall,
  places: Places,
  architecture: KnownFacts['architecture'],
): ExplainedCallDocument => {
  const group = groupOf(name);
  return {
    syscall: name,
    number,
    ...(group !== undefined && { group }),
    fate: rules.length > 0 ? 'conditional' : FATES[verdict.outcome.action],
    decision: decisionDocument(verdict, places, architecture),
    rules: ruleDocuments(name, rules, places, architecture),
    ...(risk !== undefined && { risk: { rank: risk.rank, sentence: risk.sentence } }),
  };
};

/** Puts together rules of one place in the file that do the same. */
const ruleDocuments = (
  name: string,
  rules: ExplainedCall['rules'],
  places: Places,
  architecture: KnownFacts['architecture'],
): ExplainedCallDocument['rules'] =>
  [...Map.groupBy(rules, ({ outcome }) => `${outcome.action} ${outcome.errno}`).values()].map((ones) => ({
    ...outcomeDocument(ones[0]!.outcome, architecture),
    when: describeConditions(
      name,
      ones.map(({ conditions }) => conditions),
    ),
    place: places(ones[0]!.at),
  }));

const FATES: Readonly<Record<ExplainedCall['verdict']['outcome']['action'], ExplainedCallDocument['fate']>> =
  {
    SCMP_ACT_ALLOW: 'allowed',
    SCMP_ACT_LOG: 'logged',
    SCMP_ACT_NOTIFY: 'asked',
    SCMP_ACT_TRACE: 'asked',
    SCMP_ACT_ERRNO: 'refused',
    SCMP_ACT_KILL_PROCESS: 'refused',
    SCMP_ACT_KILL_THREAD: 'refused',
    SCMP_ACT_TRAP: 'refused',
  };
