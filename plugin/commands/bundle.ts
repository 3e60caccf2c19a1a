// `bundle build|inspect|verify`: bundle files without a cluster.
import type { CommandModule } from 'yargs';
import type { Outside } from '../outside.ts';
import { bundleBuildCommand } from './bundle-build.ts';
import { bundleInspectCommand } from './bundle-inspect.ts';
import { bundleVerifyCommand } from './bundle-verify.ts';
import { verbs } from './verbs.ts';

const USAGE = `$0 bundle build|inspect|verify

A bundle is one file with a named set of profiles: the same profiles give the same
digest on every machine. Build it once, review it, and apply that very file.`;

/** Builds the group of commands. */
export const bundleCommand = (outside: Outside): CommandModule => ({
  ...verbs.bundle,
  builder: (parser) =>
    parser
      .usage(USAGE)
      .command(bundleBuildCommand(outside))
      .command(bundleInspectCommand(outside))
      .command(bundleVerifyCommand(outside))
      .demandCommand(1, 'bundle: say build, inspect or verify'),
  handler: () => {},
});
