// The program as a real process on a real folder, killed by SIGKILL before each of its file-system calls.
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runOnFolder } from '../../bootstrap/run-on-folder.ts';
import { buildProgram } from '../../plugin/release/build-program.ts';
import { generationName } from '../../src/protocol/layout.ts';
import type { Request } from '../../src/protocol/request.ts';
import { sampleSource } from '../support/bundle-samples.ts';
import type { Tree } from '../support/memory-disk.ts';
import { ageTree, inTemporaryFolder, readTree, writeTree } from '../support/real-tree.ts';
import { type Expectation, findViolation } from '../support/root-invariants.ts';
import {
  FOREIGN,
  installRequest,
  pruneRequest,
  removeRequest,
  renderTree,
  sampleVersions,
} from '../support/root-samples.ts';

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

interface Scenario {
  readonly name: string;
  /** Happen first, and whole. */
  readonly steps: readonly Request[];
  /** What somebody else does to the folder then. */
  readonly damage?: (root: string) => void;
  readonly request: Request;
  readonly outcome: string;
  readonly expected: Pick<Expectation, 'targets' | 'guarded' | 'isRemovalAllowed'>;
}

const { first, second } = await sampleVersions();
const FIRST = generationName('web', first.digest);
const SECOND = generationName('web', second.digest);

const scenarios: readonly Scenario[] = [
  {
    name: 'a first install',
    steps: [],
    request: installRequest(first, 1),
    outcome: 'installed',
    expected: { targets: [undefined, FIRST], guarded: { target: FIRST, revision: 1 } },
  },
  {
    name: 'an update',
    steps: [installRequest(first, 1)],
    request: installRequest(second, 2),
    outcome: 'installed',
    expected: { targets: [FIRST, SECOND], guarded: { target: SECOND, revision: 2 } },
  },
  {
    name: 'a repair',
    steps: [installRequest(first, 1)],
    damage: (root) => {
      writeFileSync(join(root, 'web/a.json'), 'tampered');
      writeFileSync(join(root, 'web/sub/extra.json'), 'extra');
    },
    request: installRequest(first, 1),
    outcome: 'repaired',
    expected: { targets: [FIRST] },
  },
  {
    name: 'a removal',
    steps: [installRequest(first, 1), installRequest(second, 2)],
    request: removeRequest(3),
    outcome: 'removed',
    expected: { targets: [undefined, SECOND], isRemovalAllowed: true },
  },
  {
    name: 'a prune',
    steps: [installRequest(first, 1), installRequest(second, 2)],
    request: pruneRequest(2),
    outcome: 'pruned',
    expected: { targets: [SECOND] },
  },
];

const tarOf = (request: Request): Uint8Array =>
  request.operation === 'install' && request.digest === second.digest ? second.tar : first.tar;

const runWhole = async (root: string, request: Request): Promise<void> => {
  const report = await runOnFolder(root, request, sampleSource(tarOf(request)));
  assert.is(report.error?.message, undefined);
};

const pick = (tree: Tree, names: readonly string[]): Tree =>
  Object.fromEntries(names.flatMap((name) => (tree[name] ? [[name, tree[name]]] : [])));

for (const { name, steps, damage, request, outcome, expected } of scenarios) {
  test(`${name} killed before any of its calls leaves the old or the new state, and the next run completes`, () =>
    inTemporaryFolder(async (folder) => {
      const program = join(folder, 'program.cjs');
      writeFileSync(program, await buildProgram('test/support/killed-program.ts'));
      const bundle = join(folder, 'bundle.tar');
      writeFileSync(bundle, tarOf(request));
      const root = join(folder, 'seccomp');
      const parameters = [root, JSON.stringify(request), bundle];
      const prepare = async (): Promise<Tree> => {
        rmSync(root, { recursive: true, force: true });
        mkdirSync(root);
        writeTree(root, FOREIGN);
        for (const step of steps) await runWhole(root, step);
        const sound = readTree(root);
        damage?.(root);
        return sound;
      };
      const sound = await prepare();
      const before = readTree(root);
      const whole = await run(program, [...parameters, '0']);
      const { calls, outcome: found } = JSON.parse(whole.output) as { calls: number; outcome: string };
      assert.is(found, outcome);
      const after = readTree(root);
      const expectation: Expectation = {
        ...expected,
        foreign: pick(sound, Object.keys(FOREIGN)),
        generations: { ...pick(sound, [FIRST, SECOND]), ...pick(after, [FIRST, SECOND]) },
        ...(damage && { drifted: pick(before, [FIRST, SECOND]) }),
      };
      for (let lastCall = 1; lastCall <= calls; lastCall++) {
        await prepare();
        const { signal } = await run(program, [...parameters, String(lastCall)]);
        assert.is(signal, 'SIGKILL');
        assert.is(findViolation(readTree(root), expectation), undefined, `killed before call ${lastCall}`);
        ageTree(root);
        await runWhole(root, request);
        assert.is(renderTree(readTree(root)), renderTree(after), `the run after call ${lastCall}`);
      }
    }));
}

test.run();
