// Runs node tasks, so many at once, each to its one end: launch, listen, settle, discard. A node's failure is an event;
// every task that may have become a Job is discarded exactly once, whatever happens.

import type { Report } from '../protocol/report.ts';
import { Channel } from './channel.ts';
import type { RolloutEvent } from './events.ts';
import type { Reason, ReasonCode } from './node.ts';
import { hold } from './pause.ts';
import type { NodeTask, TaskNews } from './ports.ts';
import type { Ports } from './rollout.ts';
import { describeThrown, INTERRUPTED, type StopSwitch } from './stop.ts';

export interface DriveOptions {
  readonly maxInFlight: number;
  /** After this a node has failed, whatever its Job does. */
  readonly timeoutMs: number;
  readonly stop: StopSwitch;
  /** More failures than that, and nothing more is begun; what was begun comes to its end. Left out: any number. */
  readonly maxFailures?: number;
  /** Does what a good report asks for (e.g. labels) before the Job goes; returns the node's last event. */
  readonly settle: (task: NodeTask, report: Report) => Promise<RolloutEvent>;
}

/** What hinders a node and rarely goes away by itself is given this long before it counts as a failure. */
const PATIENCE_MS: Partial<Record<ReasonCode, number>> = {
  'image-pull': 45_000,
  container: 30_000,
  // Long enough for a ConfigMap that the kubelet has not seen yet.
  mount: 60_000,
  webhook: 60_000,
  'node-gone': 15_000,
};

type Message =
  | TaskNews
  | { readonly kind: 'deadline' }
  | { readonly kind: 'impatient'; readonly matter: number }
  | { readonly kind: 'stopped'; readonly reason: Reason };

/** Drives all tasks (of one run) and yields what happens to them; returns when each has ended or was never begun. */
export async function* drive(
  tasks: readonly NodeTask[],
  { maxInFlight, timeoutMs, stop, maxFailures = Number.POSITIVE_INFINITY, settle }: DriveOptions,
  { cluster, clock, pace }: Ports,
): AsyncGenerator<RolloutEvent, void, void> {
  const run = tasks[0]?.run;
  if (run === undefined) return;
  const events = new Channel<RolloutEvent>();
  let failed = 0;
  const end = (event: RolloutEvent): void => {
    if (event.kind === 'failed') failed += 1;
    events.push(event);
  };
  const inboxes = new Map<string, Channel<Message>>();
  const over = new AbortController();

  const listen = async () => {
    try {
      for await (const news of cluster.news(run, over.signal)) inboxes.get(news.node)?.push(news);
      if (!over.signal.aborted) throw new Error('the watch ended');
    } catch (thrown) {
      if (over.signal.aborted) return;
      stop.stop({ code: 'api', message: `cannot follow the Jobs any more: ${describeThrown(thrown)}` });
    }
  };

  /** Waits for a launched task's end. */
  const follow = async (
    task: NodeTask,
    inbox: Channel<Message>,
    signal: AbortSignal,
  ): Promise<RolloutEvent> => {
    const node = task.node.name;
    let last: Reason | undefined;
    let matter = 0;
    void clock.sleep(timeoutMs, signal).then(() => inbox.push({ kind: 'deadline' }));
    for await (const message of inbox) {
      switch (message.kind) {
        case 'waiting': {
          events.push(message);
          const { code } = message.reason;
          // The words may change (pull error, back-off) while the matter stays: only another matter starts anew.
          if (last?.code !== code) {
            matter += 1;
            const begun = matter;
            const patienceMs = PATIENCE_MS[code];
            if (patienceMs !== undefined)
              void clock
                .sleep(patienceMs, signal)
                .then(() => inbox.push({ kind: 'impatient', matter: begun }));
          }
          last = message.reason;
          break;
        }
        case 'impatient':
          if (last && matter === message.matter) return { kind: 'failed', node, reason: last };
          break;
        case 'deadline':
          return { kind: 'failed', node, reason: outOfTime(timeoutMs, last) };
        case 'stopped':
          return { kind: 'failed', node, reason: message.reason };
        case 'failed':
          return message.reason.code === 'timeout'
            ? { ...message, reason: outOfTime(timeoutMs, last, message.reason) }
            : message;
        case 'reported':
          return await settle(task, message.report).catch(
            (thrown): RolloutEvent => ({
              kind: 'failed',
              node,
              reason: { code: 'api', message: describeThrown(thrown) },
              report: message.report,
            }),
          );
      }
    }
    return { kind: 'failed', node, reason: INTERRUPTED };
  };

  const work = async (task: NodeTask): Promise<void> => {
    const node = task.node.name;
    const inbox = new Channel<Message>();
    const done = new AbortController();
    inboxes.set(node, inbox);
    try {
      const refusal = await cluster.launch(task);
      if (refusal) {
        end({ kind: 'failed', node, reason: refusal });
        return;
      }
      events.push({ kind: 'launched', node });
      if (stop.reason) inbox.push({ kind: 'stopped', reason: stop.reason });
      end(await follow(task, inbox, done.signal));
    } catch (thrown) {
      // It may have been created all the same; it is discarded below.
      end({ kind: 'failed', node, reason: { code: 'api', message: describeThrown(thrown) } });
    } finally {
      done.abort();
      inbox.close();
      inboxes.delete(node);
    }
    await cluster.discard(task).catch((thrown) => {
      events.push({
        kind: 'warning',
        message: `cannot delete the Job for ${node}: ${describeThrown(thrown)}`,
      });
    });
  };

  let next = 0;
  let holding: Promise<void> | undefined;
  /** All workers wait together, so that it is told once. */
  const wait = async () => {
    for await (const event of hold(pace, stop.signal)) events.push(event);
    holding = undefined;
  };
  const worker = async () => {
    for (let task = tasks[next]; task && !stop.reason && failed <= maxFailures; task = tasks[next]) {
      if (pace?.isPaused) {
        holding ??= wait();
        await holding;
        continue;
      }
      next += 1;
      await work(task);
    }
  };

  const stopAll = () => {
    for (const inbox of inboxes.values()) inbox.push({ kind: 'stopped', reason: stop.reason ?? INTERRUPTED });
  };
  stop.signal.addEventListener('abort', stopAll);
  const listening = listen();
  const working = Promise.all(Array.from({ length: Math.min(maxInFlight, tasks.length) }, worker));
  const finishing = working.finally(() => {
    over.abort();
    events.close();
  });
  // Awaited below; a bug in a worker must not end the process before its Jobs are gone.
  finishing.catch(() => {});
  let isDrained = false;
  try {
    yield* events;
    isDrained = true;
  } finally {
    // Whoever reads the events may go away: also then nothing that was launched stays behind.
    if (!isDrained) stop.stop(INTERRUPTED);
    await finishing;
    await listening;
    stop.signal.removeEventListener('abort', stopAll);
  }
}

/** What hindered the node says more than that time ran out. */
const outOfTime = (timeoutMs: number, last: Reason | undefined, reported?: Reason): Reason => {
  const seconds = Math.round(timeoutMs / 1000);
  if (last) return { ...last, message: `gave up waiting: ${last.message}` };
  return (
    reported ?? {
      code: 'timeout',
      message: `nothing was heard of its Job for ${seconds} s`,
      hint: 'see whether the kubelet on the node is running; --timeout waits longer',
    }
  );
};
