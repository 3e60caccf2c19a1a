// What a power loss at this instant may leave of a memory disk: of the changes that were not synced every subset, of
// the content that was not synced all, half or nothing.
import { isStagingName } from '../../src/protocol/layout.ts';
import type { FileNode, FolderNode, LinkNode, MemoryDisk, Tree, TreeEntry } from './memory-disk.ts';

/** Answers with a number from 0 to `count` - 1. */
type Decide = (count: number) => number;

/** Yields every tree that may be left, at most `limit` of them; the first is the one where everything lasted. */
export function* treesAfterPowerLoss(disk: MemoryDisk, limit: number): Generator<Tree> {
  // An odometer over decisions: each run follows the script and answers 0 beyond its end.
  let script: number[] = [];
  for (let count = 0; count < limit; count++) {
    const taken: { readonly answer: number; readonly count: number }[] = [];
    const decide: Decide = (choices) => {
      const answer = script[taken.length] ?? 0;
      taken.push({ answer, count: choices });
      return answer;
    };
    yield leftOf(disk.top, decide);
    while (taken.length > 0 && taken.at(-1)!.answer === taken.at(-1)!.count - 1) taken.pop();
    const last = taken.pop();
    if (last === undefined) return;
    script = [...taken.map(({ answer }) => answer), last.answer + 1];
  }
}

const leftOf = (folder: FolderNode, decide: Decide): Tree => {
  const entries = new Map(folder.durableEntries);
  for (const change of folder.pending) {
    // Whether a name that only its run knows lasts makes no difference to anybody.
    const isOwnBusiness = change.every(({ name }) => isStagingName(name));
    if (!isOwnBusiness && decide(2) === 1) continue;
    for (const { name, node } of change) {
      if (node === undefined) entries.delete(name);
      else entries.set(name, node);
    }
  }
  const tree: Record<string, TreeEntry> = {};
  for (const name of [...entries.keys()].sort()) {
    // Below a staging name nobody looks: one variant stands for all.
    const decideBelow: Decide = isStagingName(name) ? () => 0 : decide;
    tree[name] = leftOfNode(entries.get(name)!, decideBelow);
  }
  return tree;
};

const leftOfNode = (node: FileNode | FolderNode | LinkNode, decide: Decide): TreeEntry => {
  // Links are written with their name (ext4, xfs and btrfs log them together); there is no fsync for them.
  if (node.kind === 'link') return { kind: 'link', target: node.target };
  if (node.kind === 'folder') {
    const mode = node.mode === node.durableMode || decide(2) === 0 ? node.mode : node.durableMode;
    return { kind: 'folder', mode, uid: node.uid, tree: leftOf(node, decide) };
  }
  return { kind: 'file', uid: node.uid, ...leftOfFile(node, decide) };
};

const leftOfFile = ({ data, mode, durable }: FileNode, decide: Decide): { mode: number; content: string } => {
  const whole = { mode, content: data.toString('latin1') };
  if (durable?.data.equals(data) && durable.mode === mode) return whole;
  if (durable)
    return decide(2) === 0 ? whole : { mode: durable.mode, content: durable.data.toString('latin1') };
  const choice = decide(3);
  if (choice === 0) return whole;
  if (choice === 1) return { mode, content: data.subarray(0, data.length >> 1).toString('latin1') };
  return { mode: 0o600, content: '' };
};
