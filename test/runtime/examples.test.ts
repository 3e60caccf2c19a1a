// The example profiles do what README says of them, on two real runcs: containers start, and mkdir is refused.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { defaultCompileOptions } from '../../src/profile/compile-options.ts';
import { prepareFile } from '../../src/profile/prepare.ts';
import type { CompileOptions } from '../../src/profile/prepared.ts';
import { suiteThatNeeds } from '../support/requires.ts';
import { type Containers, findRuncs, HERE, prepareContainers, type Runc } from './runc.ts';

const test = suiteThatNeeds('runtime/examples', ['linux', 'root', 'runc', 'cc']);
const folder = join(import.meta.dirname, '../fixtures/profiles/example');
const EPERM = 1;

let containers: Containers;
let runcs: readonly Runc[];
test.before(() => {
  containers = prepareContainers();
  runcs = findRuncs();
});
test.after(() => containers?.remove());

const compiledOf = (file: string, options: Partial<CompileOptions> = {}): string => {
  const prepared = prepareFile(readFileSync(join(folder, file)), file, file, {
    ...defaultCompileOptions,
    ...options,
  });
  const { builds } = prepared.profiles[0]!;
  return new TextDecoder().decode(
    builds.find(({ architectures }) => architectures?.includes(HERE) ?? true)!.content,
  );
};

test('there are three, one of each format', () => {
  assert.equal(readdirSync(folder).sort(), ['batch.yaml', 'nginx.json', 'worker.json']);
});

for (const file of ['nginx.json', 'worker.json', 'batch.yaml']) {
  test(`${file} lets a container start, with and without new privileges, and refuses mkdir`, async () => {
    for (const runc of runcs) {
      for (const noNewPrivileges of [true, false]) {
        const outcome = await containers.run(runc, compiledOf(file), 'mkdir', noNewPrivileges);
        assert.is(outcome.kind, 'started', `${runc.version}: ${outcome.output}`);
        assert.is(outcome.code, EPERM);
      }
    }
  });
}

test('worker.json lets a worker with CAP_SYS_ADMIN make directories', async () => {
  const capabilities = [...defaultCompileOptions.capabilities, 'CAP_SYS_ADMIN'];
  for (const runc of runcs) {
    assert.is((await containers.run(runc, compiledOf('worker.json', { capabilities }), 'mkdir')).code, 0);
  }
});

test.run();
