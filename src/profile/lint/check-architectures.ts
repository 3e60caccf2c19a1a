// The other ways of calling the kernel on a node: where a filter does not cover them, programs that use them are killed,
// whatever the default action is.
import { nativeOf, type SeccompArchitecture } from '../architectures.ts';
import type { KnownFacts } from '../facts.ts';
import type { Report } from '../report.ts';
import { FILE_START } from '../report.ts';
import { filterFor } from './filters.ts';
import type { LintSubject } from './subject.ts';

/** What else the kernels of a node's architecture run, the commonest first. */
const SIBLINGS: Readonly<Partial<Record<KnownFacts['architecture'], readonly SeccompArchitecture[]>>> = {
  amd64: ['SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
  arm64: ['SCMP_ARCH_ARM'],
  s390x: ['SCMP_ARCH_S390'],
  mips64le: ['SCMP_ARCH_MIPSEL', 'SCMP_ARCH_MIPSEL64N32'],
};

/** Checks that programs of 32 bits are covered, or says what becomes of them. */
export const checkArchitectures = ({ source, facts }: LintSubject, report: Report): void => {
  const { architectures, archMap, defaultAction, defaultAt } = source;
  const gaps = facts.flatMap((one) => {
    const { parts } = filterFor(source, one);
    const missing = (SIBLINGS[one.architecture] ?? []).filter((sibling) => !parts.has(sibling));
    return missing.length === 0 ? [] : [{ ...one, missing }];
  });
  const [first] = gaps;
  if (first === undefined) return;
  const lists = architectures.length + archMap.length > 0;
  const isDropped = archMap.length > 0 && gaps.some(({ dialect }) => dialect === 'containerd');
  const isPermissive = defaultAction === 'SCMP_ACT_ALLOW' || defaultAction === 'SCMP_ACT_LOG';
  const killed = gaps.map(({ architecture, missing }) => `${missing.join(' and ')} on ${architecture}`);
  const message = [
    isDropped ? 'containerd passes "archMap" over, so ' : lists ? '' : 'no architectures are listed, so ',
    `programs that call the kernel in another way are killed (${[...new Set(killed)].join(', ')})`,
    isPermissive ? `, although the default is ${defaultAction.slice('SCMP_ACT_'.length)}` : '',
  ].join('');
  const wanted = [nativeOf(first.architecture), ...first.missing].map((name) => `"${name}"`).join(', ');
  const hint = `if such programs are to run, list them, as in "architectures": [${wanted}]`;
  // Who lists architectures has thought of them; x32 is all but dead, so that nobody misses it.
  const isX32Only = gaps.every(({ missing }) => missing.every((name) => name === 'SCMP_ARCH_X32'));
  const isSurprise = isDropped || (!lists && isPermissive && !isX32Only);
  const at = architectures[0]?.at ?? archMap[0]?.architecture.at ?? defaultAt ?? FILE_START;
  report[isSurprise ? 'warning' : 'note']('SP413', at, message, { hint });
};
