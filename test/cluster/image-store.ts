// A containerd root folder in the cache with the images already in it. A new node's disk is a copy of it: its files
// are links, as nothing ever writes to them (overlayfs copies up), only the databases are its own. Importing the
// images on each node costs two seconds of processor time a node instead.
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { partialName, publish } from './build.ts';
import { mustRun } from './processes.ts';

/** Makes `<tar without .tar>.store` unless it exists, and returns its path. */
export const buildImageStore = async (
  tar: string,
  nodeTools: string,
  say: (line: string) => void,
): Promise<string> => {
  const path = tar.replace(/\.tar$/, '.store');
  if (existsSync(path)) return path;
  say('unpacking the images …');
  const partial = partialName(path);
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  await mustRun(
    ['unshare', '--mount', '--propagation=private', '--pid', '--fork', '--kill-child', 'sh', '-c', IMPORT],
    { env: { STORE: partial, TAR: tar, PATH: `${nodeTools}:${process.env.PATH ?? ''}` } },
  );
  publish(partial, path);
  return path;
};

/** Fills an empty containerd root folder, on the same file system, from the store. */
export const copyImageStore = async (store: string, root: string): Promise<void> => {
  await mustRun(['cp', '--archive', '--link', `${store}/.`, root]);
  for (const folder of readdirSync(store)) {
    for (const name of readdirSync(join(store, folder))) {
      if (!name.endsWith('.db')) continue;
      rmSync(join(root, folder, name));
      copyFileSync(join(store, folder, name), join(root, folder, name));
    }
  }
};

// The socket's path must be short, and the host's own containerd is none of our business: hence a /run of our own.
const IMPORT = `set -e
mount -t tmpfs run /run
cat >/run/config.toml <<END
version = 3
root = "$STORE"
state = "/run/containerd"
disabled_plugins = ["io.containerd.cri.v1.images", "io.containerd.cri.v1.runtime", "io.containerd.grpc.v1.cri", "io.containerd.nri.v1.nri"]
[grpc]
address = "/run/containerd.sock"
[plugins."io.containerd.internal.v1.opt"]
path = "/run/opt"
END
containerd --config /run/config.toml >&2 &
pid=$!
tries=0
until ctr --address /run/containerd.sock version >/dev/null 2>&1; do
  tries=$((tries + 1)); [ $tries -lt 300 ]; sleep 0.1
done
ctr --address /run/containerd.sock --namespace k8s.io images import "$TAR"
kill $pid
wait $pid`;
