import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Making, readSource, renderProvenance } from '../../../plugin/release/provenance.ts';

const test = suite('plugin/release/provenance');

const COMMIT = 'c'.repeat(40);
const sampleMaking: Making = {
  tag: 'v1.2.3',
  source: { commit: COMMIT, isChanged: false },
  lockSha256: 'ab'.repeat(32),
  tools: { node: '24.0.0' },
  files: new Map([['a.tar.gz', 'cd'.repeat(32)]]),
};

test('it is an in-toto statement about every file, with the commit and the lock it was made of', () => {
  const statement = JSON.parse(renderProvenance(sampleMaking));
  assert.is(statement._type, 'https://in-toto.io/Statement/v1');
  assert.is(statement.predicateType, 'https://slsa.dev/provenance/v1');
  assert.equal(statement.subject, [{ name: 'a.tar.gz', digest: { sha256: 'cd'.repeat(32) } }]);
  const { buildDefinition, runDetails } = statement.predicate;
  const [checkout, lock] = buildDefinition.resolvedDependencies;
  assert.match(checkout.uri, /^git\+https:.*@refs\/tags\/v1\.2\.3$/);
  assert.equal(checkout.digest, { gitCommit: COMMIT });
  assert.equal(lock.digest, { sha256: 'ab'.repeat(32) });
  assert.is(buildDefinition.externalParameters.command, 'npm run release -- v1.2.3');
  assert.ok(URL.canParse(buildDefinition.buildType) && URL.canParse(runDetails.builder.id));
});

test('a checkout that differs from its commit is not passed off as it', () => {
  const text = renderProvenance({ ...sampleMaking, source: { commit: COMMIT, isChanged: true } });
  const [checkout] = JSON.parse(text).predicate.buildDefinition.resolvedDependencies;
  assert.is(checkout.digest, undefined);
  assert.match(checkout.annotations.changed, COMMIT);
});

test('git is asked for the commit and for changes; without git there is no source', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kubectl-seccomp-provenance-'));
  try {
    assert.is(await readSource(folder), undefined);
    const git = (...args: string[]): string =>
      execFileSync('git', ['-C', folder, '-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
    git('init');
    writeFileSync(join(folder, 'a'), '1');
    git('add', 'a');
    git('commit', '-m', 'a');
    const commit = git('rev-parse', 'HEAD').trim();
    assert.equal(await readSource(folder), { commit, isChanged: false });
    writeFileSync(join(folder, 'a'), '2');
    assert.equal(await readSource(folder), { commit, isChanged: true });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test.run();
