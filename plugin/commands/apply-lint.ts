// What `apply` says of the profiles for the very nodes that are to get them: errors stop it before anything is changed,
// warnings are told once for each kind, not once for each node. Notes are left to `lint`.
import { SeccompError } from '../../src/error.ts';
import { ARCHITECTURES } from '../../src/profile/architectures.ts';
import { runtimeDefaultOf } from '../../src/profile/builtins.ts';
import { type KnownFacts, readEngine } from '../../src/profile/facts.ts';
import { readKernelVersion, renderKernelVersion } from '../../src/profile/kernel-version.ts';
import { lintFile } from '../../src/profile/lint/lint.ts';
import type { Architecture, CompileOptions } from '../../src/profile/prepared.ts';
import { type Problem, renderProblem } from '../../src/profile/problem.ts';
import type { NodeSeen } from '../../src/rollout/node.ts';
import { plural } from '../output/rollout-result.ts';
import { sanitizeLine } from '../output/sanitize.ts';
import type { Outside } from '../outside.ts';
import type { RuntimeFacts } from './fact-flags.ts';
import type { PackedFile } from './inputs.ts';

/** How the profiles are compiled, and what was said of the nodes. */
interface LintSettings {
  readonly compile: CompileOptions;
  readonly runtime: RuntimeFacts;
}

/** Nodes that mean the same to a profile. */
interface NodeClass {
  readonly key: string;
  /** Such as `arm64, Linux 6.1, containerd`; empty where nothing is known of the nodes. */
  readonly label: string;
  readonly facts: KnownFacts;
  readonly count: number;
}

/** Lints for any node of the architectures that were compiled for; throws SeccompError `profile` for an error. */
export const lintForAnyNode = async (
  files: readonly PackedFile[],
  { compile, runtime, isQuiet }: LintSettings & { readonly isQuiet: boolean },
  { stderr, signal }: Outside,
): Promise<void> => {
  const facts = compile.architectures.map((one) => ({ ...factsOf(one, compile), ...runtime }));
  const classes = facts.map((one): NodeClass => ({ key: '', label: one.architecture, facts: one, count: 0 }));
  const tell = (text: string): void => {
    if (!isQuiet) stderr.write(`${text}\n`);
  };
  const problems = new Map<NodeClass, readonly Problem[]>();
  for (const one of classes) problems.set(one, await lintAll(files, one, compile, { signal, tell }));
  const found = join(problems);
  refuseErrors(found);
  stderr.write(
    renderWarnings(found, 0)
      .map(({ place, text }) => `${sanitizeLine(`${place}: warning: ${text}`)}\n`)
      .join(''),
  );
};

/**
 * Returns what looks at the nodes of a rollout before it begins: it gives back the warnings, each once however often it
 * is asked, and throws SeccompError `profile` with the errors.
 */
export const lintForNodes = (
  files: readonly PackedFile[],
  { compile, runtime }: LintSettings,
  { signal }: Outside,
): ((nodes: readonly NodeSeen[], tell: (text: string) => void) => Promise<readonly string[]>) => {
  const told = new Set<string>();
  // Asked again under the lease, mostly for the same kinds of nodes.
  const known = new Map<string, readonly Problem[]>();
  return async (nodes, tell) => {
    const problems = new Map<NodeClass, readonly Problem[]>();
    for (const one of classesOf(nodes, compile, runtime)) {
      const ofClass = known.get(one.key) ?? (await lintAll(files, one, compile, { signal, tell }));
      known.set(one.key, ofClass);
      problems.set(one, ofClass);
    }
    const found = join(problems);
    refuseErrors(found);
    const warnings = renderWarnings(found, nodes.length)
      .map(({ place, text }) => `${place}: ${text}`)
      .filter((warning) => !told.has(warning));
    for (const warning of warnings) told.add(warning);
    return warnings;
  };
};

const factsOf = (
  architecture: Architecture,
  { capabilities, minimumKernel }: CompileOptions,
): KnownFacts => ({
  architecture,
  capabilities,
  minimumKernel,
  // A bundle holds plain OCI files, compiled or as they are: every runtime reads those alike.
  dialect: 'docker',
});

