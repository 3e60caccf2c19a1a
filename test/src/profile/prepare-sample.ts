// Short forms for suites that prepare a file from its text.
import { defaultCompileOptions } from '../../../src/profile/compile-options.ts';
import { prepareFile } from '../../../src/profile/prepare.ts';
import type { CompileOptions, PreparedFile } from '../../../src/profile/prepared.ts';
import { renderProblem, type Severity } from '../../../src/profile/problem.ts';

/** Prepares a text as `profile.json`, with the default options but for those given. */
export const prepareText = (text: string, options: Partial<CompileOptions> = {}): PreparedFile =>
  prepareFile(new TextEncoder().encode(text), 'profile.json', 'profile.json', {
    ...defaultCompileOptions,
    ...options,
  });

/** Prepares a value as JSON. */
export const prepareValue = (value: unknown, options: Partial<CompileOptions> = {}): PreparedFile =>
  prepareText(JSON.stringify(value), options);

/** Lists problems as `$.path: message`. */
export const problemsOf = (prepared: PreparedFile, severity: Severity): readonly string[] =>
  prepared.problems
    .filter((problem) => problem.severity === severity)
    .map(({ path, message }) => `${path}: ${message}`);

/** Lists problems as `file:line:column: message`. */
export const renderedProblems = (prepared: PreparedFile): readonly string[] =>
  prepared.problems.map(renderProblem);

/** Returns the JSON of a file's only build, parsed; for values that a JavaScript number holds. */
export const compiledJson = (prepared: PreparedFile): unknown => {
  const builds = prepared.profiles[0]?.builds;
  if (prepared.profiles.length !== 1 || builds?.length !== 1) {
    throw new Error(`wanted one profile with one build, got ${JSON.stringify(renderedProblems(prepared))}`);
  }
  return JSON.parse(new TextDecoder().decode(builds[0]!.content));
};

/** Returns the JSON of each build by its architectures, such as `amd64` or `amd64,arm64`; `all` where there is one. */
export const compiledByArchitecture = (prepared: PreparedFile): Record<string, unknown> =>
  Object.fromEntries(
    (prepared.profiles[0]?.builds ?? []).map(({ architectures, content }) => [
      architectures?.join(',') ?? 'all',
      JSON.parse(new TextDecoder().decode(content)),
    ]),
  );

/** A profile of plain OCI form with the given rule, which refuses mkdir where nothing else is said. */
export const withRule = (rule: object): object => ({
  defaultAction: 'SCMP_ACT_ALLOW',
  syscalls: [{ names: ['mkdir'], action: 'SCMP_ACT_ERRNO', ...rule }],
});

/** A profile with one rule on one condition. */
export const withCondition = (condition: object): object =>
  withRule({ args: [{ index: 1, value: 1, op: 'SCMP_CMP_EQ', ...condition }] });
