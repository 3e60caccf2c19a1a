// From what a file says to what one architecture's runtime is given: Docker's conditions are decided, its other
// fields put into plain OCI. The rules are those of moby/profiles seccomp_linux.go setupSeccomp, with the errno names of
// containers/common; the same file, decided with the same options, gives the same profile everywhere.
import { dockerNameOf, nativeOf } from './architectures.ts';
import { readErrno } from './errno.ts';
import { isAtLeast, renderKernelVersion } from './kernel-version.ts';
import type { ListedArchitecture, Profile, Rule, RuleFilter, SourceProfile, SourceRule } from './oci.ts';
import type { Architecture, CompileOptions } from './prepared.ts';

/** Compiles a profile for one architecture. */
export const compile = (
  source: SourceProfile,
  architecture: Architecture,
  options: CompileOptions,
): Profile => {
  const defaultErrnoRet = errnoFor(source.defaultErrnoRet, source.defaultErrnoName, architecture);
  return {
    defaultAction: source.defaultAction,
    ...(defaultErrnoRet === undefined ? {} : { defaultErrnoRet }),
    architectures: architecturesFor(source, architecture).map(({ name }) => name),
    flags: source.flags,
    ...(source.listenerPath === undefined ? {} : { listenerPath: source.listenerPath }),
    ...(source.listenerMetadata === undefined ? {} : { listenerMetadata: source.listenerMetadata }),
    rules: source.rules
      .filter((rule) => whyDropped(rule, architecture, options) === undefined)
      .map((rule) => compileRule(rule, architecture)),
  };
};

const compileRule = (
  { names, action, errnoRet, errnoName, args, at }: SourceRule,
  architecture: Architecture,
): Rule => {
  const errno = errnoFor(errnoRet, errnoName, architecture);
  return { names, action, ...(errno === undefined ? {} : { errnoRet: errno }), args, at };
};

/**
 * Returns the architectures that a profile lists for a node. An archMap without an entry for it leaves the node's own
 * alone, which every filter covers.
 */
export const architecturesFor = (
  source: SourceProfile,
  architecture: Architecture,
): readonly ListedArchitecture[] => {
  if (source.archMap.length === 0) return source.architectures;
  const entry = source.archMap.find((one) => one.architecture.name === nativeOf(architecture));
  return entry === undefined ? [] : [entry.architecture, ...entry.subArchitectures];
};

const errnoFor = (
  number: number | undefined,
  name: string | undefined,
  architecture: Architecture,
): number | undefined => {
  if (name === undefined) return number;
  const named = readErrno(name, architecture);
  return typeof named === 'number' ? named : number;
};

/** Which condition left a rule out, in words; undefined where it stays. Docker asks in this order. */
export const whyDropped = (
  { includes, excludes }: { readonly includes: RuleFilter; readonly excludes: RuleFilter },
  architecture: Architecture,
  { capabilities, minimumKernel }: CompileOptions,
): Dropped | undefined => {
  const docker = dockerNameOf(architecture);
  if (excludes.architectures.includes(docker))
    return { by: 'architecture', words: `excludes.arches ${docker}` };
  const unwanted = excludes.capabilities.find((name) => capabilities.includes(name));
  if (unwanted !== undefined) return { by: 'capability', words: `excludes.caps ${unwanted}` };
  if (excludes.minimumKernel !== undefined && isAtLeast(minimumKernel, excludes.minimumKernel)) {
    return { by: 'kernel', words: `excludes.minKernel ${renderKernelVersion(excludes.minimumKernel)}` };
  }
  if (includes.architectures.length > 0 && !includes.architectures.includes(docker)) {
    return { by: 'architecture', words: `includes.arches ${includes.architectures.join(', ')}` };
  }
  const lacking = includes.capabilities.find((name) => !capabilities.includes(name));
  if (lacking !== undefined) return { by: 'capability', words: `includes.caps ${lacking}` };
  if (includes.minimumKernel !== undefined && !isAtLeast(minimumKernel, includes.minimumKernel)) {
    return { by: 'kernel', words: `includes.minKernel ${renderKernelVersion(includes.minimumKernel)}` };
  }
  return undefined;
};

export interface Dropped {
  readonly by: 'architecture' | 'capability' | 'kernel';
  /** Such as `includes.caps CAP_SYS_ADMIN`. */
  readonly words: string;
}
