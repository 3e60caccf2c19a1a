// A watch under test: a scripted server, and the events that came of it, as text.
import type { ServerResponse } from 'node:http';
import type { Api, WatchEvent } from '../../plugin/cluster/api.ts';
import { openApi } from '../../plugin/cluster/connection.ts';
import {
  EagerClock,
  type FakeApiServer,
  type FakeCall,
  sampleList,
  sampleObject,
  sendJson,
  startFakeApiServer,
  writeEvent,
} from './fake-api-server.ts';

export interface Thing {
  readonly metadata: { readonly name: string; readonly uid: string; readonly resourceVersion?: string };
}

export interface WatchContext {
  fake: FakeApiServer;
  api: Api;
  clock: EagerClock;
  stop: AbortController;
  /** Answered in turn: lists from the first, watches from the second. The last one stays. */
  lists: ((response: ServerResponse, call: FakeCall) => unknown)[];
  watches: ((response: ServerResponse, call: FakeCall) => unknown)[];
}

/** Starts the server and opens the API; before each test. */
export const openWatchContext = async (context: WatchContext): Promise<void> => {
  context.clock = new EagerClock();
  context.stop = new AbortController();
  context.lists = [(response) => sendJson(response, sampleList([sampleObject('a', '1')], '10'))];
  context.watches = [() => {}];
  context.fake = await startFakeApiServer((response, call) => {
    const answers = call.query.get('watch') ? context.watches : context.lists;
    (answers.length > 1 ? answers.shift()! : answers[0]!)(response, call);
  });
  context.api = await openApi(
    { server: context.fake.url },
    {
      environment: {},
      clock: context.clock,
      stdin: {},
      stderr: process.stderr,
      version: '0',
      onWarning: () => {},
      random: () => 0.5,
    },
  );
};

export const closeWatchContext = async (context: WatchContext): Promise<void> => {
  context.stop.abort();
  context.api.close();
  await context.fake.stop();
};

export const describe = (event: WatchEvent<Thing>): string => {
  if (event.kind === 'synced' || event.kind === 'regained') return event.kind;
  if (event.kind === 'lost') return `lost: ${event.message}`;
  const { name, uid, resourceVersion } = event.object.metadata;
  return [event.kind, name, uid === `${name}u` ? '' : uid, resourceVersion ?? '-'].filter(Boolean).join(' ');
};

/** Reads as many events as are wanted, then aborts, and checks that the watch ends. */
export const read = async (
  { api, stop }: WatchContext,
  count: number,
  path = '/things',
): Promise<string[]> => {
  const events: string[] = [];
  for await (const event of api.watch<Thing>(path, { signal: stop.signal })) {
    events.push(describe(event));
    if (events.length === count) stop.abort();
  }
  return events;
};

export const events =
  (...list: readonly (readonly [string, object])[]) =>
  (response: ServerResponse) => {
    for (const [type, object] of list) writeEvent(response, type, object);
  };

export const ended = (answer: (response: ServerResponse) => unknown) => (response: ServerResponse) => {
  answer(response);
  response.end();
};
