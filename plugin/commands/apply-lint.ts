// What `apply` says of the profiles for the very nodes that are to get them: errors stop it before anything is changed,
// warnings are told once for each kind, not once for each node. Notes are left to `lint`.
import { SeccompError } from '../../src/error.ts';
import { ARCHITECTURES } from '../../src/profile/architectures.ts';
import type { KnownFacts } from '../../src/profile/facts.ts';
import { readKernelVersion, renderKernelVersion } from '../../src/profile/kernel-version.ts';
import { lintFile } from '../../src/profile/lint/lint.ts';
import type { Architecture, CompileOptions } from '../../src/profile/prepared.ts';
import { type Problem, renderProblem } from '../../src/profile/problem.ts';
import type { NodeSeen } from '../../src/rollout/node.ts';
import { plural } from '../output/rollout-result.ts';
import { sanitizeLine } from '../output/sanitize.ts';
import type { Outside } from '../outside.ts';
import type { PackedFile } from './inputs.ts';

/** Nodes that mean the same to a profile. */
interface NodeClass {
  /** Such as `arm64, Linux 6.1, containerd`; empty where nothing is known of the nodes. */
  readonly label: string;
  readonly isCrio: boolean;
  readonly facts: KnownFacts;
  readonly count: number;
}

/** Lints for any node of the architectures that were compiled for; throws SeccompError `profile` for an error. */
export const lintForAnyNode = (
  files: readonly PackedFile[],
  compile: CompileOptions,
  { stderr }: Outside,
): void => {
  const facts = compile.architectures.map((architecture) => factsOf(architecture, compile));
  const classes = facts.map((one): NodeClass => ({ label: '', isCrio: false, facts: one, count: 0 }));
  const found = findUntold(files, classes, compile);
  stderr.write(renderErrors(found));
  stderr.write(
    renderWarnings(found, 0)
      .map(({ place, text }) => `${sanitizeLine(`${place}: warning: ${text}`)}\n`)
      .join(''),
  );
  refuseErrors(found);
};

/**
 * Returns what looks at the nodes of a rollout before it begins: it gives back the warnings, each once however often it
 * is asked, and throws SeccompError `profile` for an error, which it has told on stderr.
 */
export const lintForNodes = (
  files: readonly PackedFile[],
  compile: CompileOptions,
  { stderr }: Outside,
): ((nodes: readonly NodeSeen[]) => readonly string[]) => {
  const told = new Set<string>();
  return (nodes) => {
    const found = findUntold(files, classesOf(nodes, compile), compile);
    stderr.write(renderErrors(found));
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
const classesOf = (nodes: readonly NodeSeen[], compile: CompileOptions): readonly NodeClass[] => {
  const classes = new Map<string, NodeClass>();
  for (const { architecture, kernel, runtime } of nodes) {
    const known = ARCHITECTURES.find((one) => one === architecture);
    // A node that no profile can be compiled for is refused by the rollout itself.
    if (known === undefined) continue;
    const version = readKernelVersion(kernel);
    const [engine = ''] = runtime.split('://');
    const linux = version === undefined ? [] : [`Linux ${renderKernelVersion(version)}`];
    const label = [known, ...linux, engine].filter((part) => part !== '').join(', ');
    const facts = { ...factsOf(known, compile), ...(version && { kernel: version }) };
    const before = classes.get(label) ?? { label, isCrio: engine === 'cri-o', facts, count: 0 };
    classes.set(label, { ...before, count: before.count + 1 });
  }
  return [...classes.values()];
};

interface Found {
  readonly problem: Problem;
  readonly classes: NodeClass[];
}

/** Lints each file once for each class, and leaves out what packing has told. */
const findUntold = (
  files: readonly PackedFile[],
  classes: readonly NodeClass[],
  compile: CompileOptions,
): readonly Found[] => {
  const found = new Map<string, Found>();
  for (const { file, path, content, isPlain, architectures, told } of files) {
    const known = new Set(told.map(identify));
    for (const one of classes) {
      const { architecture } = one.facts;
      if (architectures !== undefined && !architectures.includes(architecture)) continue;
      // CRI-O's own reading shows nothing else in a plain file, but its RuntimeDefault is another to compare with.
      const facts: KnownFacts = one.isCrio && isPlain ? { ...one.facts, dialect: 'cri-o' } : one.facts;
      // A file that ships as it is runs wherever it is put; others only where they were compiled for.
      const options = isPlain ? { ...compile, architectures: [architecture] } : compile;
      for (const problem of lintFile(content, file, path, { facts: [facts], compile: options }).problems) {
        const key = identify(problem);
        if (problem.severity === 'note' || known.has(key)) continue;
        const before = found.get(key) ?? { problem, classes: [] };
        before.classes.push(one);
        found.set(key, before);
      }
    }
  }
  return [...found.values()];
};

const identify = ({ file, line, column, code, message }: Problem): string =>
  JSON.stringify([file, line, column, code, message]);

const isError = ({ problem }: Found): boolean => problem.severity === 'error';

const renderErrors = (found: readonly Found[]): string =>
  found
    .filter(isError)
    .map(({ problem }) => `${sanitizeLine(renderProblem(problem))}\n`)
    .join('');

const refuseErrors = (found: readonly Found[]): void => {
  const errors = found.filter(isError);
  if (errors.length === 0) return;
  const files = new Set(errors.map(({ problem }) => problem.file)).size;
  throw new SeccompError('profile', `${plural(errors.length, 'error')} in ${plural(files, 'file')}`, {
    hint: 'Nothing has been changed.',
  });
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
