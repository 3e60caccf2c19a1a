// What `bind` was asked, parsed.
import type { ProfileChoice } from '../../src/rollout/bound-profile.ts';
import type { ImageName } from '../../src/workload/bind-images.ts';
import type { WorkloadChoice } from '../../src/workload/bind-names.ts';
import type { DryRun } from '../output/rollout-result.ts';
import type { ConnectOptions } from '../outside.ts';

export type BindWhat =
  | { readonly kind: 'workload'; readonly workload: WorkloadChoice }
  /** Every workload with a container that runs such an image. */
  | { readonly kind: 'image'; readonly image: ImageName; readonly shownAs: string }
  /** In a file; without a choice it must hold only one. */
  | { readonly kind: 'file'; readonly file: string; readonly workload?: WorkloadChoice };

export type BindDeed =
  | { readonly kind: 'profile'; readonly choice: ProfileChoice }
  | { readonly kind: 'from-operator' }
  | { readonly kind: 'undo' };

export interface BindOptions {
  readonly what: BindWhat;
  readonly deed: BindDeed;
  /** Absent: the pod. */
  readonly container?: string;
  readonly isPinned: boolean;
  /** At least its first 16 hex digits. */
  readonly digest?: string;
  readonly isNodeRequired: boolean;
  readonly isForced: boolean;
  readonly isYes: boolean;
  readonly dryRun: DryRun;
  readonly output?: string;
  readonly isQuiet: boolean;
  /** How long the rollout is watched. */
  readonly timeoutMs: number;
  /** Absent: that of the kubeconfig's context. */
  readonly namespace?: string;
  readonly isEveryNamespace: boolean;
  readonly connect: ConnectOptions;
}
