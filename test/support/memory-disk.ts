// A disk in memory that behaves as POSIX says and forgets as a power loss may: a file's content and mode last only
// after its fsync, a folder's names only after the folder's, and of what was not synced any subset may last.
import type { Disk, Entry, Handle } from '../../bootstrap/disk.ts';

export interface FileNode {
  readonly kind: 'file';
  mode: number;
  uid: number;
  mtimeMs: number;
  data: Buffer;
  /** What lasts; undefined until the first fsync. */
  durable?: { readonly data: Buffer; readonly mode: number };
}

export interface LinkNode {
  readonly kind: 'link';
  readonly target: string;
  mtimeMs: number;
}

/** One change of a folder's names that has not been synced: it lasts whole or not at all. */
export type PendingChange = readonly { readonly name: string; readonly node: Node | undefined }[];

export interface FolderNode {
  readonly kind: 'folder';
  mode: number;
  uid: number;
  mtimeMs: number;
  readonly entries: Map<string, Node>;
  durableMode: number;
  durableEntries: Map<string, Node>;
  pending: PendingChange[];
}

export type Node = FileNode | FolderNode | LinkNode;

/** A tree as plain data: what a test puts on a disk, and what it finds there. */
export type Tree = { readonly [name: string]: TreeEntry };
export type TreeEntry =
  | { readonly kind: 'file'; readonly mode: number; readonly content: string; readonly uid?: number }
  | { readonly kind: 'link'; readonly target: string }
  | { readonly kind: 'folder'; readonly mode: number; readonly uid?: number; readonly tree: Tree };

const fail = (code: string, syscall: string, path: string): never => {
  throw Object.assign(new Error(`${code}: ${syscall} '${path}'`), { code, syscall });
};

export class MemoryDisk implements Disk {
  readonly root: FolderNode;
  /** Counts changes of names. */
  changes = 0;
  readonly now: () => number;

  /** Everything of the tree is durable; it lies at `/root`. */
  constructor(tree: Tree = {}, now: () => number = () => 0) {
    this.now = now;
    this.root = this.#folder(0o755, 0);
    this.root.entries.set('root', this.#plant({ kind: 'folder', mode: 0o755, tree }));
    this.root.durableEntries = new Map(this.root.entries);
  }

  /** The folder at `/root`. */
  get top(): FolderNode {
    return this.root.entries.get('root') as FolderNode;
  }

  /** What is there now, as if every change lasted. */
  tree(folder: FolderNode = this.top): Tree {
    return Object.fromEntries(
      [...folder.entries].sort(byName).map(([name, node]): [string, TreeEntry] => [name, this.#show(node)]),
    );
  }

  #show(node: Node): TreeEntry {
    if (node.kind === 'link') return { kind: 'link', target: node.target };
    if (node.kind === 'file') {
      return { kind: 'file', mode: node.mode, content: node.data.toString('latin1'), uid: node.uid };
    }
    return { kind: 'folder', mode: node.mode, uid: node.uid, tree: this.tree(node) };
  }

  #plant(entry: TreeEntry): Node {
    if (entry.kind === 'link') return { kind: 'link', target: entry.target, mtimeMs: this.now() };
    const uid = entry.uid ?? 0;
    if (entry.kind === 'file') {
      const data = Buffer.from(entry.content, 'latin1');
      const { mode } = entry;
      return { kind: 'file', mode, uid, mtimeMs: this.now(), data, durable: { data, mode } };
    }
    const folder = this.#folder(entry.mode, uid);
    for (const [name, child] of Object.entries(entry.tree)) folder.entries.set(name, this.#plant(child));
    folder.durableEntries = new Map(folder.entries);
    return folder;
  }

  #folder(mode: number, uid: number): FolderNode {
    const mtimeMs = this.now();
    return {
      kind: 'folder',
      mode,
      uid,
      mtimeMs,
      entries: new Map(),
      durableMode: mode,
      durableEntries: new Map(),
      pending: [],
    };
  }

  /** Follows links in every component but the last, as the kernel does. */
  #find(
    path: string,
    syscall: string,
    depth = 0,
  ): { folder: FolderNode; name: string; node: Node | undefined } {
    if (depth > 40) fail('ELOOP', syscall, path);
    const segments = path.split('/').filter((segment) => segment !== '');
    const name = segments.pop() ?? fail('EINVAL', syscall, path);
    let folder = this.root;
    for (const [index, segment] of segments.entries()) {
      let next = folder.entries.get(segment);
      if (next?.kind === 'link') {
        const before = next.target.startsWith('/') ? '' : segments.slice(0, index).join('/');
        const target = `/${before}/${next.target}`;
        next = this.#find(target, syscall, depth + 1).node;
        if (next?.kind === 'link') next = this.#find(`${target}/.`, syscall, depth + 1).folder;
      }
      if (next === undefined) return fail('ENOENT', syscall, path);
      if (next.kind !== 'folder') return fail('ENOTDIR', syscall, path);
      folder = next;
    }
    return { folder, name, node: name === '.' ? folder : folder.entries.get(name) };
  }

