// The bundle's bytes as the Job mounts them: chunks, each verified before any byte of it is used.
import { readFile } from 'node:fs/promises';
import { sha256Of } from '../src/bundle/manifest.ts';
import type { Chunk } from '../src/protocol/request.ts';
import { NodeFailure } from './node-failure.ts';

/** Reads the chunks in order, one in memory at a time; throws `bundle` for one that is missing or changed. */
export async function* readChunks(folder: string, chunks: readonly Chunk[]): AsyncGenerator<Uint8Array> {
  for (const { name, sha256 } of chunks) {
    const content = await readChunk(`${folder}/${name}`, name);
    // A ConfigMap may have been replaced by somebody else's of the same name.
    const found = sha256Of(content);
    if (found !== sha256)
      throw new NodeFailure('bundle', `chunk ${name} has the sha256 ${found}: ${sha256} was wanted`);
    yield content;
  }
}

const readChunk = async (path: string, name: string): Promise<Uint8Array> => {
  try {
    return await readFile(path);
  } catch (error) {
    throw new NodeFailure('bundle', `chunk ${name} cannot be read: ${(error as Error).message}`, error);
  }
};
