// From what a file says to one plain OCI profile for all architectures that were asked for. Every condition is decided,
// and every decision told; what would have to differ between architectures is an error.
import { SeccompError } from '../../error.ts';
import { SECCOMP_ARCHITECTURES, type SeccompArchitecture } from '../architectures.ts';
import { architecturesFor, compile, type Dropped, whyDropped } from '../compile.ts';
import type { Located } from '../document.ts';
import { readErrno } from '../errno.ts';
import { isAtLeast, renderKernelVersion } from '../kernel-version.ts';
import { callableOn, syscallsOn } from '../merge/callable.ts';
import type { Profile, Rule, RuleFilter, SourceProfile, SourceRule } from '../oci.ts';
import type { Architecture, CompileOptions } from '../prepared.ts';
import { FILE_START, placeOf } from '../report.ts';
import { type Remark, renderNames } from './remark.ts';

export interface Plain {
  readonly profile: Profile;
  readonly remarks: readonly Remark[];
}

/** Where a source was read from, so that errors can say it. */
export interface Origin {
  readonly file: string;
  readonly text: string;
}

/** Compiles a profile for all architectures at once; throws SeccompError `profile` where no one profile can be right. */
export const toPlain = (source: SourceProfile, origin: Origin, options: CompileOptions): Plain => {
  const remarks: Remark[] = [];
  const differs = (at: Located, what: string): SeccompError => differsAt(origin, at, what, options);
  const rules = source.rules.flatMap((rule): readonly Rule[] => {
    const kept = decideRule(rule, options, differs);
    remarks.push(...kept.remarks, ...noteErrno(rule.errnoName, rule.at));
    if (!kept.isKept) return [];
    return [withErrno(rule, kept.on, differs)];
  });
  const [first] = options.architectures.map((one) => compile({ ...source, rules: [] }, one, options));
  const errnos = options.architectures.map(
    (one) => compile({ ...source, rules: [] }, one, options).defaultErrnoRet,
  );
  const defaultAt = source.defaultAt ?? FILE_START;
  if (errnos.some((one) => one !== errnos[0])) throw differs(defaultAt, 'the default errno');
  remarks.unshift(
    ...noteArchMap(source, options),
    ...(source.defaultErrnoName === undefined ? [] : noteErrno(source.defaultErrnoName, defaultAt)),
  );
  return { profile: { ...first!, architectures: listAll(source, options, differs), rules }, remarks };
};

type Differs = (at: Located, what: string) => SeccompError;

const differsAt = (
  { file, text }: Origin,
  at: Located,
  what: string,
  { architectures }: CompileOptions,
): SeccompError => {
  const { line, column } = placeOf(text, at.offset);
  return new SeccompError(
    'profile',
    `${file}:${line}:${column}: ${what} differs between ${architectures.join(' and ')}, and a plain profile says the same on all`,
    { hint: 'Convert it once for each architecture, with --arch.' },
  );
};

interface DecidedRule {
  readonly isKept: boolean;
  /** Where the rule counts. */
  readonly on: readonly Architecture[];
  readonly remarks: readonly Remark[];
}

const decideRule = (rule: SourceRule, options: CompileOptions, differs: Differs): DecidedRule => {
  const { architectures } = options;
  const dropped = architectures.map((one) => whyDropped(rule, one, options));
  const on = architectures.filter((_, at) => dropped[at] === undefined);
  const decided = (message: string): readonly Remark[] => [{ kind: 'decided', at: rule.at, message }];
  const names = renderNames(rule.names);
  if (on.length === 0)
    return { isKept: false, on, remarks: decided(`left out by ${describeDrop(dropped[0]!)}: ${names}`) };
  if (on.length === architectures.length) {
    const conditions = describeConditions(rule, options);
    if (conditions === '') return { isKept: true, on, remarks: [] };
    return { isKept: true, on, remarks: decided(`kept by ${conditions}: ${names}`) };
  }
  const elsewhere = architectures.filter((one) => !on.includes(one));
  // Where no such call exists, a rule on it does nothing.
  const known = elsewhere.map(syscallsOn);
  const both = rule.names.find((name) => known.some((one) => one.has(name)));
  if (both !== undefined) throw differs(rule.at, `the rule on ${JSON.stringify(both)}`);
  const message = `kept for ${on.join(' and ')}; ${elsewhere.join(' and ')} has no such system call: ${names}`;
  return { isKept: true, on, remarks: decided(message) };
};

