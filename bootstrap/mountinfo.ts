// Decides from /proc/self/mountinfo whether the mounted folder is this node's seccomp root. With a wrong
// --kubelet-root the mount works as well (DirectoryOrCreate makes any folder), and the profiles would lie where no
// kubelet ever looks: that must not look like success.
import { NodeFailure } from './node-failure.ts';

export interface Mount {
  /** `major:minor` of the file system. */
  readonly device: string;
  /** Which part of the file system is mounted: field 4 of proc(5), mountinfo. */
  readonly root: string;
  readonly mountPoint: string;
  readonly type: string;
}

/** Parses mountinfo as proc(5) describes it; a line that is not of that form is passed over. */
export const parseMountinfo = (text: string): Mount[] =>
  text.split('\n').flatMap((line) => {
    const fields = line.split(' ');
    // Any number of optional fields stands between the sixth and the dash.
    const dash = fields.indexOf('-', 6);
    const [, , device, root, mountPoint] = fields;
    const type = fields[dash + 1];
    if (
      dash === -1 ||
      device === undefined ||
      root === undefined ||
      mountPoint === undefined ||
      type === undefined
    )
      return [];
    return [{ device, root: decodeOctal(root), mountPoint: decodeOctal(mountPoint), type }];
  });

/** Space, tab, newline and backslash are written in octal; bytes above ASCII stand as they are. */
const decodeOctal = (field: string): string =>
  field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

/**
 * Files that every kubelet puts into a container out of its own root:
 * `<kubelet root>/pods/<uid>/containers/<name>/<id>` (termination log) and `<kubelet root>/pods/<uid>/etc-hosts`
 * (kubelet, `makeMounts`).
 */
const POD_FILES: readonly { readonly mountPoint: string; readonly shape: RegExp }[] = [
  { mountPoint: '/dev/termination-log', shape: /^(.*)\/pods\/[^/]+\/containers\/[^/]+\/[^/]+$/ },
  { mountPoint: '/etc/hosts', shape: /^(.*)\/pods\/[^/]+\/etc-hosts$/ },
];

/** Refuses a seccomp root that is not `seccomp` below the kubelet root that this pod's own files come from. */
export const checkSeccompMount = (mounts: readonly Mount[], seccompMount: string): void => {
  // Of several mounts on one point the last one is seen.
  const find = (mountPoint: string) => mounts.findLast((mount) => mount.mountPoint === mountPoint);
  const seccomp = find(seccompMount);
  if (seccomp === undefined)
    throw new NodeFailure('wrong-root', `${seccompMount} is no mount: a hostPath was wanted`);
  // The top of a file system of its own was mounted there by whoever runs the node. A folder that was only just made
  // for a wrong path never is one, except on a node whose wrong path is itself a mount.
  if (seccomp.root === '/') return;
  const podFiles = POD_FILES.flatMap(({ mountPoint, shape }) => {
    const mount = find(mountPoint);
    const kubeletRoot = mount && shape.exec(mount.root)?.[1];
    return mount === undefined || kubeletRoot === undefined ? [] : [{ mountPoint, mount, kubeletRoot }];
  });
  const known = podFiles[0];
  if (known === undefined) {
    throw new NodeFailure(
      'wrong-root',
      `cannot tell this node's kubelet root: neither ${POD_FILES.map(({ mountPoint }) => mountPoint).join(' nor ')} ` +
        `is mounted from a kubelet's pods folder; the seccomp root is ${describe(seccomp)}`,
    );
  }
  const isRight = podFiles.some(
    ({ mount, kubeletRoot }) => mount.device === seccomp.device && `${kubeletRoot}/seccomp` === seccomp.root,
  );
  if (isRight) return;
  throw new NodeFailure(
    'wrong-root',
    `the seccomp root is ${describe(seccomp)}, but this pod's own files come from ${describe(known.mount)}: ` +
      `${known.kubeletRoot}/seccomp on that device was wanted`,
  );
};

const describe = ({ root, device, type }: Mount): string => `${root} on device ${device} (${type})`;
