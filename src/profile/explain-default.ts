// A profile held against RuntimeDefault, what pods have that ask for nothing better: its calls that go through here and
// not there, and the other way round. Reads the built-in profiles: import it only where it is asked for.
import { nativeOf } from './architectures.ts';
import { runtimeDefaultOf } from './builtins.ts';
import { type Change, compareFilters } from './compare.ts';
import type { Engine, Facts } from './facts.ts';
import { type EffectiveFilter, resolve } from './resolve.ts';

export interface AgainstDefault {
  /** Such as `kubernetes/default@containerd-2.1`. */
  readonly name: string;
  /** Go through here and not there, some of them with some arguments only. */
  readonly wider: readonly Change[];
  /** Go through there and not here. */
  readonly narrower: readonly Change[];
}

/** Compares a filter with the RuntimeDefault of an engine: the newest, where its version is not known. */
export const againstDefault = (filter: EffectiveFilter, facts: Facts, engine: Engine): AgainstDefault => {
  const { source, name } = runtimeDefaultOf(engine);
  const native = nativeOf(facts.architecture);
  const onlyNative = (one: EffectiveFilter): EffectiveFilter => ({
    ...one,
    parts: new Map([...one.parts].filter(([architecture]) => architecture === native)),
  });
  const { changes } = compareFilters(
    // Its conditions are decided by the engine itself.
    onlyNative(resolve(source, { ...facts, dialect: 'docker' })),
    onlyNative(filter),
  );
  const named = (kind: Change['kind']): readonly Change[] =>
    changes.filter((change) => change.kind === kind && change.name !== undefined);
  return { name, wider: named('wider'), narrower: named('narrower') };
};
