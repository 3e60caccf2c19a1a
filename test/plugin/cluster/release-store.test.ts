import { createHash } from 'node:crypto';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createReleaseStore } from '../../../plugin/cluster/release-store.ts';
import { SeccompError } from '../../../src/error.ts';
import { FakeApi } from '../../support/fake-api.ts';
import { sampleRelease } from '../../support/rollout-samples.ts';

const test = suite('plugin/cluster/release-store');

const CHUNK = new TextEncoder().encode('a chunk');
const sha256 = createHash('sha256').update(CHUNK).digest('hex');
const release = sampleRelease([], { chunks: [{ name: 'bundle-web-1', sha256 }] });

const bench = (content: Uint8Array | undefined) => {
  const api = new FakeApi();
  const place = { api, namespace: 'kubectl-seccomp', signal: new AbortController().signal };
  if (content !== undefined)
    api.put('/api/v1/namespaces/kubectl-seccomp/configmaps/bundle-web-1', {
      binaryData: { chunk: Buffer.from(content).toString('base64') },
    });
  return createReleaseStore(place);
};

test('the content of a release is read back, and nothing else passes for it', async () => {
  assert.equal(new Uint8Array((await bench(CHUNK).readChunks(release))[0]!), CHUNK);
  for (const [content, word] of [
    [new TextEncoder().encode('another chunk'), 'not what the record says'],
    [undefined, 'gone'],
  ] as const) {
    const thrown = await bench(content)
      .readChunks(release)
      .then(
        () => undefined,
        (error: unknown) => error,
      );
    assert.instance(thrown, SeccompError);
    assert.is((thrown as SeccompError).code, 'conflict');
    assert.match((thrown as SeccompError).message, word);
  }
});

test.run();