/** Puts nodes together by architecture, kernel and engine; the API knows neither runc and crun nor libseccomp. */
const classesOf = (
  nodes: readonly NodeSeen[],
  compile: CompileOptions,
  given: RuntimeFacts,
): readonly NodeClass[] => {
  const classes = new Map<string, NodeClass>();
  for (const { architecture, kernel, runtime } of nodes) {
    const known = ARCHITECTURES.find((one) => one === architecture);
    // A node that no profile can be compiled for is refused by the rollout itself.
    if (known === undefined) continue;
    const version = readKernelVersion(kernel);
    const engine = readEngine(runtime);
    const linux = version === undefined ? [] : [`Linux ${renderKernelVersion(version)}`];
    const [engineName = ''] = runtime.split('://');
    const label = [known, ...linux, engineName].filter((part) => part !== '').join(', ');
    const facts = {
      ...factsOf(known, compile),
      ...given,
      ...(version && { kernel: version }),
      ...(engine && { engine }),
    };
    // Versions of an engine differ in the RuntimeDefault that profiles are compared with.
    const key = `${label}, ${engine ? runtimeDefaultOf(engine).name : ''}`;
    const before = classes.get(key) ?? { key, label, facts, count: 0 };
    classes.set(key, { ...before, count: before.count + 1 });
  }
  return [...classes.values()];
};

interface Found {
  readonly problem: Problem;
  readonly classes: NodeClass[];
}

/** After so many files it says how far it is. */
const TOLD_FILES = 256;

/** Lints each file for one class, and leaves out notes and what packing has told. */
const lintAll = async (
  files: readonly PackedFile[],
  { facts, label }: NodeClass,
  compile: CompileOptions,
  { signal, tell }: { readonly signal: AbortSignal; readonly tell: (text: string) => void },
): Promise<readonly Problem[]> => {
  const { architecture } = facts;
  const found: Problem[] = [];
  for (const [index, { file, path, content, isPlain, architectures, told }] of files.entries()) {
    // Thousands of profiles take their time: Ctrl-C and the progress line get their turn in between.
    await new Promise<void>((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
    if (index > 0 && index % TOLD_FILES === 0)
      tell(`checking profiles for ${label}: ${index} of ${files.length}`);
    if (architectures !== undefined && !architectures.includes(architecture)) continue;
    // A file that ships as it is runs wherever it is put; others only where they were compiled for.
    const options = isPlain ? { ...compile, architectures: [architecture] } : compile;
    const known = new Set(told.map(identify));
    const { problems } = lintFile(content, file, path, { facts: [facts], compile: options });
    found.push(...problems.filter((one) => one.severity !== 'note' && !known.has(identify(one))));
  }
  return found;
};

/** Puts what several classes have in common together. */
const join = (byClass: ReadonlyMap<NodeClass, readonly Problem[]>): readonly Found[] => {
  const found = new Map<string, Found>();
  for (const [one, problems] of byClass) {
    for (const problem of problems) {
      const key = identify(problem);
      const before = found.get(key) ?? { problem, classes: [] };
      before.classes.push(one);
      found.set(key, before);
    }
  }
  return [...found.values()];
};

const identify = ({ file, line, column, code, message }: Problem): string =>
  JSON.stringify([file, line, column, code, message]);

const isError = ({ problem }: Found): boolean => problem.severity === 'error';

const refuseErrors = (found: readonly Found[]): void => {
  const errors = found.filter(isError);
  if (errors.length === 0) return;
  const files = new Set(errors.map(({ problem }) => problem.file)).size;
  const lines = errors.map(({ problem }) => sanitizeLine(renderProblem(problem)));
  const summary = `${plural(errors.length, 'error')} in ${plural(files, 'file')}`;
  throw new SeccompError('profile', [summary, ...lines].join('\n'), { hint: 'Nothing has been changed.' });
};

/** Writes one line for each code: its first problem, for whom it holds, and how many more there are. */
const renderWarnings = (
  found: readonly Found[],
  nodeCount: number,
): readonly { readonly place: string; readonly text: string }[] =>
  [...Map.groupBy(found, ({ problem }) => problem.code).values()].flatMap((ofKind) => {
    const [first, ...others] = ofKind.filter((one) => !isError(one));
    if (first === undefined) return [];
    const { file, line, column, message, code } = first.problem;
    const count = first.classes.reduce((sum, one) => sum + one.count, 0);
    const labels = first.classes.map(({ label }) => label).join('; ');
    const whom = count < nodeCount ? ` (${count} of ${plural(nodeCount, 'node')}: ${labels})` : '';
    const more = others.length > 0 ? `, and ${others.length} more of this kind, which lint shows` : '';
    return [{ place: `${file}:${line}:${column}`, text: `${message}${whom} [${code}]${more}` }];
  });
