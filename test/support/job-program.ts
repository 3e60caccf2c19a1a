// Entry of the Job's program with its places in a folder of the test's (JOB_PLACES) instead of fixed mounts.
import { runJob } from '../../bootstrap/job.ts';
import { REQUEST_VARIABLE } from '../../src/protocol/request.ts';

const folder = process.env.JOB_PLACES ?? '';

void runJob({
  request: process.env[REQUEST_VARIABLE],
  places: {
    seccompRoot: `${folder}/root`,
    chunks: `${folder}/chunks`,
    terminationLog: `${folder}/termination-log`,
    mountinfo: `${folder}/mountinfo`,
  },
  signal: new AbortController().signal,
  log: (line) => process.stdout.write(`${line}\n`),
}).then((code) => {
  process.exitCode = code;
});
