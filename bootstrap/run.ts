// One request on one seccomp root, to its report. Never throws: what went wrong stands in the report.
import type { NodeFacts, Report } from '../src/protocol/report.ts';
import type { Request } from '../src/protocol/request.ts';
import { readCurrentDigest, readRecord } from './bundle-state.ts';
import { inspect } from './inspect.ts';
import { install } from './install.ts';
import { failureOf } from './node-failure.ts';
import type { Done } from './operation.ts';
import { prune } from './prune.ts';
import { remove } from './remove.ts';
import type { Site } from './site.ts';
import type { OpenBundle } from './stage.ts';

/** Runs a request; `openBundle` is called for an install that needs the bundle's bytes. */
export const runRequest = async (
  site: Site,
  request: Request,
  facts: NodeFacts,
  openBundle: OpenBundle,
): Promise<Report> => {
  const startMs = performance.now();
  try {
    const done = await runOperation(site, request, openBundle);
    const at = new Date(site.now()).toISOString();
    return { version: 1, operation: request.operation, ...done, durationMs: since(startMs), at, facts };
  } catch (error) {
    return failedReport(
      request.operation,
      error,
      facts,
      since(startMs),
      await readAfterFailure(site, request),
    );
  }
};

/** Makes the report of a run that failed, or that could not begin. */
export const failedReport = (
  operation: Request['operation'],
  error: unknown,
  facts: NodeFacts,
  durationMs = 0,
  state: Pick<Report, 'digest' | 'revision'> = {},
): Report => {
  const { code, message } = failureOf(error);
  return { version: 1, operation, outcome: 'failed', ...state, durationMs, facts, error: { code, message } };
};

const runOperation = (site: Site, request: Request, openBundle: OpenBundle): Promise<Done> => {
  if (request.operation === 'install') return install(site, request, openBundle);
  if (request.operation === 'remove') return remove(site, request);
  if (request.operation === 'prune') return prune(site, request);
  return inspect(site, request);
};

/** Says what the node still has; on a disk that fails that may not be readable, and then nothing is claimed. */
const readAfterFailure = async (
  site: Site,
  { bundle }: Request,
): Promise<Pick<Report, 'digest' | 'revision'>> => {
  if (bundle === undefined) return {};
  try {
    const digest = await readCurrentDigest(site, bundle);
    const revision = (await readRecord(site, bundle))?.revision;
    return { ...(digest !== undefined && { digest }), ...(revision !== undefined && { revision }) };
  } catch {
    return {};
  }
};

const since = (startMs: number): number => Math.round(performance.now() - startMs);