const describeDrop = ({ by, words }: Dropped): string => {
  if (by === 'capability' && words.startsWith('includes'))
    return `${words} (--cap-add ${words.slice('includes.caps CAP_'.length)} keeps it)`;
  if (by === 'kernel' && words.startsWith('includes')) return `${words} (see --minimum-kernel)`;
  return words;
};

const describeConditions = (
  { includes, excludes }: { readonly includes: RuleFilter; readonly excludes: RuleFilter },
  { minimumKernel, architectures }: CompileOptions,
): string =>
  [
    ...includes.capabilities.map((name) => `includes.caps ${name}, which containers have`),
    ...excludes.capabilities.map((name) => `excludes.caps ${name}, which containers don't have`),
    ...(includes.architectures.length > 0 || excludes.architectures.length > 0
      ? [`its "arches" on ${architectures.join(' and ')}`]
      : []),
    ...[includes.minimumKernel ?? []]
      .flat()
      .map((kernel) => `includes.minKernel ${renderKernelVersion(kernel)}, which every node has`),
    ...[excludes.minimumKernel ?? []]
      .flat()
      .filter((kernel) => !isAtLeast(minimumKernel, kernel))
      .map((kernel) => `excludes.minKernel ${renderKernelVersion(kernel)}, also on nodes that are newer`),
  ].join(' and ');

const noteErrno = (name: string | undefined, at: Located): readonly Remark[] => {
  if (name === undefined) return [];
  const number = readErrno(name, 'amd64');
  return typeof number === 'number' && !/^\d/.test(name)
    ? [{ kind: 'decided', at, message: `the errno ${name} became the number ${number}` }]
    : [];
};

const withErrno = (
  { names, action, errnoRet, errnoName, args, at }: SourceRule,
  on: readonly Architecture[],
  differs: Differs,
): Rule => {
  const numbers = errnoName === undefined ? [] : on.map((one) => readErrno(errnoName, one));
  if (numbers.some((one) => one !== numbers[0])) throw differs(at, `the errno ${errnoName}`);
  const errno = typeof numbers[0] === 'number' ? numbers[0] : errnoRet;
  return { names, action, ...(errno !== undefined && { errnoRet: errno }), args, at };
};

const noteArchMap = (source: SourceProfile, { architectures }: CompileOptions): readonly Remark[] => {
  const [first] = source.archMap;
  if (first === undefined) return [];
  const wanted = architectures.map((one) => callableOn(one)[0]);
  const left = source.archMap.filter(({ architecture }) => !wanted.includes(architecture.name));
  return [
    {
      kind: 'decided',
      at: first.architecture.at,
      message: `archMap became the architectures of ${architectures.join(' and ')} nodes`,
    },
    ...left.map(({ architecture }) => ({
      kind: 'lost' as const,
      at: architecture.at,
      message: `the archMap of ${architecture.name} nodes, which are not among --arch ${architectures.join(',')}`,
    })),
  ];
};

const listAll = (
  source: SourceProfile,
  { architectures }: CompileOptions,
  differs: Differs,
): readonly SeccompArchitecture[] => {
  if (source.archMap.length === 0) return source.architectures.map(({ name }) => name);
  const lists = architectures.map((one) => architecturesFor(source, one).map(({ name }) => name));
  const all = new Set(lists.flat());
  for (const [at, architecture] of architectures.entries()) {
    // The way of calling that one kind of node allows must not open on another.
    const [native, ...beside] = callableOn(architecture);
    const extra = beside.find((name) => name !== native && all.has(name) && !lists[at]!.includes(name));
    if (extra !== undefined)
      throw differs(source.archMap[0]!.architecture.at, `what archMap says of ${extra}`);
  }
  return SECCOMP_ARCHITECTURES.filter((name) => all.has(name));
};
