// What a runtime took out of a file, as the profile that the rest of this program reasons about.
import { isAction, takesErrno } from '../actions.ts';
import type { SeccompArchitecture } from '../architectures.ts';
import { DEFAULT_CAPABILITIES } from '../capabilities.ts';
import type { Condition, SourceProfile, SourceRule } from '../oci.ts';
import { isOperator } from '../operators.ts';
import { outcomeOf } from '../resolve.ts';
import type { Ruled } from './clash.ts';
import type { DecodedArg, DecodedProfile, DecodedRule } from './decoded.ts';

/** Says which architecture a runtime takes a name for; undefined where it is none that this program knows. */
export type NameArchitecture = (name: string) => SeccompArchitecture | undefined;

/** Turns a decoded profile that its runtime took into a profile that may be resolved for any dialect. */
export const takenProfile = (profile: DecodedProfile, nameArchitecture: NameArchitecture): SourceProfile => {
  const { defaultAction, defaultErrnoRet: errno } = profile;
  if (!isAction(defaultAction.value)) throw new Error(`not taken: ${defaultAction.value}`);
  return {
    defaultAction: defaultAction.value,
    defaultAt: defaultAction,
    ...(errno !== undefined && takesErrno(defaultAction.value) && { defaultErrnoRet: cut(errno.value) }),
    flags: [],
    architectures: profile.architectures.flatMap((one) => {
      const name = nameArchitecture(one.value);
      return name === undefined ? [] : [{ name, at: one }];
    }),
    archMap: [],
    rules: profile.rules.flatMap((rule) => takenRule(rule) ?? []),
  };
};

const NOTHING = { capabilities: [], architectures: [] };

const takenRule = (rule: DecodedRule): SourceRule | undefined => {
  const { action, errnoRet, names, args } = rule;
  if (!isAction(action.value)) return undefined;
  return {
    names: names.map(({ value }) => value),
    action: action.value,
    ...(errnoRet !== undefined && takesErrno(action.value) && { errnoRet: cut(errnoRet.value) }),
    args: args.flatMap((arg) => takenCondition(arg) ?? []),
    includes: NOTHING,
    excludes: NOTHING,
    at: rule,
  };
};

/** The kernel has 16 bits for an errno. */
const cut = (errno: bigint): number => Number(errno & 0xffffn);

const takenCondition = ({ index, value, valueTwo, op }: DecodedArg): Condition | undefined =>
  isOperator(op.value) && index.value < 6n
    ? { index: Number(index.value), value: value.value, valueTwo: valueTwo.value, op: op.value }
    : undefined;

/** The rules up to the first of no known action, where a runtime gives up, for what libseccomp makes of them. */
export const ruledBy = (profile: DecodedProfile, nameArchitecture: NameArchitecture): Ruled => {
  const { defaultAction, defaultErrnoRet, architectures, rules } = takenProfile(
    { ...profile, rules: profile.rules.slice(0, until(profile.rules)) },
    nameArchitecture,
  );
  return {
    fallback: outcomeOf(defaultAction, defaultErrnoRet),
    architectures: architectures.map(({ name }) => name),
    rules,
  };
};

const until = (rules: readonly DecodedRule[]): number => {
  const at = rules.findIndex(({ action }) => !isAction(action.value));
  return at < 0 ? rules.length : at;
};

/** What doesn't matter once a runtime's own reading is done. */
export const ANY = {
  dialect: 'docker',
  capabilities: DEFAULT_CAPABILITIES,
  minimumKernel: { major: 5, minor: 4 },
} as const;
