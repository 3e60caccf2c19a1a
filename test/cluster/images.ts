// The images of the test cluster, made from what the machine has: an OCI layout in a tar, which `ctr images import`
// takes as if it came from a registry. The names are those that pods ask for; no registry ever sees them.
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { partialName, publish, sweepPartial } from './build.ts';
import { mustRun } from './processes.ts';
import { cacheFolder } from './state.ts';

export const NODE_IMAGE = 'docker.io/library/node:24.21.0-slim';
export const BUSYBOX_IMAGE = 'docker.io/library/busybox:1.37';
export const PAUSE_IMAGE = 'registry.k8s.io/pause:3.10';

/** The names each image gets on the nodes. */
export interface ImageNames {
  readonly node: readonly string[];
  readonly busybox: readonly string[];
  readonly pause: readonly string[];
}

export const DEFAULT_IMAGES: ImageNames = {
  node: [NODE_IMAGE],
  busybox: [BUSYBOX_IMAGE],
  pause: [PAUSE_IMAGE],
};

/** Raised when what this file writes changes, so that images in the cache are made anew. */
const RECIPE = 1;
const NODE_PACKAGE = join(import.meta.dirname, '../../node_modules/node');
const NODE_PROGRAM = join(NODE_PACKAGE, 'bin/node');
const BUSYBOX_PROGRAM = '/bin/busybox';
const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

interface Image {
  readonly names: readonly string[];
  readonly config: { Env: string[]; Cmd?: string[]; Entrypoint?: string[] };
  /** Host paths and where they go. */
  readonly files: readonly { from: string; to: string; isStripped?: boolean }[];
  readonly hasShell: boolean;
}

/** Returns the path of the tar with all images, which is made unless the cache has it. */
export const buildImages = async (
  pauseFolder: string,
  say: (line: string) => void,
  names: ImageNames = DEFAULT_IMAGES,
  cache = cacheFolder(),
): Promise<string> => {
  const images = await describe(pauseFolder, names);
  const stamp = (path: string) => {
    const { size, mtimeMs } = statSync(path);
    return [path, size, mtimeMs];
  };
  const stamps = images.flatMap((image) => image.files.map((file) => stamp(file.from)));
  const key = createHash('sha256').update(
    JSON.stringify([RECIPE, process.arch, images, stamps, stamp(BUSYBOX_PROGRAM)]),
  );
  const path = join(cache, 'images', `${key.digest('hex').slice(0, 16)}.tar`);
  if (existsSync(path)) return path;
  sweepPartial(dirname(path));
  say('making the images …');
  const work = partialName(`${path}.folder`);
  mkdirSync(work, { recursive: true });
  try {
    await writeLayout(images, work, partialName(path));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  publish(partialName(path), path);
  return path;
};

const nodeVersion = (): string =>
  (JSON.parse(readFileSync(join(NODE_PACKAGE, 'package.json'), 'utf8')) as { version: string }).version;

const describe = async (pauseFolder: string, names: ImageNames): Promise<Image[]> => [
  {
    names: names.pause,
    config: { Env: [PATH], Entrypoint: ['/pause'] },
    files: [{ from: join(pauseFolder, 'pause'), to: 'pause' }],
    hasShell: false,
  },
  { names: names.busybox, config: { Env: [PATH], Cmd: ['sh'] }, files: [], hasShell: true },
  {
    names: names.node,
    config: { Env: [PATH, `NODE_VERSION=${nodeVersion()}`], Cmd: ['node'] },
    files: [
      { from: NODE_PROGRAM, to: 'usr/local/bin/node', isStripped: true },
      ...(await librariesOf(NODE_PROGRAM)).map((from) => ({ from, to: from.slice(1) })),
    ],
    hasShell: true, // the stock image has one too, and so people's commands may use it
  },
];

const librariesOf = async (program: string): Promise<string[]> => {
  const lines = (await mustRun(['ldd', program])).split('\n');
  return lines.flatMap((line) => /(?:=> )?(\/\S+) \(0x/.exec(line)?.[1] ?? []);
};

const writeLayout = async (images: readonly Image[], work: string, tar: string): Promise<void> => {
  const blobs = join(work, 'layout/blobs/sha256');
  mkdirSync(blobs, { recursive: true });
  const addBlob = (mediaType: string, bytes: Buffer) => {
    const hex = createHash('sha256').update(bytes).digest('hex');
    writeFileSync(join(blobs, hex), bytes);
    return { mediaType, digest: `sha256:${hex}`, size: bytes.length };
  };
  const addJson = (mediaType: string, value: unknown) =>
    addBlob(mediaType, Buffer.from(JSON.stringify(value)));
  const platform = { os: 'linux', architecture: process.arch === 'x64' ? 'amd64' : process.arch };
  const manifests = [];
  for (const [index, image] of images.entries()) {
    const root = join(work, `root-${index}`);
    await writeRoot(image, root);
    const layer = addBlob(
      'application/vnd.oci.image.layer.v1.tar',
      await tarOf(root, join(work, `${index}.tar`)),
    );
    const config = addJson('application/vnd.oci.image.config.v1+json', {
      ...platform,
      config: image.config,
      rootfs: { type: 'layers', diff_ids: [layer.digest] },
    });
    const mediaType = 'application/vnd.oci.image.manifest.v1+json';
    const manifest = addJson(mediaType, { schemaVersion: 2, mediaType, config, layers: [layer] });
    for (const name of image.names) {
      manifests.push({ ...manifest, platform, annotations: { 'io.containerd.image.name': name } });
    }
  }
  const index = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests };
  writeFileSync(join(work, 'layout/index.json'), JSON.stringify(index));
  writeFileSync(join(work, 'layout/oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  await tarOf(join(work, 'layout'), tar);
};

const writeRoot = async (image: Image, root: string): Promise<void> => {
  for (const folder of ['dev', 'etc', 'proc', 'root', 'sys', 'tmp', 'usr/local/bin']) {
    mkdirSync(join(root, folder), { recursive: true });
  }
  chmodSync(join(root, 'tmp'), 0o1777);
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\nnode:x:1000:1000::/tmp:/bin/sh\n');
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\nnode:x:1000:\n');
  for (const { from, to, isStripped } of image.files) {
    mkdirSync(dirname(join(root, to)), { recursive: true });
    copyFileSync(from, join(root, to));
    chmodSync(join(root, to), 0o755);
    if (isStripped) await mustRun(['strip', join(root, to)]);
  }
  if (!image.hasShell) return;
  mkdirSync(join(root, 'bin'), { recursive: true });
  copyFileSync(BUSYBOX_PROGRAM, join(root, 'bin/busybox'));
  for (const applet of (await mustRun([BUSYBOX_PROGRAM, '--list'])).trim().split('\n')) {
    if (applet !== 'busybox') symlinkSync('busybox', join(root, 'bin', applet));
  }
};

const tarOf = async (folder: string, file: string): Promise<Buffer> => {
  const reproducible = [
    '--sort=name',
    '--mtime=@0',
    '--owner=0',
    '--group=0',
    '--numeric-owner',
    '--format=ustar',
  ];
  await mustRun(['tar', ...reproducible, '-C', folder, '-cf', file, '.']);
  return readFileSync(file);
};
