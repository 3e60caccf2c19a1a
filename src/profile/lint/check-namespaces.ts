// New namespaces: in a user namespace of its own a process has all capabilities, so that the calls that make one are
// what a filter is mostly there to refuse. clone takes flags that a filter sees, clone3 takes them in memory.
import { evaluate, type Verdict } from '../evaluate.ts';
import type { Report } from '../report.ts';
import { FILE_START } from '../report.ts';
import { letsThrough, type Place, placesOf, refuses, whereOf } from './filters.ts';
import { createFindings, type Findings, renderNames } from './findings.ts';
import type { LintSubject } from './subject.ts';

/** include/uapi/linux/sched.h; CLONE_NEWTIME is none of clone's, whose lowest byte is a signal. */
const FLAGS = {
  CLONE_NEWNS: 0x0002_0000n,
  CLONE_NEWCGROUP: 0x0200_0000n,
  CLONE_NEWUTS: 0x0400_0000n,
  CLONE_NEWIPC: 0x0800_0000n,
  CLONE_NEWUSER: 0x1000_0000n,
  CLONE_NEWPID: 0x2000_0000n,
  CLONE_NEWNET: 0x4000_0000n,
} as const;

const ALL = '2114060288';

/** Checks that what is refused of clone is refused whole, and not let through by clone3 or unshare. */
export const checkNamespaces = (subject: LintSubject, report: Report): void => {
  const findings = createFindings();
  for (const place of placesOf(subject)) {
    const plain = verdictOf(place, 'clone', 0n);
    if (plain === undefined || !letsThrough(plain)) continue;
    const flags = Object.entries(FLAGS).map(([name, flag]) => ({
      name,
      verdict: verdictOf(place, 'clone', flag)!,
    }));
    const open = flags.filter(({ verdict }) => letsThrough(verdict));
    const isGuarded = flags.some(({ verdict }) => refuses(verdict));
    if (isGuarded && open.length > 0) tellMask(place, open, findings);
    if (isGuarded) for (const name of ['clone3', 'unshare']) checkOther(place, name, findings);
  }
  findings.tell(report);
};

/** What a call does with those flags; undefined where the architecture has no such call. */
const verdictOf = (
  { filter, architecture, part }: Place,
  name: string,
  flags: bigint,
): Verdict | undefined => {
  const number = part.syscalls.get(name)?.number;
  if (number === undefined) return undefined;
  // There clone takes the stack first (CONFIG_CLONE_BACKWARDS2).
  const isSwapped =
    name === 'clone' && (architecture === 'SCMP_ARCH_S390X' || architecture === 'SCMP_ARCH_S390');
  return evaluate(filter, { architecture, number, args: isSwapped ? [0n, flags] : [flags] });
};

const tellMask = (
  place: Place,
  open: readonly { readonly name: string; readonly verdict: Verdict }[],
  findings: Findings,
): void => {
  const names = renderNames(open.map(({ name }) => name));
  const message = `clone is refused with some namespace flags, but goes through with ${names}`;
  const hint = `test the flags for all of them: "value": ${ALL} (0x7e020000), "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ"`;
  const at = open[0]!.verdict.at ?? FILE_START;
  findings.add({ code: 'SP501', severity: 'warning', at, message, hint, ...whereOf(place) });
};

const checkOther = (place: Place, name: string, findings: Findings): void => {
  const verdict = verdictOf(place, name, FLAGS.CLONE_NEWUSER);
  if (verdict === undefined || !letsThrough(verdict)) return;
  const why =
    name === 'clone3'
      ? 'its flags lie in memory, where no filter sees them'
      : 'it makes the same namespaces for the calling process';
  const message = `${name} goes through with the namespace flags that clone is refused with: ${why}`;
  const hint =
    name === 'clone3'
      ? 'answer clone3 with SCMP_ACT_ERRNO 38 (ENOSYS): programs then fall back to clone'
      : 'refuse unshare';
  findings.add({
    code: 'SP502',
    severity: 'warning',
    at: verdict.at ?? FILE_START,
    message,
    hint,
    ...whereOf(place),
  });
};
