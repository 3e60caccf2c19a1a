// The built program, run as the Job runs it: by its loader, with an environment, mounts and a termination message.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { buildProgram } from '../../plugin/release/build-program.ts';
import { compressBundle, splitChunks } from '../../src/bundle/compress.ts';
import { loaderCommand } from '../../src/protocol/loader.ts';
import { parseReport } from '../../src/protocol/parse-report.ts';
import { renderRequest } from '../../src/protocol/parse-request.ts';
import type { Report } from '../../src/protocol/report.ts';
import { type Chunk, REQUEST_VARIABLE } from '../../src/protocol/request.ts';
import { inTemporaryFolder, readTree } from '../support/real-tree.ts';
import { installRequest, sampleVersions } from '../support/root-samples.ts';

const test = suite('bootstrap/job');

const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const { first } = await sampleVersions();

interface Ended {
  readonly code: number | null;
  readonly report?: Report;
  readonly output: string;
}

/** Lays out what the Job would mount. */
const layOut = (folder: string): readonly Chunk[] => {
  for (const name of ['root', 'chunks']) mkdirSync(join(folder, name));
  const { device, seccomp } = { device: '8:1', seccomp: '/var/lib/kubelet/seccomp' };
  writeFileSync(
    join(folder, 'mountinfo'),
    `1 0 ${device} ${seccomp} ${join(folder, 'root')} rw - ext4 d rw\n` +
      `2 0 ${device} /var/lib/kubelet/pods/u/containers/c/1 /dev/termination-log rw - ext4 d rw\n`,
  );
  return splitChunks(compressBundle(first.tar)).map(({ sha256, content }, index) => {
    writeFileSync(join(folder, 'chunks', `chunk-${index}`), content);
    return { name: `chunk-${index}`, sha256 };
  });
};

const runJob = (folder: string, program: Uint8Array, request: string, sha256 = sha256Of(program)): Ended => {
  const file = join(folder, 'program.cjs');
  writeFileSync(file, program);
  const [, ...parameters] = loaderCommand(sha256, file);
  const { status, stdout, stderr } = spawnSync(process.execPath, parameters, {
    env: { [REQUEST_VARIABLE]: request, JOB_PLACES: folder },
    encoding: 'utf8',
  });
  const output = stdout + stderr;
  try {
    return {
      code: status,
      output,
      report: parseReport(readFileSync(join(folder, 'termination-log'), 'utf8')),
    };
  } catch {
    return { code: status, output };
  }
};

const program = await buildProgram('test/support/job-program.ts');

test('it installs from its chunks, reports in the termination message and ends with 0', () =>
  inTemporaryFolder(async (folder) => {
    const chunks = layOut(folder);
    const { code, report, output } = runJob(
      folder,
      program,
      renderRequest(installRequest(first, 1, { chunks })),
    );
    assert.is(code, 0, output);
    assert.is(report?.outcome, 'installed');
    assert.ok(report?.facts.kernel);
    assert.match(output, /^install: installed in \d+ ms\n$/);
    assert.ok('web' in readTree(join(folder, 'root')));
  }));

test('a changed or missing chunk, a wrong root and a request from the future are reported, and end with 1', () =>
  inTemporaryFolder(async (folder) => {
    const chunks = layOut(folder);
    const whole = installRequest(first, 1, { chunks });
    const changed = { ...whole, chunks: chunks.map((chunk) => ({ ...chunk, sha256: 'a'.repeat(64) })) };
    const missing = { ...whole, chunks: [{ name: 'nowhere', sha256: 'a'.repeat(64) }] };
    for (const [request, wanted] of [
      [changed, 'bundle'],
      [missing, 'bundle'],
      [{ ...whole, version: 2 }, 'request'],
      [{ ...whole, extra: true }, 'request'],
    ] as const) {
      const { code, report } = runJob(folder, program, JSON.stringify(request));
      assert.equal([code, report?.error?.code], [1, wanted]);
    }
    writeFileSync(join(folder, 'mountinfo'), '');
    assert.is(runJob(folder, program, renderRequest(whole)).report?.error?.code, 'wrong-root');
    assert.equal(readTree(join(folder, 'root')), {});
  }));

test('the loader runs nothing of a program with one changed byte', () =>
  inTemporaryFolder(async (folder) => {
    const chunks = layOut(folder);
    const changed = Uint8Array.from(program);
    changed[changed.length >> 1]! ^= 1;
    const request = renderRequest(installRequest(first, 1, { chunks }));
    const { code, report, output } = runJob(folder, changed, request, sha256Of(program));
    assert.is(code, 1);
    assert.is(report, undefined);
    assert.match(output, 'it was not run');
    assert.equal(readTree(join(folder, 'root')), {});
  }));

test('the real program is small, and the same sources give the same bytes', async () => {
  const [one, two] = [await buildProgram(), await buildProgram()];
  assert.is(sha256Of(one), sha256Of(two));
  assert.ok(one.length < 150 * 1024, `${one.length} bytes`);
  assert.not.ok(Buffer.from(one).includes(process.cwd()), 'it names this machine');
});

test.run();
