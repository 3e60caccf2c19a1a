// `merge FILE FILE...`: one profile of several, by what they let through; or whether the first lets through all.
import type { CommandModule } from 'yargs';
import { SeccompError } from '../../src/error.ts';
import type { FoundProfile } from '../../src/profile/convert/read-profiles.ts';
import { type MergeInput, mergeProfiles } from '../../src/profile/merge/merge-profiles.ts';
import type { MergeMode } from '../../src/profile/merge/openness.ts';
import { checkSuperset } from '../../src/profile/merge/superset.ts';
import type { CompileOptions } from '../../src/profile/prepared.ts';
import { renderOci } from '../../src/profile/render-oci.ts';
import { API_VERSION, type DocumentFormat, renderDocument } from '../output/document.ts';
import { callDocument, outcomeDocument } from '../output/merge-calls.ts';
import type { MergeCheckDocument, MergeResultDocument } from '../output/merge-document.ts';
import { renderMergeCheck, renderMergeNotes } from '../output/merge-result.ts';
import { sanitizeJson } from '../output/sanitize.ts';
import type { ExitCode, Outside } from '../outside.ts';
import { compileFlags, readCompileOptions } from './compile-flags.ts';
import { flag, type Given, outputFlag } from './flags.ts';
import { filesArgument, readFoundProfiles } from './found-profiles.ts';
import { verbs } from './verbs.ts';

export interface MergeOptions {
  readonly files: readonly string[];
  readonly mode: MergeMode | 'check';
  readonly compile: CompileOptions;
  readonly output?: DocumentFormat;
}

const USAGE = `$0 merge FILE FILE... [flags]

Makes one plain profile of several. Where they differ the most permissive one
counts, or, with --intersect, the strictest: KILL_PROCESS, KILL_THREAD, TRAP,
ERRNO, NOTIFY, TRACE, LOG, ALLOW. Conditions on arguments are kept as they are.
What one profile cannot say as its inputs do is told on stderr, with a call that
shows it.

With --check nothing is made: it says whether the first profile lets through all
that the others do. Exit code: 0 it does, 1 it doesn't, 2 could not tell.`;

const EXAMPLES = `Examples:
  # Recordings of several runs, with what a runtime needs to start
  $0 merge run-1.json run-2.json run-3.json > web.json
  # Nothing that the runtime's default refuses
  $0 merge --intersect builtin:kubernetes/default web.json > tight.json
  # Is all in the profile that was seen last night?
  $0 merge --check web.json recorded.json`;

/** Builds the command; `run` is replaced in tests of the parsing. */
export const mergeCommand = (outside: Outside, run: typeof runMerge = runMerge): CommandModule => ({
  ...verbs.merge,
  builder: (parser) =>
    parser
      .usage(USAGE)
      .epilogue(EXAMPLES)
      .positional('files', filesArgument)
      .options({
        union: flag('A call goes through if any profile lets it through; this is the default'),
        intersect: flag('A call goes through only if every profile lets it through'),
        check: flag('Only say whether the first lets through all that the others do'),
        ...compileFlags,
        ...outputFlag(['json', 'yaml']),
      }),
  handler: async (given) => {
    const options: MergeOptions = {
      files: given.files as string[],
      mode: readMode(given),
      compile: readCompileOptions(given),
      ...(given.output !== undefined && { output: given.output as DocumentFormat }),
    };
    outside.conclude(await run(options, outside));
  },
});

const readMode = (given: Given): MergeOptions['mode'] => {
  const modes = (['union', 'intersect', 'check'] as const).filter((name) => given[name] === true);
  if (modes.length > 1)
    throw new SeccompError('usage', `${modes.map((name) => `--${name}`).join(' and ')} exclude each other`);
  return modes[0] === 'intersect' ? 'intersection' : (modes[0] ?? 'union');
};

/** Prints the merged profile, or the answer; a file with errors has neither. */
export const runMerge = async (options: MergeOptions, outside: Outside): Promise<ExitCode> => {
  const { files, mode, compile, output } = options;
  if (mode === 'check') outside.conclude(2);
  const inputs = inputsOf(await readFoundProfiles(files, compile, outside));
  if (inputs.length < 2)
    throw new SeccompError('usage', `merge takes at least two profiles, and got ${inputs.length}`);
  if (mode === 'check') {
    const document = checkAll(inputs, compile);
    outside.stdout.write(
      output === undefined ? renderMergeCheck(document) : renderDocument(document, output),
    );
    return EXIT_CODES[document.answer];
  }
  const document = mergeAll(mode, inputs, compile);
  if (output !== undefined) {
    outside.stdout.write(renderDocument(document, output));
    return 0;
  }
  outside.stderr.write(renderMergeNotes(document));
  outside.stdout.write(sanitizeJson(document.profile));
  return 0;
};

const EXIT_CODES: Readonly<Record<MergeCheckDocument['answer'], ExitCode>> = {
  superset: 0,
  'not a superset': 1,
  unknown: 2,
};

const inputsOf = (profiles: readonly FoundProfile[]): readonly MergeInput[] =>
  profiles.map(({ file, name, source }) => {
    const isOneOfMany = profiles.filter((one) => one.file === file).length > 1;
    return { label: isOneOfMany ? `${file}#${name}` : file, source };
  });

const mergeAll = (
  mode: MergeMode,
  inputs: readonly MergeInput[],
  options: CompileOptions,
): MergeResultDocument => {
  const { profile, decisions, deviations, seen } = mergeProfiles(mode, inputs, options);
  return {
    apiVersion: API_VERSION,
    kind: 'MergeResult',
    mode,
    inputs: inputs.map(({ label }) => label),
    profile: new TextDecoder().decode(renderOci(profile)),
    decisions,
    deviations: deviations.map(({ kind, args, expected, actual, ...call }) => ({
      kind,
      ...callDocument(call, args),
      expected: outcomeDocument(expected),
      actual: outcomeDocument(actual),
    })),
    ...(seen !== undefined && { seen: { of: seen.of, counts: Object.fromEntries(seen.counts) } }),
  };
};

const checkAll = ([base, ...others]: readonly MergeInput[], options: CompileOptions): MergeCheckDocument => {
  const inputs = others.map(({ label, source }) => {
    const { uncovered, missing, unclear } = checkSuperset(base!.source, source, options);
    return {
      file: label,
      uncovered,
      missing: missing.map(({ change }) => ({
        ...callDocument(change, change.witness),
        isAlways: change.isAlways,
        base: outcomeDocument(change.after.outcome),
        input: outcomeDocument(change.before.outcome),
      })),
      unclear: unclear.map(({ compared }) => callDocument(compared, [])),
    };
  });
  const isMissing = inputs.some(({ missing, uncovered }) => missing.length + uncovered.length > 0);
  const isUnclear = inputs.some(({ unclear }) => unclear.length > 0);
  return {
    apiVersion: API_VERSION,
    kind: 'MergeCheck',
    base: base!.label,
    answer: isMissing ? 'not a superset' : isUnclear ? 'unknown' : 'superset',
    inputs,
  };
};
