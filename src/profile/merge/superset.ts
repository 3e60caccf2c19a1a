// Whether one profile lets through all that another does. What it says of the calls that both refuse is no matter.
import type { SeccompArchitecture } from '../architectures.ts';
import { type Change, type ComparedNumber, compareFilters } from '../compare.ts';
import type { Facts } from '../facts.ts';
import type { SourceProfile } from '../oci.ts';
import type { Architecture, CompileOptions } from '../prepared.ts';
import { type Outcome, resolve } from '../resolve.ts';
import { LIBSECCOMP_VERSIONS } from '../syscalls.ts';
import { callableOn } from './callable.ts';

/** A call that the other profile lets through; `base` may be anything that doesn't. */
export interface MissingCall {
  readonly node: Architecture;
  readonly change: Change;
}

export interface SupersetCheck {
  /** Ways of calling that the base covers in no way; their calls are not listed. */
  readonly uncovered: readonly SeccompArchitecture[];
  readonly missing: readonly MissingCall[];
  /** A tracer, an agent or libseccomp decides for one of the two; or there was too much to try. */
  readonly unclear: readonly { readonly node: Architecture; readonly compared: ComparedNumber }[];
}

/** Checks `base` against `other` on every node architecture of the options, with every known libseccomp. */
export const checkSuperset = (
  base: SourceProfile,
  other: SourceProfile,
  options: CompileOptions,
): SupersetCheck => {
  const uncovered = new Set<SeccompArchitecture>();
  const missing = new Map<string, MissingCall>();
  const unclear = new Map<string, SupersetCheck['unclear'][number]>();
  for (const node of options.architectures) {
    // The newest first: its names are those that people look for. runc's stub refuses only what the default refuses too.
    for (const libseccomp of LIBSECCOMP_VERSIONS.toReversed()) {
      const facts: Facts = { ...options, architecture: node, runtime: 'crun', libseccomp, dialect: 'docker' };
      const { changes, untold } = compareFilters(resolve(other, facts), resolve(base, facts));
      const isCallable = ({ architecture }: ComparedNumber): boolean =>
        callableOn(node).includes(architecture);
      for (const change of changes.filter(isCallable)) {
        const key = `${node} ${change.architecture} ${change.number}`;
        if (isMissing(change) && change.after.by === 'architecture') {
          uncovered.add(change.architecture);
        } else if (isMissing(change)) {
          if (!missing.has(key)) missing.set(key, { node, change });
        } else if (isUnclear(change) && !unclear.has(key)) unclear.set(key, { node, compared: change });
      }
      for (const compared of untold.filter(isCallable)) {
        const key = `${node} ${compared.architecture} ${compared.number}`;
        if (!unclear.has(key)) unclear.set(key, { node, compared });
      }
    }
  }
  return { uncovered: [...uncovered], missing: [...missing.values()], unclear: [...unclear.values()] };
};

const isMissing = ({ kind, before, after }: Change): boolean =>
  kind === 'narrower' && passes(before.outcome) && !asks(after.outcome);

const isUnclear = ({ kind, before }: Change): boolean =>
  kind === 'undecided' || kind === 'narrower' || (kind === 'other' && asks(before.outcome));

const passes = ({ action }: Outcome): boolean => action === 'SCMP_ACT_ALLOW' || action === 'SCMP_ACT_LOG';

/** A tracer or an agent decides each time. */
const asks = ({ action }: Outcome): boolean => action === 'SCMP_ACT_TRACE' || action === 'SCMP_ACT_NOTIFY';
