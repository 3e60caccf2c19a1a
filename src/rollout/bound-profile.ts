// What `bind` is asked to bind, looked up in the records of what was rolled out: the path that a pod names, and whether
// the nodes that it could come to have it.
import { SeccompError } from '../error.ts';
import { generationName, parseLocalhostProfile } from '../protocol/layout.ts';
import type { SeccompProfileField } from '../workload/objects.ts';
import { contentsOf, type FileState } from './contents.ts';
import { digest16 } from './names.ts';
import type { NodeSeen } from './node.ts';
import type { Release } from './release.ts';

/** A profile as it is asked for. */
export type ProfileChoice =
  | { readonly kind: 'builtin'; readonly type: 'RuntimeDefault' | 'Unconfined' }
  /** `web/nginx.json`. */
  | { readonly kind: 'linked'; readonly bundle: string; readonly path: string }
  /** `web@3fa9c1d2e4f5a6b7/nginx.json`. */
  | { readonly kind: 'pinned'; readonly bundle: string; readonly digest16: string; readonly path: string }
  /** `web@v3/nginx.json`: what that revision installed. */
  | { readonly kind: 'revision'; readonly bundle: string; readonly revision: number; readonly path: string };

/** Parses PROFILE of the command line; throws SeccompError `usage`. */
export const parseProfileChoice = (text: string): ProfileChoice => {
  if (text === 'RuntimeDefault' || text === 'Unconfined') return { kind: 'builtin', type: text };
  const [, bundleOfRevision = '', revision = '', rest = ''] =
    /^([^/@]+)@v([1-9]\d{0,8})\/(.+)$/.exec(text) ?? [];
  const named = parseLocalhostProfile(revision === '' ? text : `${bundleOfRevision}/${rest}`);
  // The kubelet's join would give `web//a.json` and `/web/a.json` a meaning; the API server refuses the second.
  if (named.kind === 'linked' && revision !== '' && named.path === rest)
    return { kind: 'revision', bundle: named.bundle, revision: Number(revision), path: rest };
  if (named.kind === 'linked' && text === `${named.bundle}/${named.path}`) return named;
  if (named.kind === 'pinned' && text === `${generationName(named.bundle, named.digest16)}/${named.path}`)
    return named;
  throw new SeccompError('usage', `"${text}" is not a profile of a bundle`, {
    hint:
      named.kind === 'operator'
        ? 'operator/ is the folder of other operators; --from-operator moves a workload off it.'
        : 'Write web/nginx.json, web@3fa9c1d2e4f5a6b7/nginx.json, web@v3/nginx.json, RuntimeDefault or Unconfined.',
  });
};

/** Records and nodes, as far as they could be read. */
export interface Rolled {
  readonly nodes: readonly NodeSeen[];
  readonly releases: readonly Release[];
}

/** Returns the field for a choice that names its content or needs none: nothing has to be looked up for it. */
export const fieldOf = (choice: ProfileChoice): SeccompProfileField | undefined => {
  switch (choice.kind) {
    case 'builtin':
      return { type: choice.type };
    case 'linked':
      return localhost(choice.bundle, choice.path);
    case 'pinned':
      return localhost(generationName(choice.bundle, choice.digest16), choice.path);
    case 'revision':
      return undefined;
  }
};

/**
 * Returns the field that binds the content which `eligible` nodes have, or which a revision or a digest names. Throws
 * `conflict` where they have several, and `bundle` where no record tells.
 */
export const pinChoice = (
  choice: ProfileChoice,
  {
    eligible,
    releases,
    digest,
  }: Pick<Rolled, 'releases'> & { eligible: readonly NodeSeen[]; digest?: string },
): SeccompProfileField => {
  if (choice.kind === 'builtin')
    throw new SeccompError('usage', `--pin: ${choice.type} has no content that could be pinned`);
  if (choice.kind === 'pinned') return fieldOf(choice)!;
  const { bundle, path } = choice;
  return localhost(
    generationName(
      bundle,
      chooseDigest(choice, { eligible, releases, ...(digest !== undefined && { digest }) }),
    ),
    path,
  );
};

