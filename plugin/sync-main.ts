// The entry of the sync inside the cluster: what main.ts is to the command line, for one pass whose order stands in a
// variable. A reader of `process`, as main.ts is.
import packageJson from '../package.json' with { type: 'json' };
import { SeccompError } from '../src/error.ts';
import { SYNC_VARIABLE } from './cluster/sync-objects.ts';
import { parseSyncOrder } from './commands/sync-order.ts';
import { runOnePass } from './commands/sync-pass.ts';
import { describeFailure } from './failure.ts';
import { localClock } from './local-clock.ts';
import { connect } from './local-cluster.ts';
import { sanitizeText } from './output/sanitize.ts';

const { version } = packageJson;

const interruption = new AbortController();
const interrupt = (signal: NodeJS.Signals): void =>
  interruption.abort(new SeccompError('interrupted', `interrupted by ${signal}`));
process.on('SIGINT', interrupt);
// The kubelet's word that the Pod is to go: Jobs on nodes are deleted, and records closed, before it does.
process.on('SIGTERM', interrupt);

const main = async (): Promise<number> => {
  try {
    const order = parseSyncOrder(process.env[SYNC_VARIABLE]);
    const outside = {
      programName: 'kubectl seccomp',
      version,
      stdin: process.stdin,
      stdout: process.stdout,
      stderr: process.stderr,
      environment: process.env,
      clock: localClock,
      signal: interruption.signal,
    };
    const cluster = await connect(order.connect, outside, process.pid, 'sync');
    return await runOnePass(order, cluster, outside);
  } catch (thrown) {
    const { text, exitCode } = describeFailure(thrown, version);
    process.stderr.write(sanitizeText(text));
    return exitCode;
  }
};

void main().then((code) => {
  // Both streams are a pipe to the runtime, and written at once.
  process.exit(code);
});
