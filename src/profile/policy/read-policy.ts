// Reads a policy file, JSON or YAML. Whatever is wrong with it is an error with its place: a policy that is read
// otherwise than it was meant would let through what it was written against.
import { type Action, hintForAction, isAction } from '../actions.ts';
import {
  hintForSeccompArchitecture,
  isSeccompArchitecture,
  type SeccompArchitecture,
} from '../architectures.ts';
import { type DocumentNode, describe, type ObjectNode, quote } from '../document.ts';
import type { Problem } from '../problem.ts';
import { type Fields, readArray, readFields, readString, readStrings } from '../read-fields.ts';
import { readJson } from '../read-json.ts';
import { readText } from '../read-text.ts';
import { readYaml } from '../read-yaml.ts';
import { createReport, FILE_START, type Report } from '../report.ts';
import { didYouMean } from '../suggest.ts';
import { SYSCALL_NAMES } from '../syscalls.ts';
import { POLICY_API_VERSION, POLICY_KIND, type Policy, type PolicyRule } from './policy.ts';

export interface ReadPolicy {
  /** All of them errors. */
  readonly problems: readonly Problem[];
  /** Absent where there are problems. */
  readonly policy?: Policy;
}

/** Reads a policy file; `file` is how the user named it. */
export const readPolicy = (content: Uint8Array, file: string): ReadPolicy => {
  const { text, offset, message, code } = readText(content);
  const report = createReport(file, text);
  if (message !== undefined) {
    report.error(code, { ...FILE_START, offset }, message);
    return { problems: report.problems() };
  }
  const root = readRoot(text, report);
  const policy = root && readRules(root, report);
  const problems = report.problems().map((problem): Problem => ({ ...problem, severity: 'error' }));
  return problems.length === 0 && policy !== undefined ? { problems, policy } : { problems };
};

const readRoot = (text: string, report: Report): ObjectNode | undefined => {
  const roots = /^\s*[{["]/.test(text) ? [readJson(text, report)] : readYaml(text, report).roots;
  if (report.hasErrors()) return undefined;
  const [root] = roots;
  if (roots.length === 1 && root?.kind === 'object') return root;
  report.error('SP810', roots[1] ?? root ?? FILE_START, `wanted one object of the kind ${POLICY_KIND}`);
  return undefined;
};

const readRules = (root: ObjectNode, report: Report): Policy => {
  const known = ['apiVersion', 'kind', 'rules'];
  const fields = readFields(root, { what: 'the policy', known, isClosed: true }, report);
  readConstant(root, fields, 'apiVersion', POLICY_API_VERSION, report);
  readConstant(root, fields, 'kind', POLICY_KIND, report);
  const rules = readArray(fields.get('rules')?.value, 'an array of rules', report);
  if (!fields.has('rules')) report.error('SP810', root, '"rules" is missing: what the policy demands');
  return { rules: (rules ?? []).flatMap((item) => readRule(item, report)) };
};

const readConstant = (
  root: ObjectNode,
  fields: Fields,
  name: string,
  wanted: string,
  report: Report,
): void => {
  const node = fields.get(name)?.value;
  // A later version may demand what this one would pass over.
  if (node?.kind === 'string' && node.value === wanted) return;
  const got = node === undefined ? 'it is missing' : `got ${describe(node)}`;
  report.error('SP810', node ?? root, `wanted "${name}" to be ${quote(wanted)}; ${got}`);
};

const RULE_FIELDS = [
  ...['paths', 'reason', 'defaultActions', 'actions', 'allowedSyscalls', 'forbiddenSyscalls'],
  ...['conditionalSyscalls', 'requiredArchitectures'],
];

const readRule = (node: DocumentNode, report: Report): readonly PolicyRule[] => {
  if (node.kind !== 'object') {
    report.error('SP810', node, `wanted a rule, an object, got ${describe(node)}`);
    return [];
  }
  const fields = readFields(
    node,
    { what: 'a rule of the policy', known: RULE_FIELDS, isClosed: true },
    report,
  );
  const reason = readString(fields.get('reason')?.value, 'a text', report);
  const demands = RULE_FIELDS.slice(2).filter((name) => fields.has(name));
  if (demands.length === 0)
    report.error(
      'SP810',
      node,
      `this rule demands nothing; wanted one of ${RULE_FIELDS.slice(2).join(', ')}`,
    );
  return [
    {
      paths: readList(fields, 'paths', 'patterns of paths', readPattern, report) ?? [],
      ...(reason !== undefined && { reason }),
      ...present('defaultActions', readList(fields, 'defaultActions', 'actions', readAction, report)),
      ...present('actions', readList(fields, 'actions', 'actions', readAction, report)),
      ...present('allowedSyscalls', readList(fields, 'allowedSyscalls', 'system calls', readName, report)),
      ...present(
        'forbiddenSyscalls',
        readList(fields, 'forbiddenSyscalls', 'system calls', readName, report),
      ),
      ...present(
        'conditionalSyscalls',
        readList(fields, 'conditionalSyscalls', 'system calls', readName, report),
      ),
      ...present(
        'requiredArchitectures',
        readList(fields, 'requiredArchitectures', 'architectures', readArchitecture, report),
      ),
    },
  ];
};

const present = <K extends string, V>(name: K, value: V | undefined): { readonly [key in K]?: V } =>
  (value === undefined ? {} : { [name]: value }) as { readonly [key in K]?: V };

type ReadOne<T> = (text: string) => T | { readonly fault: string };

const readList = <T extends string>(
  fields: Fields,
  name: string,
  wanted: string,
  readOne: ReadOne<T>,
  report: Report,
): readonly T[] | undefined => {
  const list = fields.get(name)?.value;
  if (list === undefined) return undefined;
  return readStrings(list, wanted, report).flatMap(({ node, text }) => {
    const one = readOne(text);
    if (typeof one === 'string') return [one];
    report.error('SP810', node, one.fault);
    return [];
  });
};

const readPattern: ReadOne<string> = (text) =>
  text === '' || text.startsWith('/') || text.length > 200
    ? { fault: `wanted a pattern of paths in the bundle, such as web/*.json, got ${quote(text)}` }
    : text;

const readAction: ReadOne<Action> = (text) =>
  isAction(text) ? text : { fault: `unknown action ${quote(text)}${hintForAction(text)}` };

// A name with a slip in it would forbid nothing.
const readName: ReadOne<string> = (text) =>
  SYSCALL_NAMES.includes(text)
    ? text
    : { fault: `${quote(text)} is no system call of any architecture${didYouMean(text, SYSCALL_NAMES)}` };

const readArchitecture: ReadOne<SeccompArchitecture> = (text) =>
  isSeccompArchitecture(text)
    ? text
    : { fault: `unknown architecture ${quote(text)}${hintForSeccompArchitecture(text)}` };
