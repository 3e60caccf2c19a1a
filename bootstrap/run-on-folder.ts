// The node's own program on a folder of this machine (`--root DIR`): the same steps, without a Job around them and
// without the question whose kubelet the folder belongs to.
import { randomBytes } from 'node:crypto';
import { mkdir, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Report } from '../src/protocol/report.ts';
import type { Request } from '../src/protocol/request.ts';
import { hasCode, nodeDisk } from './disk.ts';
import { goArchitecture, readFacts } from './facts.ts';
import { finishFolder, succeeds, syncFolder } from './folders.ts';
import { NodeFailure } from './node-failure.ts';
import { failedReport, runRequest } from './run.ts';
import type { Site } from './site.ts';

/** Makes the site of a real folder; links in the path to it are resolved here, once. */
export const siteOf = async (seccompRoot: string, signal?: AbortSignal): Promise<Site> => ({
  disk: nodeDisk,
  root: await realpath(seccompRoot),
  architecture: goArchitecture(),
  uid: process.getuid?.() ?? 0,
  now: Date.now,
  newId: () => randomBytes(16).toString('hex'),
  ...(signal && { signal }),
});

/**
 * Runs a request on a folder of this machine. An install makes the folder (0755) when only it is missing; a remove
 * leaves it. Asked about a folder that is not there it fails: "nothing found" would hide a mistyped path.
 * `bundle` is read at most as often as it lets itself be.
 */
export const runOnFolder = async (
  seccompRoot: string,
  request: Request,
  bundle?: AsyncIterable<Uint8Array>,
): Promise<Report> => {
  const facts = await readFacts(nodeDisk);
  try {
    if (request.operation === 'install') await makeRoot(seccompRoot);
    const site = await siteOf(seccompRoot).catch((error) => {
      throw hasCode(error, 'ENOENT') ? noFolder(seccompRoot, error) : error;
    });
    return await runRequest(site, request, facts, () => {
      if (bundle === undefined) throw new NodeFailure('bundle', 'no bundle was given to install');
      return bundle;
    });
  } catch (error) {
    return failedReport(request.operation, error, facts);
  }
};

const makeRoot = async (seccompRoot: string): Promise<void> => {
  const making = mkdir(seccompRoot).catch((error) => {
    throw hasCode(error, 'ENOENT') ? noFolder(dirname(seccompRoot), error) : error;
  });
  if (!(await succeeds(making, 'EEXIST'))) return;
  const parent = await realpath(dirname(seccompRoot));
  await finishFolder(nodeDisk, join(parent, basename(seccompRoot)));
  await syncFolder(nodeDisk, parent);
};

const noFolder = (path: string, cause: unknown): NodeFailure =>
  new NodeFailure('disk', `there is no folder "${path}"`, cause);
