// In how many recordings each system call was seen. What only some runs needed is what a person should look at.
import type { Profile } from '../oci.ts';
import { outcomeOf } from '../resolve.ts';

export interface Seen {
  /** Of how many recordings. */
  readonly of: number;
  /** By the name of the system call, sorted. */
  readonly counts: ReadonlyMap<string, number>;
}

/** Counts; undefined for a single input, or where one is no recording: a list of what may happen, and nothing else. */
export const seenIn = (perArchitecture: readonly (readonly Profile[])[]): Seen | undefined => {
  const inputs = perArchitecture[0]!.map((_, at) => perArchitecture.map((profiles) => profiles[at]!));
  if (inputs.length < 2 || !inputs.every((profiles) => profiles.every(isRecording))) return undefined;
  const counts = new Map<string, number>();
  for (const profiles of inputs) {
    const names = new Set(profiles.flatMap(({ rules }) => rules.flatMap((rule) => rule.names)));
    for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return {
    of: inputs.length,
    counts: new Map([...counts].toSorted(([one], [other]) => (one < other ? -1 : 1))),
  };
};

const isRecording = ({ defaultAction, defaultErrnoRet, rules }: Profile): boolean =>
  outcomeOf(defaultAction, defaultErrnoRet).action !== 'SCMP_ACT_ALLOW' &&
  rules.every(({ action }) => action === 'SCMP_ACT_ALLOW');
