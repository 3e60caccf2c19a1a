// What a profile holds beside its rules: the flags of its filter, and who is notified.
import { SeccompError } from '../../error.ts';
import { FLAGS, type Flag } from '../flags.ts';
import type { Profile } from '../oci.ts';
import type { MergeMode } from './openness.ts';

/** Merges flags. SPEC_ALLOW loosens a filter, so that an intersection has it only where all do; the rest are kept. */
export const mergeFlags = (mode: MergeMode, profiles: readonly Pick<Profile, 'flags'>[]): readonly Flag[] => {
  // A filter without any flag is loaded with that one (runc and crun).
  const sets = profiles.map(({ flags }) =>
    flags.length === 0 ? new Set<Flag>(['SECCOMP_FILTER_FLAG_SPEC_ALLOW']) : new Set(flags),
  );
  const isEverywhere = (flag: Flag): boolean => sets.every((one) => one.has(flag));
  const isAnywhere = (flag: Flag): boolean => sets.some((one) => one.has(flag));
  const merged = FLAGS.filter((flag) =>
    flag === 'SECCOMP_FILTER_FLAG_SPEC_ALLOW' && mode === 'intersection'
      ? isEverywhere(flag)
      : isAnywhere(flag),
  );
  // Older runtimes refuse every flag, so that one that goes without saying isn't said.
  return merged.length === 1 && merged[0] === 'SECCOMP_FILTER_FLAG_SPEC_ALLOW' ? [] : merged;
};

export interface Listener {
  readonly listenerPath?: string;
  readonly listenerMetadata?: string;
}

/** Returns the one listener of the inputs; throws SeccompError `profile` where they have several. */
export const mergeListener = (
  inputs: readonly { readonly label: string; readonly source: Listener }[],
): Listener => {
  const [first, ...others] = inputs.filter(({ source }) => source.listenerPath !== undefined);
  if (first === undefined) return {};
  const other = others.find(
    ({ source }) =>
      source.listenerPath !== first.source.listenerPath ||
      source.listenerMetadata !== first.source.listenerMetadata,
  );
  const { listenerPath, listenerMetadata } = first.source;
  if (other === undefined)
    return {
      ...(listenerPath !== undefined && { listenerPath }),
      ...(listenerMetadata !== undefined && { listenerMetadata }),
    };
  throw new SeccompError(
    'profile',
    `"${first.label}" and "${other.label}" notify different listeners, and a filter has one: ${describe(first.source)} and ${describe(other.source)}`,
    { hint: 'Give both the same "listenerPath" and "listenerMetadata" first.' },
  );
};

const describe = ({ listenerPath, listenerMetadata }: Listener): string =>
  `${listenerPath}${listenerMetadata === undefined ? '' : ` with ${JSON.stringify(listenerMetadata)}`}`;
