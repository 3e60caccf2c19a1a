// Puts the UI onto a terminal and takes it away again: whatever ends it, the screen before it comes back.
import { render } from 'ink';
import { sanitizeLine, sanitizeText } from '../output/sanitize.ts';
import type { Outside } from '../outside.ts';
import { App } from './components/App.tsx';
import { startEffects } from './effects.ts';
import type { Port } from './port.ts';
import { firstState, type StateOptions } from './state.ts';
import { createStore, type Store } from './store.ts';
import type { Theme } from './theme.ts';
import { joinWords } from './words.ts';

export interface UiOptions extends Omit<StateOptions, 'size' | 'nowMs' | 'context'> {
  /** Tells which of the kubeconfig's contexts counts; undefined where there is none. */
  readonly readContext: () => Promise<string | undefined>;
  /** Called when the first frame is on the terminal. */
  readonly openPort: () => Promise<Port>;
  readonly theme: Theme;
  readonly isScreenReader: boolean;
  /** The terminal, the clock, and the signal that leaves as `q` does. */
  readonly outside: Pick<Outside, 'stdin' | 'stderr' | 'clock' | 'signal' | 'suspend'> & {
    readonly stdout: Outside['stdout'] & { readonly rows?: number };
  };
}

const DEFAULT_SIZE = { columns: 80, rows: 24 };

/** Runs the UI until the user leaves it; throws what nobody expected, when the terminal is as it was. */
export const runUi = async (options: UiOptions): Promise<void> => {
  const { theme, openPort, readContext } = options;
  const { stdin, stdout, stderr, clock, signal } = options.outside;
  const size = {
    columns: stdout.columns || DEFAULT_SIZE.columns,
    rows: stdout.rows || DEFAULT_SIZE.rows,
  };
  const failed = Promise.withResolvers<never>();
  const store = createStore(firstState({ ...options, size, nowMs: clock.now() }), failed.reject);
  const over = new AbortController();
  const leave = () => store.dispatch({ kind: 'leave' });
  signal.addEventListener('abort', leave);
  const instance = render(<App store={store} theme={theme} suspend={options.outside.suspend} />, {
    stdin: stdin as NodeJS.ReadStream,
    stdout: stdout as NodeJS.WriteStream,
    stderr: stderr as NodeJS.WriteStream,
    exitOnCtrlC: false,
    patchConsole: false,
    isScreenReaderEnabled: options.isScreenReader,
    incrementalRendering: true,
    // A terminal is there: that some variable says CI does not make it less of one.
    interactive: true,
    alternateScreen: !options.isScreenReader,
    maxFps: 60,
  });
  let effects = Promise.resolve();
  try {
    const exited = instance.waitUntilExit();
    // All that is read and loaded to talk to the cluster would stand between the first frame and the terminal.
    await Promise.race([exited, instance.waitUntilRenderFlush(), failed.promise]);
    const [port, name] = await Promise.all([openPort(), readContext()]);
    store.dispatch({ kind: 'context', name });
    effects = startEffects({ store, port, clock, signal: over.signal, onFailure: failed.reject });
    await Promise.race([exited, effects, failed.promise]);
  } finally {
    signal.removeEventListener('abort', leave);
    instance.unmount();
    await instance.waitUntilExit().catch(() => {});
    over.abort();
    await tellOfRun(store, effects, stderr);
  }
};

/** What is at work is stopped as Ctrl-C stops it, and recorded; its last words stay on the usual screen. */
const tellOfRun = async (store: Store, effects: Promise<void>, stderr: Outside['stderr']): Promise<void> => {
  const { run, programName } = store.state();
  const isAtWork = run !== undefined && run.endedMs === undefined;
  if (isAtWork) stderr.write(`stopping ${sanitizeLine(`${programName} ${joinWords(run.words)}`)}\n`);
  await effects;
  const answer = isAtWork ? store.state().run?.answer : undefined;
  if (answer) stderr.write(sanitizeText(answer.stdout + answer.stderr));
};
