// Installing a bundle on nodes: the operation behind `apply`.
import type { Manifest } from '../bundle/manifest-types.ts';
import type { RolloutEvent } from './events.ts';
import { chunkName, installedLabels } from './names.ts';
import { planInstall } from './plan.ts';
import type { NodeSelection } from './ports.ts';
import { roll } from './roll.ts';
import type { Outside, Rollout, RolloutPolicy } from './rollout.ts';

export interface InstallInput {
  readonly bundle: string;
  /** sha256 of the manifest as stored. */
  readonly digest: string;
  readonly manifest: Manifest;
  /** The compressed bundle in pieces of at most 900 KiB, in order. */
  readonly chunks: readonly { readonly sha256: string; readonly content: Uint8Array }[];
  /** The revision whose content this is. */
  readonly rolledBackTo?: number;
  readonly selection: NodeSelection;
  readonly policy: RolloutPolicy;
  /** Looks at the nodes that are to get it; see `Rollout`. */
  readonly examine?: Rollout['examine'];
  /** Starts short pods behind each wave; see `Rollout`. */
  readonly probe?: Rollout['probe'];
}

/** Installs a bundle on the selected nodes that do not have it, and yields what happens. */
export const installBundle = (
  input: InstallInput,
  outside: Outside,
): AsyncGenerator<RolloutEvent, void, void> => {
  const { bundle, digest, manifest, rolledBackTo, selection, policy, examine, probe } = input;
  const force = policy.force ?? false;
  const chunks = input.chunks.map((chunk) => ({ name: chunkName(bundle, chunk.sha256), ...chunk }));
  return roll(
    {
      operation: 'install',
      bundle,
      digest,
      manifest,
      ...(rolledBackTo !== undefined && { rolledBackTo }),
      chunks,
      selection,
      policy,
      ...(examine && { examine }),
      ...(probe && { probe }),
      plan: (nodes, releases) => planInstall(nodes, releases, { bundle, digest, force }),
      request: (revision) => ({
        version: 1,
        operation: 'install',
        bundle,
        digest,
        revision,
        chunks: chunks.map(({ name, sha256 }) => ({ name, sha256 })),
        force,
      }),
      labels: () => installedLabels(bundle, digest),
    },
    outside,
  );
};
