// How crun turns a decoded profile into a filter, in its own order (src/libcrun/container.c, then seccomp.c
// libcrun_generate_seccomp and, in the container, libcrun_apply_seccomp), up to where it gives up.
import { isAction, takesErrno } from '../actions.ts';
import { hasSameEndianness, isSeccompArchitecture, type SeccompArchitecture } from '../architectures.ts';
import { FLAGS } from '../flags.ts';
import { isOperator } from '../operators.ts';
import { knownNames } from '../syscalls.ts';
import { findClash } from './clash.ts';
import { type DecodedProfile, type DecodedRule, type Placed, Refusal, Undecided } from './decoded.ts';
import { checkErrno, isSameAsDefault } from './libseccomp.ts';
import type { LoadFacts } from './load-runc.ts';
import { isAtLeast } from './runtimes.ts';
import { ruledBy } from './taken.ts';

/** Checks what crun checks. Throws a `Refusal`, or `Undecided`. */
export const loadCrun = (profile: DecodedProfile, facts: LoadFacts): void => {
  checkListener(profile, facts);
  checkAction(profile.defaultAction, profile.defaultErrnoRet, facts);
  checkErrno(profile.defaultAction, profile.defaultErrnoRet, () =>
    refusal(profile.defaultErrnoRet!, 'error seccomp_init'),
  );
  for (const one of profile.architectures) checkArchitecture(one, facts);
  checkRules(profile, facts);
  for (const flag of profile.flags) {
    if ((FLAGS as readonly string[]).includes(flag.value)) continue;
    throw refusal(flag, `unknown seccomp option ${quoteSince121(flag.value, facts)}`);
  }
  if (profile.defaultAction.value === 'SCMP_ACT_NOTIFY') {
    // It answers none of its own calls: a SIGSEGV without a word.
    throw new Refusal('start', profile.defaultAction, '');
  }
};

const refusal = (at: Placed<unknown>, message: string): Refusal => new Refusal('load', at, message);

/** From 1.21 on crun quotes what it names. */
const quoteSince121 = (text: string, { version }: LoadFacts): string =>
  isAtLeast(version, '1.21') ? `\`${text}\`` : text;

const checkListener = ({ listenerPath }: DecodedProfile, { hasListener }: LoadFacts): void => {
  if (listenerPath === undefined) return;
  if (!listenerPath.value.startsWith('/')) {
    throw refusal(listenerPath, `the seccomp receiver \`${listenerPath.value}\` is not an absolute path`);
  }
  if (hasListener === undefined) throw new Undecided(`it depends on who listens at ${listenerPath.value}`);
  if (hasListener) return;
  const doing = `open seccomp receiver: connect socket to \`${listenerPath.value}\``;
  throw refusal(listenerPath, `${doing}: No such file or directory`);
};

const checkAction = (
  action: Placed<string>,
  errno: Placed<bigint> | undefined,
  { version }: LoadFacts,
): void => {
  const isKnown = isAction(action.value);
  if (errno !== undefined && !(isKnown && takesErrno(action.value as Parameters<typeof takesErrno>[0]))) {
    throw refusal(errno, `errno value specified for action \`${action.value}\``);
  }
  if (isKnown) return;
  const doing = isAtLeast(version, '1.28') ? 'seccomp get action' : 'invalid seccomp action';
  throw refusal(action, `${doing} \`${action.value}\``);
};

/** Returns the architecture that crun takes a name for: with the prefix or without, in any case after it. */
export const architectureInCrun = (name: string): SeccompArchitecture | undefined => {
  const full = `SCMP_ARCH_${bareName(name).toUpperCase()}`;
  return isSeccompArchitecture(full) ? full : undefined;
};

const bareName = (name: string): string => name.replace(/^SCMP_ARCH_/, '');

const checkArchitecture = (one: Placed<string>, facts: LoadFacts): void => {
  const { libseccomp, architecture } = facts;
  const known = architectureInCrun(one.value);
  const bare = bareName(one.value);
  const isLate = LATE.includes(bare.toLowerCase()) && !isAtLeast(libseccomp, '2.6.0');
  const isOther = OTHERS.has(bare.toLowerCase());
  if ((known === undefined && !isOther) || isLate) {
    throw refusal(one, `seccomp unknown architecture ${quoteSince121(bare, facts)}`);
  }
  const isLittle = hasSameEndianness(architecture, 'SCMP_ARCH_X86_64');
  const isSameOrder =
    known === undefined
      ? OTHERS.get(bare.toLowerCase()) === (isLittle ? 'little' : 'big')
      : hasSameEndianness(architecture, known);
  if (!isSameOrder) throw refusal(one, 'seccomp adding architecture: Numerical argument out of domain');
};

/** libseccomp knows them from 2.6 on. */
const LATE: readonly string[] = ['loongarch64', 'm68k', 'sh', 'sheb'];

/** What libseccomp knows beyond runc's names, and its byte order. */
const OTHERS: ReadonlyMap<string, 'little' | 'big'> = new Map([
  ['parisc', 'big'],
  ['parisc64', 'big'],
  ['m68k', 'big'],
  ['sheb', 'big'],
  ['sh', 'little'],
]);

const checkRules = (profile: DecodedProfile, facts: LoadFacts): void => {
  const names = knownNames(facts.libseccomp);
  const { architecture, libseccomp } = facts;
  const clash = findClash(ruledBy(profile, architectureInCrun), architecture, libseccomp);
  for (const [at, rule] of profile.rules.entries()) {
    checkAction(rule.action, rule.errnoRet, facts);
    if (isSameAsDefault(rule, profile)) continue;
    for (const name of rule.names) {
      if (!names.has(name.value)) continue;
      const adding = rule.hasArgs ? 'seccomp_rule_add_array' : `seccomp_rule_add \`${name.value}\``;
      checkConditions(rule, at, facts);
      checkErrno(rule.action, rule.errnoRet, () => refusal(rule.errnoRet!, `${adding}: Invalid argument`));
      for (const { index } of rule.args) {
        if (index.value > 5n) throw refusal(index, `${adding}: Invalid argument`);
      }
      if (clash?.rule !== at || clash.name !== name.value) continue;
      if (!clash.isSure)
        throw new Undecided(`overlapping conditions on ${name.value} with different actions`);
      throw new Refusal('load', rule, `${adding}: File exists`);
    }
  }
};

/** crun looks at the arguments' numbers up to the first that repeats, then at the operators. */
const checkConditions = (rule: DecodedRule, at: number, facts: LoadFacts): void => {
  const seen = new Set<bigint>();
  for (const { index } of rule.args) {
    // It names the rule by its number where it means the argument's.
    if (index.value > 5n) throw refusal(index, `invalid seccomp index ${quoteSince121(String(at), facts)}`);
    if (seen.has(index.value)) break;
    seen.add(index.value);
  }
  const wrong = rule.args.find(({ op }) => !isOperator(op.value));
  if (wrong !== undefined) throw refusal(wrong.op, 'get_seccomp_operator');
};
