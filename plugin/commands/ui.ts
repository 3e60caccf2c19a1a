// `ui [PLACE]`: the full-screen terminal UI. Here is only what a command line needs of it; the screens are plugin/tui.
import type { CommandModule } from 'yargs';
import { SeccompError } from '../../src/error.ts';
import { allowsColor } from '../output/color.ts';
import type { ConnectOptions, ExitCode, Outside } from '../outside.ts';
import { type Place, parsePlace } from '../tui/place.ts';
import { clusterFlags, connectOptions, DEFAULT_NAMESPACE, flag, namespaceFlag, text } from './flags.ts';
import { verbs } from './verbs.ts';

export interface UiOptions {
  readonly place: Place;
  readonly isReadOnly: boolean;
  readonly isScreenReader: boolean;
  /** Whose workloads are shown first; absent: all. */
  readonly namespace?: string;
  readonly connect: ConnectOptions;
}

const USAGE = `$0 ui [PLACE] [flags]

Shows bundles, nodes, profiles and workloads on a full screen, live, and does what the
other verbs do: before anything is sent it shows what would happen and the command line
that does it. ? lists the keys, : takes any verb, q leaves.

PLACE is where to begin, as the top line shows it: fleet, bundles, bundle/web,
bundle/web/nginx.json, node/worker-1, workloads, history/web, diff/web/v1..v2/nginx.json,
rollout, files/profiles.

Colours follow NO_COLOR. Every screen names the command with the same content, for
pipelines and for terminals that cannot show it.`;

const EXAMPLES = `Examples:
  $0 ui
  # A profile of a bundle, and nothing that changes anything
  $0 ui bundle/web/nginx.json --read-only`;

/** Builds the command; `run` is replaced in tests of the parsing. */
export const uiCommand = (outside: Outside, run: typeof runUiVerb = runUiVerb): CommandModule => ({
  ...verbs.ui,
  builder: (parser) =>
    parser
      .usage(USAGE)
      .epilogue(EXAMPLES)
      .positional('place', { type: 'string', describe: 'Where to begin', defaultDescription: 'fleet' })
      .options({
        'read-only': flag('Do nothing that changes anything'),
        'screen-reader': flag('Write plain lines in reading order, for screen readers'),
        ...namespaceFlag,
        ...clusterFlags,
        namespace: text('Show the workloads of this namespace first', {
          alias: 'n',
          group: clusterFlags.namespace?.group,
        }),
      }),
  handler: async (given) => {
    const options: UiOptions = {
      place: readPlace((given.place as string | undefined) ?? 'fleet'),
      isReadOnly: given.readOnly === true,
      isScreenReader: given.screenReader === true || outside.environment.INK_SCREEN_READER === 'true',
      ...(given.namespace !== undefined && { namespace: given.namespace as string }),
      connect: connectOptions(given),
    };
    outside.conclude(await run(options, outside));
  },
});

const readPlace = (address: string): Place => {
  const place = parsePlace(address);
  if (place !== undefined) return place;
  throw new SeccompError('usage', `"${address}" is no place of the UI`, {
    hint: 'There are fleet, bundles, bundle/NAME, bundle/NAME/PROFILE, node/NAME, workloads, history/NAME, diff/NAME/v1..v2/PROFILE, rollout, files/FOLDER.',
  });
};

/** Runs the UI until the user leaves it. */
export const runUiVerb = async (options: UiOptions, outside: Outside): Promise<ExitCode> => {
  const { stdin, stdout, environment, programName } = outside;
  if (stdin.isTTY !== true || stdout.isTTY !== true || environment.TERM === 'dumb')
    throw new SeccompError('usage', 'the UI needs a terminal to draw on and to read keys from', {
      hint: `"${programName} status" says the same in plain text.`,
    });
  const { place, isReadOnly, isScreenReader, namespace, connect } = options;
  // What -v writes would run through the pictures, and watches write without end.
  if ((connect.verbosity ?? 0) > 0)
    throw new SeccompError('usage', '-v: the UI has no place to tell of requests', {
      hint: `Let a verb tell of them: ${programName} status -v 6`,
    });
  const { runUi } = await import('../tui/run.tsx');
  await runUi({
    place,
    isReadOnly,
    isScreenReader,
    programName,
    readContext: () => outside.readContext(connect),
    flags: shownFlags(connect),
    namespace,
    verbs: Object.entries(verbs).flatMap(([verb, { describe }]) =>
      verb === 'ui' ? [] : [[verb, describe] as const],
    ),
    openPort: async () => (await import('./ui-port.ts')).createPort(connect, outside),
    theme: { isColored: !isScreenReader && allowsColor(stdout, environment) },
    outside,
  });
  return outside.signal.aborted ? 130 : 0;
};

/** The flags by which other verbs reach the same cluster. A token is left out: it would stand on the screen. */
const shownFlags = (connect: ConnectOptions): readonly string[] =>
  Object.entries(SHOWN).flatMap(([field, flagName]) => {
    const value = connect[field as keyof typeof SHOWN];
    const isDefault = field === 'installNamespace' && value === DEFAULT_NAMESPACE;
    return value === undefined || isDefault ? [] : [flagName, String(value)];
  });

const SHOWN = {
  kubeconfig: '--kubeconfig',
  context: '--context',
  cluster: '--cluster',
  user: '--user',
  server: '--server',
  as: '--as',
  installNamespace: '--install-namespace',
} as const satisfies Partial<Record<keyof ConnectOptions, string>>;
