// From what a runtime's code answered case by case to one profile in Docker's form, whose conditions say in which case
// each rule is there. Throws where no condition gives exactly the answers.
import { ARCHITECTURES, dockerNameOf, nativeOf } from '../../src/profile/architectures.ts';
import type { BuiltinProfile, BuiltinRule } from '../../src/profile/builtin-data.ts';
import { whyDropped } from '../../src/profile/compile.ts';
import { readKernelVersion, renderKernelVersion } from '../../src/profile/kernel-version.ts';
import type { Architecture, KernelVersion } from '../../src/profile/prepared.ts';
import type { ContainerdDefault, DefaultRun, OciRule } from './containerd-default.ts';

/** Folds all runs into one profile. */
export const foldRuns = ({ rules, runs }: Omit<ContainerdDefault, 'provenance'>): BuiltinProfile => {
  const first = runs[0]!;
  const folded = rules.flatMap((rule, place) => foldRule(rule, place, runs));
  for (const run of runs) {
    const isSame = run.defaultAction === first.defaultAction && run.defaultErrnoRet === first.defaultErrnoRet;
    if (!isSame || run.flags !== undefined) throw new Error('the default action is not the same everywhere');
  }
  const archMap = ARCHITECTURES.flatMap((architecture) => {
    const [listed, ...others] = new Set(
      runs.filter((run) => run.architecture === architecture).map((run) => run.architectures.join(' ')),
    );
    if (others.length > 0) throw new Error(`${architecture}: the architectures depend on more`);
    const subArchitectures = (listed ?? '')
      .split(' ')
      .filter((one) => one !== '' && one !== nativeOf(architecture));
    return listed === '' ? [] : [{ architecture: nativeOf(architecture), subArchitectures }];
  });
  return {
    head: {
      defaultAction: first.defaultAction,
      ...(first.defaultErrnoRet !== undefined && { defaultErrnoRet: first.defaultErrnoRet }),
    },
    archMap,
    rules: folded,
  };
};

/** Gives a rule its conditions, once for each capability that brings it. */
const foldRule = (rule: OciRule, place: number, runs: readonly DefaultRun[]): BuiltinRule[] => {
  const present = runs.filter((run) => run.rules.includes(place));
  const architectures = ARCHITECTURES.filter((one) => present.some((run) => run.architecture === one));
  const kernels = present.map(kernelOf).toSorted((a, b) => a.major - b.major || a.minor - b.minor);
  const single = (run: DefaultRun): string | undefined =>
    run.capabilities.length === 1 ? run.capabilities[0] : undefined;
  const cases = runs.filter(
    (run) => architectures.includes(run.architecture) && kernelOf(run) === kernels.at(-1),
  );
  const isWithout = present.some((run) => run.capabilities.length === 0);
  const bringing = isWithout ? [undefined] : [...new Set(present.flatMap((run) => single(run) ?? []))];
  const hindering = isWithout
    ? [...new Set(cases.filter((run) => !present.includes(run)).flatMap((run) => single(run) ?? []))]
    : [];
  const rendered = bringing.map((capability): BuiltinRule => {
    const kernel = kernels[0]!;
    const includes = {
      ...(capability !== undefined && { caps: [capability] }),
      ...(architectures.length <= ARCHITECTURES.length / 2 && { arches: architectures.map(dockerNameOf) }),
      ...(kernel.major > 0 && { minKernel: renderKernelVersion(kernel) }),
    };
    const others = ARCHITECTURES.filter((one) => !architectures.includes(one));
    const excludes = {
      ...(hindering.length > 0 && { caps: hindering }),
      ...(!('arches' in includes) && others.length > 0 && { arches: others.map(dockerNameOf) }),
    };
    return {
      ...plain(rule),
      ...(Object.keys(includes).length > 0 && { includes }),
      ...(Object.keys(excludes).length > 0 && { excludes }),
    };
  });
  for (const run of runs) {
    const isThere = rendered.some((one) => isIn(one, run));
    if (isThere !== run.rules.includes(place))
      throw new Error(`no condition says when the rule on ${rule.names.join(', ')} is there`);
  }
  return rendered;
};

/** `kernelOf` gives equal versions as one object, so that they can be compared. */
const KERNELS = new Map<string, KernelVersion>();
const kernelOf = ({ kernel: { Kernel, Major } }: DefaultRun): KernelVersion => {
  const key = `${Kernel}.${Major}`;
  const known = KERNELS.get(key) ?? { major: Kernel, minor: Major };
  KERNELS.set(key, known);
  return known;
};

const plain = ({ names, action, errnoRet, args = [] }: OciRule): BuiltinRule => ({
  names: [...new Set(names)].sort(),
  action,
  // By its name it is right on every architecture: MIPS has another number.
  ...(errnoRet !== undefined && (errnoRet === 38 ? { errnoRet, errno: 'ENOSYS' } : { errnoRet })),
  ...(args.length > 0 && { args }),
});

const isIn = ({ includes, excludes }: BuiltinRule, run: DefaultRun): boolean => {
  const minimum = includes?.minKernel === undefined ? undefined : readKernelVersion(includes.minKernel);
  const conditions = {
    includes: {
      capabilities: includes?.caps ?? [],
      architectures: includes?.arches ?? [],
      ...(minimum !== undefined && { minimumKernel: minimum }),
    },
    excludes: { capabilities: excludes?.caps ?? [], architectures: excludes?.arches ?? [] },
  };
  const architectures: readonly Architecture[] = [run.architecture];
  const options = { architectures, capabilities: run.capabilities, minimumKernel: kernelOf(run) };
  return whyDropped(conditions, run.architecture, options) === undefined;
};
