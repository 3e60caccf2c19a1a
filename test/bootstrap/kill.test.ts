// The program as a real process on a real folder, killed by SIGKILL before each of its file-system calls.
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runOnFolder } from '../../bootstrap/run-on-folder.ts';
import { buildProgram } from '../../plugin/release/build-program.ts';
import { generationName } from '../../src/protocol/layout.ts';
import { sampleSource } from '../support/bundle-samples.ts';
import type { Tree } from '../support/memory-disk.ts';
import { ageTree, inTemporaryFolder, readTree, writeTree } from '../support/real-tree.ts';
import { findViolation } from '../support/root-invariants.ts';
import { FOREIGN, installRequest, renderTree, sampleVersions } from '../support/root-samples.ts';

const test = suite('bootstrap/kill');

const run = (
  program: string,
  parameters: readonly string[],
): Promise<{ signal: string | null; output: string }> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...parameters], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (piece) => {
      output += piece;
    });
    child.on('error', reject);
    child.on('close', (_, signal) => resolve({ signal, output }));
  });

test('an update killed before any of its calls leaves the old or the new state, and the next run completes', () =>
  inTemporaryFolder(async (folder) => {
    const { first, second } = await sampleVersions();
    const program = join(folder, 'program.cjs');
    writeFileSync(program, await buildProgram('test/support/killed-program.ts'));
    const bundle = join(folder, 'bundle.tar');
    writeFileSync(bundle, second.tar);
    const root = join(folder, 'seccomp');
    const prepare = async (): Promise<void> => {
      rmSync(root, { recursive: true, force: true });
      mkdirSync(root);
      writeTree(root, FOREIGN);
      await runOnFolder(root, installRequest(first, 1), sampleSource(first.tar));
    };
    const foreign = await prepare().then(() => {
      const tree = readTree(root);
      return Object.fromEntries(Object.keys(FOREIGN).map((name) => [name, tree[name]!])) as Tree;
    });
    const request = JSON.stringify(installRequest(second, 2));
    const whole = await run(program, [root, request, bundle, '0']);
    const { calls, outcome } = JSON.parse(whole.output) as { calls: number; outcome: string };
    assert.is(outcome, 'installed');
    const after = readTree(root);
    const names = [first, second].map(({ digest }) => generationName('web', digest));
    const expected = {
      foreign,
      generations: Object.fromEntries(names.map((name) => [name, after[name]!])) as Tree,
      targets: names,
      guarded: { target: names[1]!, revision: 2 },
    };
    for (let lastCall = 1; lastCall <= calls; lastCall++) {
      await prepare();
      const { signal } = await run(program, [root, request, bundle, String(lastCall)]);
      assert.is(signal, 'SIGKILL');
      assert.is(findViolation(readTree(root), expected), undefined, `killed before call ${lastCall}`);
      ageTree(root);
      const report = await runOnFolder(root, installRequest(second, 2), sampleSource(second.tar));
      assert.is(report.error?.message, undefined);
      assert.is(renderTree(readTree(root)), renderTree(after), `the run after call ${lastCall}`);
    }
  }));

test.run();
