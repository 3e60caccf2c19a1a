// Many requests at once: how many connections they take, who need not wait for one, and how little comes back.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Api } from '../../../plugin/cluster/api.ts';
import { openApi } from '../../../plugin/cluster/connection.ts';
import {
  EagerClock,
  type FakeApiServer,
  sendJson,
  startFakeApiServer,
} from '../../support/fake-api-server.ts';

const test = suite<{ fake: FakeApiServer; api: Api }>('plugin/cluster/connection-load');

test.before.each(async (context) => {
  context.fake = await startFakeApiServer((response) => sendJson(response, { kind: 'Thing' }));
  context.api = await openApi(
    { server: context.fake.url },
    {
      environment: {},
      clock: new EagerClock(),
      stdin: {},
      stderr: process.stderr,
      version: '1.2.3',
      onWarning: () => {},
    },
  );
});

test.after.each(async (context) => {
  context.api.close();
  await context.fake.stop();
});

test('a thousand requests at once share twenty connections', async ({ api, fake }) => {
  await Promise.all(Array.from({ length: 1_000 }, (_, index) => api.get(`/api/v1/nodes/n${index}`)));
  assert.is(fake.calls.length, 1_000);
  assert.ok(fake.connections <= 20, `${fake.connections} connections`);
});

test('an urgent request does not queue behind those that a slow server lets wait', async ({ api, fake }) => {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const { promise: isFull, resolve: full } = Promise.withResolvers<void>();
  fake.answer = async (response, { path }) => {
    if (fake.calls.length === 20) full();
    if (path === '/slow') await released;
    sendJson(response, {});
  };
  const waiting = Array.from({ length: 30 }, () => api.get('/slow'));
  await isFull;
  const urgent = api.replace('/lease', {}, { isUrgent: true });
  const isThere = () => fake.calls.some(({ path }) => path === '/lease');
  const deadline = performance.now() + 5_000;
  while (!isThere() && performance.now() < deadline) await new Promise((resolve) => setImmediate(resolve));
  const asked = fake.calls.map(({ path }) => path);
  release();
  await Promise.all([...waiting, urgent]);
  assert.equal(asked, [...Array<string>(20).fill('/slow'), '/lease']);
});

test('who reads no answer is sent a short one', async ({ api, fake }) => {
  await api.create('/b', {}, { isMetadataOnly: true });
  await api.create('/b', {});
  assert.equal(
    fake.calls.map(({ headers }) => headers.accept),
    ['application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1', 'application/json'],
  );
});

test.run();
