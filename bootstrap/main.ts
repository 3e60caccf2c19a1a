// Entry of the program inside the Job: the only reader of `process` here.
import {
  CHUNKS_MOUNT,
  REQUEST_VARIABLE,
  SECCOMP_ROOT_MOUNT,
  TERMINATION_LOG,
} from '../src/protocol/request.ts';
import { runJob } from './job.ts';

// Node as PID 1 has no default for SIGTERM: without a handler a deleted Pod would run into SIGKILL.
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());

runJob({
  request: process.env[REQUEST_VARIABLE],
  places: {
    seccompRoot: SECCOMP_ROOT_MOUNT,
    chunks: CHUNKS_MOUNT,
    terminationLog: TERMINATION_LOG,
    mountinfo: '/proc/self/mountinfo',
  },
  signal: stop.signal,
  log: (line) => process.stdout.write(`${line}\n`),
}).then((code) => {
  process.exitCode = code;
});
