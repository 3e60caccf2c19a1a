// Progress of a rollout on stderr: one live line on a terminal, few plain lines elsewhere, none when quiet.
import type { RolloutEvent } from '../../src/rollout/events.ts';
import type { Reason } from '../../src/rollout/node.ts';
import type { Clock } from '../../src/rollout/ports.ts';
import { initialState, type RolloutState, reduceAll } from '../../src/rollout/state.ts';
import type { Paint } from './color.ts';
import { renderDuration } from './duration.ts';
import { countResults, plural, renderTitle } from './rollout-result.ts';
import { sanitizeLine } from './sanitize.ts';
import { renderGate } from './waves.ts';
import { cutToWidth, textWidth } from './width.ts';

export interface ProgressView {
  readonly mode: 'live' | 'plain' | 'quiet';
  readonly columns: number;
  readonly paint: Paint;
  /** To stderr. */
  write(text: string): void;
}

const TICK_MS = 1_000;
const REDRAW_MS = 100;
/** 5,000 nodes must not make 5,000 lines in a pipeline's log. */
const PLAIN_INTERVAL_MS = 10_000;
const CLEAR_LINE = '\r\u001b[2K';

/** Folds the events to the final state and shows it on the way; warnings are shown in every mode, each once. */
export const followRollout = async (
  events: AsyncIterable<RolloutEvent>,
  view: ProgressView,
  clock: Clock,
  signal: AbortSignal,
): Promise<RolloutState> => {
  const progress = createProgress(view, clock);
  const stop = new AbortController();
  const onInterrupt = (): void => progress.interrupted();
  signal.addEventListener('abort', onInterrupt);
  const ticking = tick(progress.tick, clock, stop.signal);
  try {
    for await (const event of events) progress.take(event);
  } finally {
    stop.abort();
    await ticking;
    signal.removeEventListener('abort', onInterrupt);
    progress.end();
  }
  return progress.state();
};

const tick = async (body: () => void, clock: Clock, signal: AbortSignal): Promise<void> => {
  while (!signal.aborted) {
    await clock.sleep(TICK_MS, signal);
    if (!signal.aborted) body();
  }
};

interface Progress {
  take(event: RolloutEvent): void;
  tick(): void;
  interrupted(): void;
  end(): void;
  state(): RolloutState;
}

const createProgress = (view: ProgressView, clock: Clock): Progress => {
  const startMs = clock.monotonic();
  let folded = initialState;
  let unfolded: RolloutEvent[] = [];
  let latest: string | undefined;
  let drawnAtMs = Number.NEGATIVE_INFINITY;
  let lastPlain = '';
  const told = new Set<string>();

  const state = (): RolloutState => {
    folded = reduceAll(folded, unfolded);
    unfolded = [];
    return folded;
  };
  const say = (line: string): void => view.write(`${view.mode === 'live' ? CLEAR_LINE : ''}${line}\n`);
  const sayOnce = (key: string, line: string): void => {
    if (told.has(key)) return;
    told.add(key);
    say(line);
  };
  const elapsedMs = (): number => clock.monotonic() - startMs;
  const draw = (): void => {
    drawnAtMs = clock.monotonic();
    view.write(
      CLEAR_LINE + renderLiveLine(state(), { elapsedMs: elapsedMs(), latest, columns: view.columns }),
    );
  };
  const tellPlain = (): void => {
    const now = state();
    const line = renderCounts(now);
    if (line === lastPlain || now.nodes.size === 0) return;
    lastPlain = line;
    drawnAtMs = clock.monotonic();
    say(`${line}, ${renderDuration(elapsedMs())}`);
  };
  const isDue = (intervalMs: number): boolean => clock.monotonic() - drawnAtMs >= intervalMs;

  return {
    take(event) {
      unfolded.push(event);
      if (event.kind === 'warning') {
        sayOnce(
          `warning ${event.message}`,
          `${view.paint('yellow', 'Warning:')} ${sanitizeLine(event.message)}`,
        );
      }
      if (view.mode === 'quiet') return;
      if (event.kind === 'waiting' || event.kind === 'failed') latest = renderNews(event.node, event.reason);
      if (event.kind === 'done' || event.kind === 'wave') latest = undefined;
      if (event.kind === 'wave') say(`wave ${event.number} of ${event.of}: ${plural(event.nodes, 'node')}`);
      if (event.kind === 'gate') say(renderGate(event));
      if (event.kind === 'phase') latest = event.text;
      if (event.kind === 'paused') say('paused: no further node is begun');
      if (event.kind === 'resumed') say('resumed');
      if (view.mode === 'live') {
        if (isDue(REDRAW_MS)) draw();
        return;
      }
      if (event.kind === 'planned') tellPlain();
      if (event.kind === 'phase') sayOnce(`phase ${event.text}`, sanitizeLine(event.text));
      // The first node of each reason tells what is going on; the others follow in the result.
      if (event.kind === 'waiting' || event.kind === 'failed') {
        sayOnce(
          `${event.kind} ${event.reason.code}`,
          `${event.kind}: ${renderNews(event.node, event.reason)}`,
        );
      }
      if (isDue(PLAIN_INTERVAL_MS)) tellPlain();
    },
    tick() {
      if (view.mode === 'live') draw();
      if (view.mode === 'plain' && isDue(PLAIN_INTERVAL_MS)) tellPlain();
    },
    interrupted() {
      if (view.mode !== 'quiet')
        say('interrupted: starting nothing more, cleaning up (Ctrl-C again leaves at once)');
    },
    end() {
      if (view.mode === 'live') view.write(CLEAR_LINE);
    },
    state,
  };
};

const renderNews = (node: string, { code, message }: Reason): string =>
  `${sanitizeLine(node)}: ${code}: ${sanitizeLine(message)}`;

/** On a narrow terminal the counts matter more than the name. */
const renderFitting = (state: RolloutState, columns: number): string => {
  const counts = renderNumbers(state);
  const titles = [renderTitle(state), renderTitle({ ...state, digest: undefined })];
  const title = titles.find((one) => textWidth(`${one}: ${counts}`) < columns);
  return title === undefined ? counts : `${title}: ${counts}`;
};

const renderCounts = (state: RolloutState): string => `${renderTitle(state)}: ${renderNumbers(state)}`;

const renderNumbers = (state: RolloutState): string => {
  const { done, failed, pending, excluded, running } = countResults(state);
  const total = state.nodes.size - excluded;
  return [
    `${done} of ${plural(total, 'node')} done`,
    ...(running > 0 ? [`${running} running`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(pending > 0 ? [`${pending} pending`] : []),
    ...(state.isPaused ? ['paused'] : []),
  ].join(', ');
};

/** Renders the line that is redrawn in place, cut to the terminal so that it never wraps. */
export const renderLiveLine = (
  state: RolloutState,
  {
    elapsedMs,
    latest,
    columns,
  }: { readonly elapsedMs: number; readonly latest?: string | undefined; readonly columns: number },
): string => {
  const isStarted = [...state.nodes.values()].some(({ phase }) => phase === 'running' || phase === 'done');
  const time = ` ${renderDuration(elapsedMs)}`;
  const room = Math.max(0, columns - 1 - time.length);
  const isCounting = state.nodes.size > 0 && (isStarted || !state.phase);
  const what = isCounting ? renderFitting(state, room) : (state.phase ?? 'starting');
  const news = latest === undefined || latest === what ? '' : ` (${latest})`;
  return cutToWidth(sanitizeLine(what + news), room) + time;
};
