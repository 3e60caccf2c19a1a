// The examples of the help that need a cluster, run as written through kubectl, in the order of the help.
import { spawn } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { isLocal, prepareExamples, readExamples } from '../support/examples.ts';
import { suiteThatNeeds } from '../support/requires.ts';
import { attachCluster } from './cluster.ts';
import type { Cluster } from './handle.ts';
import { inFolder, mustPlugin, pluginCommand } from './plugin.ts';
import { readState, STATE_FILE_VARIABLE } from './state.ts';

const test = suiteThatNeeds('test/cluster/examples', ['cluster']);

/**
 * Not run here: what needs workloads, a terminal or an operator that are not there, and what would change the cluster for
 * the suites after this one. Suites of their own run those verbs.
 */
const LEFT_OUT = /seccomp (bind|check|ui|sync|uninstall|rbac)\b|--from-|kubectl apply/;

interface Result {
  readonly code: number | null;
  readonly output: string;
}

const runner =
  (cluster: Cluster, folder: string) =>
  (command: string): Promise<Result> =>
    new Promise((resolve) => {
      const { kubernetes } = readState(process.env[STATE_FILE_VARIABLE] ?? '');
      const child = spawn('/bin/bash', ['-o', 'pipefail', '-c', command], {
        cwd: folder,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          PATH: `${join(folder, 'bin')}:${kubernetes}:${process.env.PATH}`,
          HOME: folder,
          KUBECONFIG: cluster.kubeconfig,
          KUBERC: 'off',
        },
      });
      let output = '';
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (piece: Buffer) => {
          output += piece;
        });
      child.on('close', (code) => resolve({ code, output }));
    });

test('they run as written', async () => {
  const cluster = attachCluster();
  await cluster.reset();
  await inFolder(async (folder) => {
    prepareExamples(folder);
    await mkdir(join(folder, 'bin'));
    const quoted = pluginCommand(process.env).map((word) => `'${word}'`);
    writeFileSync(join(folder, 'bin/kubectl-seccomp'), `#!/bin/sh\nexec ${quoted.join(' ')} "$@"\n`);
    chmodSync(join(folder, 'bin/kubectl-seccomp'), 0o755);

    // Some name the revisions 3 and 4, and nginx.json in either.
    for (const files of [['web.json'], ['recorded.json'], ['nginx.json'], ['nginx.json', 'run-2.json']]) {
      const content = files.flatMap((file) => ['-f', join(folder, file)]);
      await mustPlugin(cluster, ['apply', ...content, '--name', 'web', '--nodes', 'node-1', '--quiet']);
    }
    const run = runner(cluster, folder);
    assert.is((await run('kubectl seccomp bundle build -f profiles/ --name web --to web.tgz')).code, 0);

    const answering = /seccomp (diff|verify)\b/;
    const examples = (await readExamples()).filter((one) => !isLocal(one) && !LEFT_OUT.test(one.command));
    for (const { command } of examples) {
      const { code, output } = await run(command);
      const isAnswer =
        code === 1 && answering.test(command) && !/internal error|^error: cannot/m.test(output);
      const isQuestion = code === 2 && output.includes('Say --yes to go ahead.');
      assert.ok(code === 0 || isAnswer || isQuestion, `${command}: exit ${code}\n${output}`);
    }
    assert.ok(examples.length >= 15, `${examples.length} examples`);
  });
});

test.run();
