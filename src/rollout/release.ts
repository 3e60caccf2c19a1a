// The record of one revision: what was rolled out, where, by whom, and how it ended.
import type { Manifest } from '../bundle/manifest-types.ts';
import type { ReasonCode } from './node.ts';

export interface Release {
  readonly version: 1;
  readonly bundle: string;
  /** Counts from 1 and never goes back while the install namespace lives; a delete takes a number too. */
  readonly revision: number;
  /** Which run of this revision wrote last, from 1; its Jobs carry it. */
  readonly attempt?: number;
  readonly operation: 'install' | 'remove';
  /** Absent for `remove`. */
  readonly digest?: string;
  readonly manifest?: Manifest;
  /** The revision whose content this one brought back. */
  readonly rolledBackTo?: number;
  /** Names of the ConfigMaps that hold the compressed bytes, in order; absent for `remove`. */
  readonly chunks?: readonly { readonly name: string; readonly sha256: string }[];
  /** Label selector the nodes were chosen by; '' for all. */
  readonly selector: string;
  /** Given by `--nodes`; absent when chosen by selector. */
  readonly nodeNames?: readonly string[];
  /** SelfSubjectReview's user name. */
  readonly who: string;
  /** RFC 3339, by the client's clock. */
  readonly startedAt: string;
  readonly endedAt?: string;
  /**
   * Containers that failed before their nodes were changed, in waves: whoever resumes must not blame the content for
   * them. At most 500.
   */
  readonly failingBefore?: readonly string[];
  /** Its policy stopped it: what it brought is not for nodes that join, be it that it came to all there were. */
  readonly isStopped?: boolean;
  readonly outcome: 'running' | 'succeeded' | 'failed' | 'interrupted';
  readonly nodes: Readonly<Record<string, ReleaseNode>>;
}

/** What one node came to. `nodes` of a release is stored compressed: 5,000 of them fit one ConfigMap. */
export interface ReleaseNode {
  readonly result: 'done' | 'failed' | 'pending' | 'excluded' | 'unfinished';
  readonly reason?: ReasonCode;
  readonly uid: string;
  readonly machineId: string;
  readonly bootId: string;
  readonly seccompRoot: string;
  /** When the node's report was read, RFC 3339. */
  readonly at?: string;
  /** When what the node has now had come, by the node's own clock, RFC 3339; absent where it did not say. */
  readonly installedAt?: string;
  /** Of a failure that a sync met: when it first failed for this reason without a success since, RFC 3339. */
  readonly failingSince?: string;
}
