// Several profiles into one: a call goes through if any of them lets it through, or only if all do. What the one profile
// cannot say as its inputs do is told, each time with a call that shows it.
import { compile } from '../compile.ts';
import type { Profile, SourceProfile } from '../oci.ts';
import type { CompileOptions } from '../prepared.ts';
import { type Decision, decisionsOf } from './decisions.ts';
import { type Deviation, deviationsOf } from './deviations.ts';
import { mergeFlags, mergeListener } from './filter-fields.ts';
import { mergeCompiled } from './merge-compiled.ts';
import { oneProfile } from './one-profile.ts';
import type { MergeMode } from './openness.ts';
import { sourceOfProfile } from './plain-source.ts';
import { type Seen, seenIn } from './seen.ts';

export interface MergeInput {
  /** As the user named it. */
  readonly label: string;
  readonly source: SourceProfile;
}

export interface Merged {
  readonly profile: Profile;
  /** What was decided between inputs that say different things. */
  readonly decisions: readonly Decision[];
  /** Where the result says something else than its inputs together. */
  readonly deviations: readonly Deviation[];
  /** Where all inputs are recordings: in how many of them each system call was seen. */
  readonly seen?: Seen;
}

/** Merges at least one sound profile; throws SeccompError `profile` where no single profile can hold the result. */
export const mergeProfiles = (
  mode: MergeMode,
  inputs: readonly MergeInput[],
  options: CompileOptions,
): Merged => {
  const compiled = options.architectures.map((architecture) => ({
    architecture,
    profiles: inputs.map(({ source }) => compile(source, architecture, options)),
  }));
  const merged = compiled.map(({ architecture, profiles }) => mergeCompiled(mode, architecture, profiles));
  const isAnyListed = compiled.some(({ profiles }) =>
    profiles.some(({ architectures }) => architectures.length > 0),
  );
  const plain = oneProfile(merged, isAnyListed);
  const isNotifying = plain.rules.some(({ action }) => action === 'SCMP_ACT_NOTIFY');
  const profile: Profile = {
    ...plain,
    flags: mergeFlags(
      mode,
      inputs.map(({ source }) => source),
    ),
    // crun wants the listener's socket to exist even where nobody is notified.
    ...(isNotifying && mergeListener(inputs)),
  };
  const seen = seenIn(compiled.map(({ profiles }) => profiles));
  return {
    profile,
    decisions: decisionsOf(mode, inputs, compiled, profile),
    deviations: deviationsOf(
      mode,
      inputs.map(({ source }) => source),
      sourceOfProfile(profile),
      options,
    ),
    ...(seen !== undefined && { seen }),
  };
};
