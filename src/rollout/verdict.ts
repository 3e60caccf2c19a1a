// What a node's report means: done as asked, or why not, in our words and with what to do about it.
import type { NodeErrorCode, Report } from '../protocol/report.ts';
import type { Request } from '../protocol/request.ts';
import type { NodeSeen, Reason, ReasonCode } from './node.ts';

/** Returns why a report is not the answer that was asked for; undefined when it is. No node: a folder of this machine. */
export const judgeReport = (request: Request, report: Report, node?: NodeSeen): Reason | undefined => {
  if (report.operation !== request.operation)
    return strange(`it reports on "${report.operation}" where "${request.operation}" was asked`);
  if (report.error) return describeNodeError(report.error, node);
  if (report.outcome === 'failed') return strange('it reports a failure without saying which');
  switch (request.operation) {
    case 'install':
      // A node that answers for another content must not get the label of this one.
      if (report.digest !== request.digest)
        return strange(`it reports digest ${report.digest ?? '(none)'} where ${request.digest} was asked`);
      return INSTALL_OUTCOMES.has(report.outcome)
        ? undefined
        : strange(`it reports "${report.outcome}" for an install`);
    case 'remove':
      return report.outcome === 'removed' || report.outcome === 'absent'
        ? undefined
        : strange(`it reports "${report.outcome}" for a removal`);
    case 'prune':
      return report.outcome === 'pruned' || report.outcome === 'unchanged'
        ? undefined
        : strange(`it reports "${report.outcome}" where old generations were to be removed`);
    case 'inspect':
      if (report.outcome !== 'inspected') return strange(`it reports "${report.outcome}" for an inspection`);
      return report.inspection || report.isInspectionInLog ? undefined : strange('it reports no inspection');
  }
};

const INSTALL_OUTCOMES: ReadonlySet<string> = new Set(['installed', 'unchanged', 'repaired', 'switched']);

const strange = (what: string): Reason => ({
  code: 'program',
  message: `the program on the node answers something else: ${what}`,
  hint: 'somebody else may be writing Jobs or Pods in the install namespace',
});

const CODES: Record<NodeErrorCode, { readonly code: ReasonCode; readonly hint?: string }> = {
  request: { code: 'program', hint: 'plugin and program are of different versions' },
  bundle: {
    code: 'program',
    hint: "what arrived on the node is not what was sent; see the install namespace's ConfigMaps",
  },
  architecture: { code: 'architecture', hint: 'build the bundle with --arch for this node too' },
  stale: {
    code: 'stale',
    hint: 'a newer revision was installed meanwhile, or the records in the install namespace were lost; --force does it all the same',
  },
  foreign: { code: 'foreign', hint: 'move what lies there away, or choose another bundle name' },
  clash: { code: 'clash', hint: 'install the bundle under another name' },
  damaged: { code: 'damaged', hint: '--force moves the damaged generation aside' },
  'wrong-root': { code: 'wrong-root', hint: "give the kubelet's root folder with --kubelet-root" },
  'no-space': { code: 'no-space', hint: "make room on the node's disk" },
  'read-only': { code: 'read-only', hint: "the node's file system is mounted read-only" },
  permission: { code: 'permission', hint: 'if SELinux or AppArmor refuses it, try --privilege privileged' },
  interrupted: { code: 'interrupted', hint: 'run the same command again' },
  disk: { code: 'disk' },
  internal: { code: 'internal' },
};

const describeNodeError = (
  { code, message }: { readonly code: NodeErrorCode; readonly message: string },
  node: NodeSeen | undefined,
): Reason => ({
  // The program knows its own mounts only, by the paths of their devices: what was given is known here.
  message:
    code === 'wrong-root' && node
      ? `${node.kubeletRoot} is not the kubelet's root there: ${message}`
      : message,
  ...CODES[code],
});
