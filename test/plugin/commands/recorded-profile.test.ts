// Verbs about one profile take that of a revision too, as it is kept in the cluster.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runCli } from '../../../plugin/cli.ts';
import { SeccompError } from '../../../src/error.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FakeCluster, sampleNode } from '../../support/fake-cluster.ts';
import { type FakeOutside, fakeOutside } from '../../support/fake-outside.ts';

const test = suite('plugin/commands/recorded-profile');

const refusing = JSON.stringify({
  defaultAction: 'SCMP_ACT_ALLOW',
  syscalls: [{ names: ['mount'], action: 'SCMP_ACT_ERRNO', errnoRet: 1 }],
});
const files = {
  'web/nginx.json': refusing,
  // A file that is named like a profile of a revision.
  './web@v1/nginx.json': '{"defaultAction":"SCMP_ACT_ALLOW"}',
};

const applied = async () => {
  const clock = new FakeClock();
  const cluster = new FakeCluster({ nodes: [sampleNode('a')], clock });
  const run = async (...args: string[]): Promise<FakeOutside> => {
    const outside = fakeOutside({ files, clock, cluster });
    await runCli(args, outside);
    return outside;
  };
  await run('apply', '-f', 'web', '--name', 'web', '--quiet', '-o', 'name');
  return run;
};

test('eval and explain read a profile of a revision, over the connection that the flags say', async () => {
  const run = await applied();
  const refused = await run('eval', 'web@v1/nginx.json', 'mount', '--context', 'prod');
  assert.is(refused.exitCode(), 1);
  assert.match(refused.stdoutText(), /mount.*ERRNO 1 \(EPERM\) {2}web@v1\/nginx\.json:1:/);
  assert.is(refused.connections[0]?.context, 'prod');
  const explained = await run('explain', 'web@v1/nginx.json', 'mount', '-o', 'json');
  assert.is(JSON.parse(explained.stdoutText()).calls[0].fate, 'refused');
});

test('for a file no cluster is asked, also for one that is named like a revision', async () => {
  const run = await applied();
  for (const file of ['web/nginx.json', './web@v1/nginx.json']) {
    const outside = await run('eval', file, 'read');
    assert.equal(outside.connections, [], file);
    assert.is(outside.exitCode(), 0);
  }
});

test('a revision without a path is refused, with what was wanted', async () => {
  const run = await applied();
  for (const verb of [
    ['eval', 'web@v1', 'read'],
    ['explain', 'web@v1'],
  ]) {
    const thrown = await run(...verb).then(
      () => undefined,
      (error: unknown) => error,
    );
    assert.instance(thrown, SeccompError);
    assert.match((thrown as SeccompError).message, /"web@v1" is a whole bundle: one profile was wanted/);
    assert.match((thrown as SeccompError).hint ?? '', /web@v1\/nginx\.json/);
  }
});

test.run();
