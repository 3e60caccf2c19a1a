// Values that the runtime of a node is known to refuse, where its version is known; otherwise reading the file has told
// who refuses them.
import { nativeOf } from '../architectures.ts';
import { memberOf } from '../document.ts';
import type { KnownFacts } from '../facts.ts';
import type { Report } from '../report.ts';
import { isAtLeast } from '../start/runtimes.ts';
import { profileFor } from './filters.ts';
import type { LintSubject } from './subject.ts';

/** Checks that the runtime takes the architectures and flags of the profile. */
export const checkRefused = ({ source, node, facts }: LintSubject, report: Report): void => {
  const listed = [
    ...source.architectures,
    ...source.archMap.flatMap(({ architecture, subArchitectures }) => [architecture, ...subArchitectures]),
  ];
  for (const one of facts) {
    if (one.runtime === undefined || one.runtimeVersion === undefined) continue;
    const who = `${one.runtime} ${one.runtimeVersion} refuses a profile with it, and no container starts`;
    for (const name of profileFor(source, one).architectures) {
      const since = ARCHITECTURES[`${one.runtime} ${name}`];
      const at = listed.find((each) => each.name === name)?.at;
      if (at === undefined || since === undefined || isAtLeast(one.runtimeVersion, since)) continue;
      const isOwn = name === nativeOf(one.architecture);
      report.error('SP414', at, `${name}: ${who}${isOwn ? "; the node's own is covered without it" : ''}`);
    }
    for (const flag of source.flags) {
      if (isFlagTaken(flag, one)) continue;
      report.error('SP119', memberOf(node, 'flags') ?? node, `${flag}: ${who}`);
    }
  }
};

/** By runtime and name, the first version that knows it. */
const ARCHITECTURES: Readonly<Record<string, string>> = {
  'runc SCMP_ARCH_RISCV64': '1.1.8',
  'runc SCMP_ARCH_LOONGARCH64': '1.5',
  'crun SCMP_ARCH_LOONGARCH64': '1.21',
};

const isFlagTaken = (flag: string, { runtime, runtimeVersion }: KnownFacts): boolean =>
  runtime === 'crun' ||
  isAtLeast(runtimeVersion!, flag === 'SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV' ? '1.5' : '1.2');