const chooseDigest = (
  choice: ProfileChoice & { readonly bundle: string },
  {
    eligible,
    releases,
    digest,
  }: { eligible: readonly NodeSeen[]; releases: readonly Release[]; digest?: string },
): string => {
  const { bundle } = choice;
  if (choice.kind === 'revision') {
    const release = releases.find((one) => one.bundle === bundle && one.revision === choice.revision);
    if (release?.digest !== undefined) return release.digest;
    throw new SeccompError(
      'bundle',
      release
        ? `${bundle}@v${choice.revision} removed the bundle`
        : `${bundle}@v${choice.revision} is not recorded (any more)`,
      { hint: `\`history ${bundle}\` lists the revisions.` },
    );
  }
  if (digest !== undefined) return digest;
  const installed = new Set(eligible.flatMap(({ labels }) => labels[bundle] ?? []));
  const [first] = installed;
  if (first === undefined) throw neverRolledOut(bundle, releases);
  if (installed.size === 1) return first;
  const found = [...installed].map((one) => {
    const count = eligible.filter(({ labels }) => labels[bundle] === one).length;
    return `${generationName(bundle, one)} (${count === 1 ? '1 node' : `${count} nodes`})`;
  });
  throw new SeccompError('conflict', `nodes have different contents of ${bundle}: ${found.join(', ')}`, {
    hint: `Finish the rollout, or name one: --digest, or PROFILE as ${bundle}@v3/${'path' in choice ? choice.path : ''}.`,
  });
};

/** Says where a profile's file is, among the nodes that a pod could come to. */
export interface Presence {
  readonly path: string;
  readonly states: Readonly<Partial<Record<FileState, readonly string[]>>>;
}

/** Finds out where the file is; nothing is asked but labels and records. */
export const presenceOf = (path: string, eligible: readonly NodeSeen[], rolled: Rolled): Presence => {
  const { fileOn } = contentsOf(rolled.nodes, rolled.releases);
  const named = parseLocalhostProfile(path);
  const states: Partial<Record<FileState, string[]>> = {};
  for (const { name } of eligible) {
    const state = fileOn(name, named);
    states[state] = [...(states[state] ?? []), name];
  }
  return { path, states };
};

/** Throws SeccompError `bundle` for a profile that no rolled-out content of its bundle holds. */
export const refuseUnheld = (path: string, { nodes, releases }: Rolled): void => {
  const named = parseLocalhostProfile(path);
  if (named.kind !== 'linked' && named.kind !== 'pinned') return;
  const { bundle } = named;
  const contents = contentsOf(nodes, releases);
  if (!contents.isKnown(bundle)) throw neverRolledOut(bundle, releases);
  const recorded = releases.filter(
    (one) =>
      one.bundle === bundle &&
      one.manifest !== undefined &&
      one.digest !== undefined &&
      (named.kind === 'linked' || digest16(one.digest) === named.digest16),
  );
  if (named.kind === 'pinned' && recorded.length === 0)
    throw new SeccompError('bundle', `${generationName(bundle, named.digest16)} is not recorded (any more)`, {
      hint: `\`history ${bundle}\` lists what was rolled out.`,
    });
  const newest = recorded.at(-1)?.manifest;
  if (newest === undefined || newest.profiles.some((profile) => profile.path === named.path)) return;
  // During a rollout, nodes that it has not come to have what was there before.
  if (named.kind === 'linked' && nodes.some(({ name }) => contents.fileOn(name, named) === 'present')) return;
  // A path may stand there once for each architecture.
  const held = [...new Set(newest.profiles.map((profile) => profile.path))];
  throw new SeccompError('bundle', `bundle "${bundle}" holds no profile "${named.path}"`, {
    hint: `It holds ${held.slice(0, 5).join(', ')}${held.length > 5 ? ', …' : ''}.`,
  });
};

const neverRolledOut = (bundle: string, releases: readonly Release[]): SeccompError => {
  const known = [...new Set(releases.map((release) => release.bundle))];
  const others = known.length === 0 ? '' : `There is ${known.join(', ')}. `;
  return new SeccompError('bundle', `no node has a bundle "${bundle}"`, {
    hint: `${others}Roll it out first: apply -f FOLDER --name ${bundle}, or apply --from-configmaps.`,
  });
};

const localhost = (folder: string, path: string): SeccompProfileField => ({
  type: 'Localhost',
  localhostProfile: `${folder}/${path}`,
});
