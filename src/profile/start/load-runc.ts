// How runc turns a decoded profile into a filter, in its own order (libcontainer/specconv SetupSeccomp, then
// libcontainer/seccomp InitSeccomp), up to where it gives up.
import { isAction } from '../actions.ts';
import {
  hasSameEndianness,
  isSeccompArchitecture,
  type SeccompArchitecture,
  UNUSABLE_ARCHITECTURES,
} from '../architectures.ts';
import type { Located } from '../document.ts';
import { isOperator } from '../operators.ts';
import type { Architecture } from '../prepared.ts';
import { knownNames } from '../syscalls.ts';
import { findClash } from './clash.ts';
import { type DecodedProfile, type Placed, Refusal, Undecided } from './decoded.ts';
import { checkErrno, isSameAsDefault } from './libseccomp.ts';
import { isAtLeast } from './runtimes.ts';
import { ruledBy } from './taken.ts';

/** What a load depends on beside the profile. */
export interface LoadFacts {
  readonly version: string;
  readonly architecture: Architecture;
  /** One of `LIBSECCOMP_VERSIONS`. */
  readonly libseccomp: string;
  /** Whether somebody listens at `listenerPath`; absent where nobody knows. */
  readonly hasListener?: boolean;
}

/** Checks what runc checks; false where it takes the profile for none. Throws a `Refusal`, or `Undecided`. */
export const loadRunc = (profile: DecodedProfile, facts: LoadFacts): boolean => {
  const { version, libseccomp, architecture } = facts;
  if (profile.defaultAction.value === '' && profile.rules.length === 0) return false;
  for (const flag of profile.flags) checkFlag(flag, facts);
  for (const one of profile.architectures) {
    if (!isArchitectureKnown(one.value, version)) throw invalid(one, 'arch');
  }
  checkAction(profile.defaultAction, version);
  for (const rule of profile.rules) {
    checkAction(rule.action, version);
    // One name after the other, so that a rule without any has its conditions unread.
    for (const { op } of rule.names.length === 0 ? [] : rule.args) {
      if (!isOperator(op.value)) throw invalid(op, 'operator');
    }
  }
  const notifying = profile.rules.filter(({ action }) => action.value === 'SCMP_ACT_NOTIFY');
  for (const name of notifying.flatMap(({ names }) => names)) {
    if (name.value === 'write') throw inInit(name, 'SCMP_ACT_NOTIFY cannot be used for the write syscall');
  }
  if (profile.defaultAction.value === 'SCMP_ACT_NOTIFY') {
    throw inInit(profile.defaultAction, 'SCMP_ACT_NOTIFY cannot be used as default action');
  }
  checkErrno(profile.defaultAction, profile.defaultErrnoRet, () =>
    inInit(profile.defaultErrnoRet!, 'error creating filter: could not create filter'),
  );
  for (const one of profile.architectures) {
    const name = one.value as SeccompArchitecture;
    const doing = 'error adding architecture to seccomp filter';
    if (name === 'SCMP_ARCH_LOONGARCH64' && !isAtLeast(libseccomp, '2.6.0')) {
      throw inInit(one, `${doing}: architecture loong64 is not supported on this version of the library`);
    }
    if (!hasSameEndianness(architecture, name)) {
      throw inInit(one, `${doing}: numerical argument out of domain`);
    }
  }
  checkRules(profile, facts);
  return true;
};

const checkRules = (profile: DecodedProfile, facts: LoadFacts): void => {
  const names = knownNames(facts.libseccomp);
  const { architecture, libseccomp } = facts;
  const clash = findClash(ruledBy(profile, architectureInRunc), architecture, libseccomp);
  for (const [at, rule] of profile.rules.entries()) {
    for (const name of rule.names) {
      if (name.value === '') throw inInit(name, 'empty string is not a valid syscall');
      if (isSameAsDefault(rule, profile) || !names.has(name.value)) continue;
      for (const { index } of rule.args) {
        if (index.value > 5n) {
          const what = `syscalls only have up to 6 arguments (${index.value} given)`;
          throw inInit(index, `error creating seccomp syscall condition for syscall ${name.value}: ${what}`);
        }
      }
      const kind = rule.args.length === 0 ? 'seccomp filter rule' : 'seccomp rule';
      const adding = `error adding ${kind} for syscall ${name.value}`;
      checkErrno(rule.action, rule.errnoRet, () =>
        inInit(rule.errnoRet!, `${adding}: two checks on same syscall argument`),
      );
      if (clash?.rule !== at || clash.name !== name.value) continue;
      if (!clash.isSure)
        throw new Undecided(`overlapping conditions on ${name.value} with different actions`);
      throw inInit(rule, `${adding}: file exists`);
    }
  }
};

