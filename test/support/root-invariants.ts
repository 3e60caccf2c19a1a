// What must be true of a seccomp root at every instant, also after a power loss, while a run is under way.
import {
  isStagingName,
  isTrashName,
  isWaitingLinkName,
  parseGenerationName,
  parseTakenName,
  REMOVAL_MODE,
} from '../../src/protocol/layout.ts';
import { parseRecord } from '../../src/protocol/node-record.ts';
import type { Tree, TreeEntry } from './memory-disk.ts';
import { renderTree } from './root-samples.ts';

export interface Expectation {
  /** Must be there unchanged, always. */
  readonly foreign: Tree;
  /** Generations by name, whole; an entry of `generations` at a name may also be file by file one of `drifted`. */
  readonly generations: Tree;
  readonly drifted?: Tree;
  /** What the link may name; undefined: it may be absent. */
  readonly targets: readonly (string | undefined)[];
  readonly isRemovalAllowed?: boolean;
  /** Where the link names this generation, the record has at least this revision: a late Job must not undo it. */
  readonly guarded?: { readonly target: string; readonly revision: number };
}

/** Says what is wrong with a tree, in words; undefined when nothing is. */
export const findViolation = (tree: Tree, expected: Expectation): string | undefined => {
  for (const [name, entry] of Object.entries(expected.foreign)) {
    if (
      renderTree({ [name]: tree[name] ?? { kind: 'link', target: 'nothing' } }) !==
      renderTree({ [name]: entry })
    ) {
      return `the foreign ${name} was touched`;
    }
  }
  for (const [name, entry] of Object.entries(tree)) {
    const violation = findEntryViolation(name, entry, tree, expected);
    if (violation !== undefined) return violation;
  }
  if (tree.web === undefined && !expected.targets.includes(undefined)) return 'the link is gone';
  return undefined;
};

const findEntryViolation = (
  name: string,
  entry: TreeEntry,
  tree: Tree,
  expected: Expectation,
): string | undefined => {
  if (name in expected.foreign || isStagingName(name)) return undefined;
  // What is taken away is anything from whole to empty.
  if (parseTakenName(name) !== undefined) return undefined;
  if (name === 'web') return findLinkViolation(entry, tree, expected);
  if (name === '.web.json') return findRecordViolation(entry);
  if (parseGenerationName(name) === undefined) return `the name ${name} is nobody's`;
  const whole = expected.generations[name];
  if (whole === undefined) return `the generation ${name} comes from nowhere`;
  return findGenerationViolation(name, entry, whole, expected.drifted?.[name]);
};

const findLinkViolation = (entry: TreeEntry, tree: Tree, expected: Expectation): string | undefined => {
  if (entry.kind === 'folder' && entry.mode === REMOVAL_MODE && expected.isRemovalAllowed) {
    return Object.keys(entry.tree).every(isTrashName)
      ? undefined
      : 'something foreign lies in the removal folder';
  }
  if (entry.kind !== 'link') return `a ${entry.kind} stands where the link goes`;
  if (tree[entry.target]?.kind !== 'folder') return `the link to ${entry.target} dangles`;
  if (!expected.targets.includes(entry.target)) return `the link names ${entry.target}`;
  const record = tree['.web.json'];
  const { guarded } = expected;
  if (guarded === undefined || entry.target !== guarded.target) return undefined;
  const revision = record?.kind === 'file' ? parseRecord(record.content).revision : -1;
  return revision >= guarded.revision ? undefined : `the link is new, but revision ${revision} is recorded`;
};

const findRecordViolation = (entry: TreeEntry): string | undefined => {
  try {
    if (entry.kind === 'file' && entry.mode === 0o644 && parseRecord(entry.content)) return undefined;
  } catch {}
  return `the record is half or not a file: ${JSON.stringify(entry)}`;
};

const findGenerationViolation = (
  name: string,
  entry: TreeEntry,
  whole: TreeEntry,
  drifted: TreeEntry | undefined,
): string | undefined => {
  if (drifted !== undefined) return findMixViolation(name, entry, [whole, drifted]);
  return renderTree(onlyProfiles(entry)) === renderTree(onlyProfiles(whole))
    ? undefined
    : `the generation ${name} is not whole: ${renderTree(onlyProfiles(entry))}`;
};

/** Links that wait inside a generation are no profile's business. */
const onlyProfiles = (entry: TreeEntry): Tree => {
  if (entry.kind !== 'folder') return { entry };
  const kept = Object.entries(entry.tree).filter(([name]) => !isWaitingLinkName(name));
  return { entry: { ...entry, tree: Object.fromEntries(kept) } };
};

/** While a generation is repaired each of its files is the wrong one or the right one, never a third thing. */
const findMixViolation = (
  path: string,
  entry: TreeEntry,
  variants: readonly (TreeEntry | undefined)[],
): string | undefined => {
  const folders = variants.map((variant) => (variant?.kind === 'folder' ? variant.tree : undefined));
  if (entry.kind !== 'folder' || folders.every((tree) => tree === undefined)) {
    const found = renderTree({ entry });
    const isKnown = variants.some((variant) => variant && renderTree({ entry: variant }) === found);
    return isKnown ? undefined : `${path} is neither the old nor the new one: ${found}`;
  }
  for (const [name, child] of Object.entries(entry.tree)) {
    if (isWaitingLinkName(name)) continue;
    const violation = findMixViolation(
      `${path}/${name}`,
      child,
      folders.map((tree) => tree?.[name]),
    );
    if (violation !== undefined) return violation;
  }
  // What both have must not be missing in between.
  const always = Object.keys(folders[0] ?? {}).filter((name) =>
    folders.every((tree) => tree?.[name] !== undefined),
  );
  const missing = always.find((name) => entry.tree[name] === undefined);
  return missing === undefined ? undefined : `${path}/${missing} is missing in between`;
};
