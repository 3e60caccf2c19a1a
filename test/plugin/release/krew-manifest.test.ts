import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse, parseDocument } from 'yaml';
import { renderKrewManifest } from '../../../plugin/release/krew-manifest.ts';
import { archiveFile, programFile, TARGETS } from '../../../plugin/release/targets.ts';
import { checkKrewManifest } from '../../support/krew-rules.ts';

const test = suite('plugin/release/krew-manifest');

const template = readFileSync(fileURLToPath(new URL('../../../krew.yaml', import.meta.url)), 'utf8');
const sampleSha256 = 'ab'.repeat(32);
const rendered = (): string => renderKrewManifest(template, 'v1.2.3', () => sampleSha256);

test('the manifest is one that Krew takes', () => {
  assert.equal(checkKrewManifest('seccomp.yaml', rendered()), []);
});

test('it has one platform for each archive of a release, with its checksum and its program', () => {
  const { spec } = parse(
    renderKrewManifest(template, 'v1.2.3', (file) =>
      Buffer.from(file).toString('hex').padEnd(64, '0').slice(0, 64),
    ),
  );
  const found = spec.platforms.map((platform: Record<string, unknown>) => ({
    ...platform,
    uri: String(platform.uri).split('/releases/download/').at(-1),
  }));
  assert.equal(
    found,
    TARGETS.map((target) => ({
      selector: { matchLabels: { os: target.os, arch: target.arch } },
      bin: programFile(target),
      uri: `v1.2.3/${archiveFile(target)}`,
      sha256: Buffer.from(archiveFile(target)).toString('hex').padEnd(64, '0').slice(0, 64),
    })),
  );
});

test('the rules find what Krew would refuse', () => {
  const first = ['spec', 'platforms', 0];
  const cases: [string, (string | number)[], unknown, string][] = [
    ['an upper-case checksum', [...first, 'sha256'], 'AB'.repeat(32), '0: sha256'],
    ['a version without v', ['spec', 'version'], '1.2.3', 'version'],
    ['a name with a dot', ['metadata', 'name'], 'sec.comp', 'name'],
    ['the name of a device', ['metadata', 'name'], 'con', 'name'],
    ['two lines of summary', ['spec', 'shortDescription'], 'a\nb', 'shortDescription'],
    ['a long summary', ['spec', 'shortDescription'], 'a'.repeat(51), 'shortDescription'],
    ['no platform', ['spec', 'platforms'], [], 'platforms'],
    ['two for one', [...first, 'selector', 'matchLabels', 'arch'], 'arm64', 'overlap'],
    ['one for all', [...first, 'selector', 'matchLabels'], {}, '0: selector'],
    ['an unknown one', [...first, 'selector', 'matchLabels', 'os'], 'aix', '0: unknown platform'],
    ['a foreign label', [...first, 'selector', 'matchLabels', 'libc'], 'musl', '0: selector'],
    ['empty files', [...first, 'files'], [], '0: files'],
    ['a climbing bin', [...first, 'bin'], '../sh', '0: bin'],
    ['no .exe', ['spec', 'platforms', 4, 'bin'], 'kubectl-seccomp', '4: .exe'],
    ['no address', [...first, 'uri'], '', '0: uri'],
  ];
  for (const [what, path, value, rule] of cases) {
    const manifest = parseDocument(rendered());
    manifest.setIn(path, value);
    assert.ok(checkKrewManifest('seccomp.yaml', String(manifest)).includes(rule), what);
  }
  assert.equal(checkKrewManifest('krew.yaml', rendered()), ['file name']);
});

test('every version is rendered into the version and every address, and nothing of the template is left', () => {
  const part = fc.nat({ max: 1000 });
  const suffix = fc.constantFrom('', '-rc.1', '-alpha', '-0.x-y');
  fc.assert(
    fc.property(part, part, part, suffix, (major, minor, patch, rest) => {
      const tag = `v${major}.${minor}.${patch}${rest}`;
      const text = renderKrewManifest(template, tag, () => sampleSha256);
      assert.not.match(text, /[{}]{2}|TagName|krew-release-bot/);
      assert.equal(checkKrewManifest('seccomp.yaml', text), []);
      const { spec } = parse(text);
      assert.is(spec.version, tag);
      assert.ok(spec.platforms.every(({ uri }: { uri: string }) => uri.includes(`/${tag}/`)));
    }),
  );
});

test('a tag that is no version, a checksum that is none and a template with more in it are refused', () => {
  for (const tag of ['1.2.3', 'v1.2', 'v01.2.3', 'v1.2.3\nevil: true', 'v1.2.3-', 'latest', '']) {
    assert.throws(
      () => renderKrewManifest(template, tag, () => sampleSha256),
      /vMAJOR\.MINOR\.PATCH was wanted/,
    );
  }
  assert.throws(() => renderKrewManifest(template, 'v1.2.3', () => 'AB'.repeat(32)), /no sha256/);
  assert.throws(
    () => renderKrewManifest('version: {{ .Tag }}\n', 'v1.2.3', () => sampleSha256),
    /the template has \{\{ \.Tag \}\}/,
  );
});

test.run();