const checkFlag = (flag: Placed<string>, { version, libseccomp }: LoadFacts): void => {
  if (!isAtLeast(version, '1.2')) {
    throw new Refusal('load', flag, 'seccomp flags are not yet supported by runc');
  }
  if (OLD_FLAGS.includes(flag.value)) return;
  if (flag.value !== WAIT_KILLABLE || !isAtLeast(version, '1.5')) {
    throw new Refusal('load', flag, `seccomp flag ${flag.value} is not known to runc`);
  }
  if (!isAtLeast(libseccomp, '2.6.0')) {
    const needs = 'SetWaitKill requires libseccomp >= 2.6.0 and API level >= 7';
    throw new Refusal('load', flag, `error adding WaitKill flag to seccomp filter: ${needs} …`);
  }
};

const OLD_FLAGS: readonly string[] = ['TSYNC', 'LOG', 'SPEC_ALLOW'].map(
  (name) => `SECCOMP_FILTER_FLAG_${name}`,
);
const WAIT_KILLABLE = 'SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV';

/** Returns the architecture that runc takes a name for: exactly that. */
export const architectureInRunc = (name: string): SeccompArchitecture | undefined =>
  isSeccompArchitecture(name) ? name : undefined;

const isArchitectureKnown = (name: string, version: string): boolean => {
  if (!isSeccompArchitecture(name) || UNUSABLE_ARCHITECTURES.includes(name)) return false;
  if (name === 'SCMP_ARCH_RISCV64') return isAtLeast(version, '1.1.8');
  if (name !== 'SCMP_ARCH_LOONGARCH64' || isAtLeast(version, '1.5')) return true;
  const isNeverPatched = isAtLeast(version, '1.2') && !isAtLeast(version, '1.3');
  if (isNeverPatched || !isAtLeast(version, '1.1.8')) return false;
  throw new Undecided(`${name}: upstream's runc knows it from 1.5 on, Debian's 1.1.15 and 1.3.6 do too`);
};

const checkAction = (action: Placed<string>, version: string): void => {
  const isLate = action.value === 'SCMP_ACT_KILL_PROCESS' || action.value === 'SCMP_ACT_KILL_THREAD';
  if (!isAction(action.value) || (isLate && !isAtLeast(version, '1.1.3'))) throw invalid(action, 'action');
};

/**
 * Returns what runc says once the filter of a profile that notifies is loaded and nobody takes its listener; undefined
 * where there is nothing to say. Throws `Undecided`.
 */
export const findListenerRefusal = (
  { rules, listenerPath: path }: DecodedProfile,
  { hasListener }: LoadFacts,
): Refusal | undefined => {
  const notifying = rules.find(({ action, names }) => action.value === 'SCMP_ACT_NOTIFY' && names.length > 0);
  if (notifying === undefined) return undefined;
  if (path === undefined) return new Refusal('load', notifying.action, 'seccomp listenerPath is not set');
  if (hasListener === undefined) throw new Undecided(`it depends on who listens at ${path.value}`);
  if (hasListener) return undefined;
  const doing = 'failed to connect with seccomp agent specified in the seccomp profile';
  return new Refusal('load', path, `${doing}: dial unix ${path.value}: connect: no such file or directory`);
};

const invalid = (text: Placed<string>, what: 'action' | 'operator' | 'arch'): Refusal =>
  new Refusal('load', text, `string ${text.value} is not a valid ${what} for seccomp`);

/** In the container's first process; with no-new-privileges `unable to init seccomp: ` stands before it. */
const inInit = (at: Located, message: string): Refusal => new Refusal('load', at, message);
