// The document of `check`: whether containers would start, on which kinds of nodes.
import type { Check, ContainerCheck, StartReason, StartVerdict } from '../../src/workload/check.ts';
import { API_VERSION, type Document } from './document.ts';
import type { UnreadDocument } from './usage-document.ts';

export interface StartCheckDocument extends Document {
  readonly kind: 'StartCheck';
  /** `fails` where any container would on any node; else `unknown` where anything is; else `starts`. */
  readonly verdict: StartVerdict;
  /** Whether the nodes' disks were asked; else files and contents are what labels and records say. */
  readonly isVerified: boolean;
  /** One entry for each container that names a localhost profile. */
  readonly containers: readonly ContainerStartDocument[];
  /** Nodes that the pods could not come to. */
  readonly leftOut: readonly LeftOutDocument[];
  /** What could not be read, so that something may be unknown. */
  readonly unread: readonly UnreadDocument[];
}

export interface ContainerStartDocument {
  readonly namespace: string;
  readonly workload: { readonly kind: string; readonly name: string };
  readonly container: {
    readonly name: string;
    readonly role: 'container' | 'init' | 'sidecar' | 'ephemeral';
  };
  readonly localhostProfile: string;
  /** Nodes that are alike in all that was judged; none where no node takes the pod. */
  readonly classes: readonly ClassDocument[];
}

export interface ClassDocument {
  /** Such as `amd64, Linux 6.18, containerd 2.4.2`. */
  readonly nodeClass: string;
  readonly nodes: readonly string[];
  readonly verdict: StartVerdict;
  readonly reasons: readonly StartReason[];
  /** The node that a short pod was started on. */
  readonly probedOn?: string;
}

export interface LeftOutDocument {
  readonly namespace: string;
  readonly workload: { readonly kind: string; readonly name: string };
  readonly nodes: readonly string[];
  readonly message: string;
}

/** Builds the document. */
export const checkDocument = ({
  verdict,
  isVerified,
  containers,
  leftOut,
  unread,
}: Check): StartCheckDocument => ({
  apiVersion: API_VERSION,
  kind: 'StartCheck',
  verdict,
  isVerified,
  containers: containers.map(describeContainer),
  leftOut: [
    ...Map.groupBy(leftOut, ({ subject: { namespace, workload }, message }) =>
      JSON.stringify([namespace, workload, message]),
    ).values(),
  ].map((group) => {
    const [{ subject, message }] = group as [(typeof group)[0]];
    const { namespace, workload } = subject;
    return { namespace, workload, nodes: group.map(({ node }) => node), message };
  }),
  unread,
});

const describeContainer = ({
  subject,
  container,
  path,
  classes,
}: ContainerCheck): ContainerStartDocument => ({
  namespace: subject.namespace,
  workload: subject.workload,
  container,
  localhostProfile: path,
  classes: classes.map(({ nodeClass, nodes, verdict, reasons, probedOn }) => ({
    nodeClass,
    nodes,
    verdict,
    reasons,
    ...(probedOn !== undefined && { probedOn }),
  })),
});
