// What the code host runs: pinned, with no more rights than needed, and in the words of the files here.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import packageJson from '../../../package.json' with { type: 'json' };
import { archiveFile, TARGETS } from '../../../plugin/release/targets.ts';

const test = suite('plugin/release/workflows');

interface Step {
  readonly uses?: string;
  readonly run?: string;
}

interface Job {
  readonly steps: readonly Step[];
  readonly permissions?: Readonly<Record<string, string>>;
  readonly 'timeout-minutes'?: number;
  readonly strategy?: { readonly matrix: { readonly include: readonly Readonly<Record<string, string>>[] } };
}

const folder = fileURLToPath(new URL('../../../.github/workflows/', import.meta.url));
const workflows = readdirSync(folder).map((file) => {
  const text = readFileSync(`${folder}${file}`, 'utf8');
  const { permissions, jobs } = parse(text) as { permissions: unknown; jobs: Readonly<Record<string, Job>> };
  return { file, text, permissions, jobs };
});
const release = workflows.find(({ file }) => file === 'release.yml')!;

test('every action is pinned by its commit, with the version beside it', () => {
  for (const { file, text } of workflows) {
    const uses = [...text.matchAll(/^ *- uses: (.*)$/gm)].map(([, action = '']) => action);
    assert.ok(uses.length > 0, file);
    for (const action of uses) assert.match(action, /^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+(\.\d+)*$/, file);
  }
});

test('a workflow may read; only what publishes may write, and every job ends by itself', () => {
  for (const { file, permissions, jobs } of workflows) {
    assert.equal(permissions, { contents: 'read' }, file);
    for (const [name, job] of Object.entries(jobs)) {
      assert.is(job.permissions !== undefined, name === 'publish', `${file} ${name}`);
      assert.ok((job['timeout-minutes'] ?? 0) > 0, `${file} ${name}`);
    }
  }
});

// Threat: whoever chooses a tag's name would choose what the shell runs.
test('nothing of the event is put into a script', () => {
  for (const { file, jobs } of workflows)
    for (const { steps } of Object.values(jobs))
      for (const { run } of steps) assert.not.match(run ?? '', /\$\{\{/, file);
});

test('every archive of a release is run on its own platform before anything is published', () => {
  const archives = release.jobs.runs?.strategy?.matrix.include.map(({ archive }) => archive);
  assert.equal(archives, TARGETS.map(archiveFile));
  assert.match(release.text, /publish:\n {4}needs: runs\n/);
});

test('the scripts that are called are there', () => {
  for (const { text } of workflows)
    for (const [, script = ''] of text.matchAll(/npm run (\w+)/g))
      assert.ok(script in packageJson.scripts, script);
});

test.run();