  #change(folder: FolderNode, change: PendingChange): void {
    for (const { name, node } of change) {
      if (node === undefined) folder.entries.delete(name);
      else folder.entries.set(name, node);
    }
    folder.pending.push(change);
    this.changes++;
    folder.mtimeMs = this.now();
  }

  async look(path: string): Promise<Entry | undefined> {
    let node: Node | undefined;
    try {
      node = this.#find(path, 'lstat').node;
    } catch (error) {
      if (['ENOENT', 'ENOTDIR'].includes((error as { code: string }).code)) return undefined;
      throw error;
    }
    if (node === undefined) return undefined;
    const { kind, mtimeMs } = node;
    if (node.kind === 'link') return { kind, mode: 0o777, uid: 0, sizeBytes: node.target.length, mtimeMs };
    const sizeBytes = node.kind === 'file' ? node.data.length : 0;
    return { kind, mode: node.mode, uid: node.uid, sizeBytes, mtimeMs };
  }

  async readLink(path: string): Promise<string> {
    const { node } = this.#find(path, 'readlink');
    if (node === undefined) return fail('ENOENT', 'readlink', path);
    return node.kind === 'link' ? node.target : fail('EINVAL', 'readlink', path);
  }

  async list(folder: string): Promise<string[]> {
    const { folder: found } = this.#find(`${folder}/.`, 'scandir');
    return [...found.entries.keys()].sort();
  }

  async open(path: string): Promise<Handle> {
    const { node } = this.#find(path, 'open');
    if (node === undefined) return fail('ENOENT', 'open', path);
    return node.kind === 'link' ? fail('ELOOP', 'open', path) : this.#handle(node);
  }

  async create(path: string): Promise<Handle> {
    const { folder, name, node } = this.#find(path, 'open');
    if (node !== undefined) fail('EEXIST', 'open', path);
    const file: FileNode = { kind: 'file', mode: 0o600, uid: 0, mtimeMs: this.now(), data: Buffer.alloc(0) };
    this.#change(folder, [{ name, node: file }]);
    return this.#handle(file);
  }

  async makeFolder(path: string): Promise<void> {
    const { folder, name, node } = this.#find(path, 'mkdir');
    if (node !== undefined) fail('EEXIST', 'mkdir', path);
    this.#change(folder, [{ name, node: this.#folder(0o700, 0) }]);
  }

  async makeLink(target: string, path: string): Promise<void> {
    const { folder, name, node } = this.#find(path, 'symlink');
    if (node !== undefined) fail('EEXIST', 'symlink', path);
    this.#change(folder, [{ name, node: { kind: 'link', target, mtimeMs: this.now() } }]);
  }

  async rename(from: string, to: string): Promise<void> {
    const source = this.#find(from, 'rename');
    const target = this.#find(to, 'rename');
    const { node } = source;
    if (node === undefined) return fail('ENOENT', 'rename', from);
    // In the kernel's order: what lies in what first, then the kinds.
    if (node.kind === 'folder' && holds(node, target.folder)) fail('EINVAL', 'rename', to);
    if (target.node?.kind === 'folder' && holds(target.node, source.folder)) fail('ENOTEMPTY', 'rename', to);
    if (node.kind === 'folder' && target.node && target.node.kind !== 'folder') fail('ENOTDIR', 'rename', to);
    if (target.node === node) return;
    if (target.node?.kind === 'folder') {
      if (node.kind !== 'folder') fail('EISDIR', 'rename', to);
      if (target.node.entries.size > 0) fail('ENOTEMPTY', 'rename', to);
    }
    const leave = { name: source.name, node: undefined };
    const arrive = { name: target.name, node };
    if (source.folder === target.folder) return this.#change(source.folder, [leave, arrive]);
    // Two halves that may last apart: harsher than any journal, and nothing here may depend on one.
    this.#change(source.folder, [leave]);
    this.#change(target.folder, [arrive]);
  }

  async removeFile(path: string): Promise<void> {
    const { folder, name, node } = this.#find(path, 'unlink');
    if (node === undefined) fail('ENOENT', 'unlink', path);
    if (node?.kind === 'folder') fail('EISDIR', 'unlink', path);
    this.#change(folder, [{ name, node: undefined }]);
  }

  async removeFolder(path: string): Promise<void> {
    const { folder, name, node } = this.#find(path, 'rmdir');
    if (node === undefined) return fail('ENOENT', 'rmdir', path);
    if (node.kind !== 'folder') return fail('ENOTDIR', 'rmdir', path);
    if (node.entries.size > 0) fail('ENOTEMPTY', 'rmdir', path);
    this.#change(folder, [{ name, node: undefined }]);
  }

  #handle(node: FileNode | FolderNode): Handle {
    return {
      read: async (limitBytes) => {
        if (node.kind === 'folder') return fail('EISDIR', 'read', '');
        return node.data.length > limitBytes ? fail('EFBIG', 'read', '') : Uint8Array.from(node.data);
      },
      write: async (content) => {
        if (node.kind === 'folder') return fail('EBADF', 'write', '');
        node.data = Buffer.concat([node.data, content]);
      },
      setMode: async (mode) => {
        node.mode = mode;
      },
      takeOwnership: async () => {
        node.uid = 0;
      },
      sync: async () => {
        if (node.kind === 'file') {
          node.durable = { data: node.data, mode: node.mode };
          return;
        }
        node.durableMode = node.mode;
        node.durableEntries = new Map(node.entries);
        node.pending = [];
      },
      close: async () => {},
    };
  }
}

const byName = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : a > b ? 1 : 0);

const holds = (folder: FolderNode, inner: FolderNode): boolean =>
  folder === inner ||
  [...folder.entries.values()].some((child) => child.kind === 'folder' && holds(child, inner));
