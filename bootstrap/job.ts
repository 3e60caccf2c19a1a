// The program inside the Job: reads the request and the chunks that the Job mounts, runs it on the seccomp root and
// writes the report into the termination message. The exit code is 0 exactly where the report is no failure.
import { readFile, writeFile } from 'node:fs/promises';
import { parseRequest } from '../src/protocol/parse-request.ts';
import { renderReport } from '../src/protocol/render-report.ts';
import type { Report } from '../src/protocol/report.ts';
import type { Request } from '../src/protocol/request.ts';
import { readChunks } from './chunks.ts';
import { nodeDisk } from './disk.ts';
import { readFacts } from './facts.ts';
import { checkSeccompMount, parseMountinfo } from './mountinfo.ts';
import { failedReport, runRequest } from './run.ts';
import { siteOf } from './run-on-folder.ts';

export interface JobPlaces {
  readonly seccompRoot: string;
  readonly chunks: string;
  readonly terminationLog: string;
  readonly mountinfo: string;
}

export interface JobOutside {
  /** The environment variable's value. */
  readonly request: string | undefined;
  readonly places: JobPlaces;
  /** Aborts on SIGTERM. */
  readonly signal: AbortSignal;
  /** Writes one line to the log. */
  readonly log: (line: string) => void;
}

/** Runs the Job to its end and returns the exit code; never throws. */
export const runJob = async (outside: JobOutside): Promise<number> => {
  const report = await makeReport(outside);
  const { message, logLine } = renderReport(report);
  if (logLine !== undefined) outside.log(logLine);
  try {
    await writeFile(outside.places.terminationLog, message);
  } catch (error) {
    // With FallbackToLogsOnError the log's end takes its place, so the report goes there whole.
    outside.log(`cannot write ${outside.places.terminationLog}: ${(error as Error).message}`);
    outside.log(message);
    return 1;
  }
  outside.log(describe(report));
  return report.outcome === 'failed' ? 1 : 0;
};

const makeReport = async ({ request: text, places, signal }: JobOutside): Promise<Report> => {
  const facts = await readFacts(nodeDisk);
  let request: Request | undefined;
  try {
    request = parseRequest(text ?? '');
    checkSeccompMount(parseMountinfo(await readFile(places.mountinfo, 'utf8')), places.seccompRoot);
    const { operation } = request;
    const chunks = operation === 'install' ? request.chunks : [];
    return await runRequest(await siteOf(places.seccompRoot, signal), request, facts, () =>
      readChunks(places.chunks, chunks),
    );
  } catch (error) {
    return failedReport(request?.operation ?? 'inspect', error, facts);
  }
};

const describe = ({ operation, outcome, durationMs, error }: Report): string =>
  error
    ? `${operation} failed after ${durationMs} ms: ${error.code}: ${JSON.stringify(error.message)}`
    : `${operation}: ${outcome} in ${durationMs} ms`;
