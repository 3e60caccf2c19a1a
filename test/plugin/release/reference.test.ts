import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { verbs } from '../../../plugin/commands/verbs.ts';
import { renderManual, renderReference, writeReference } from '../../../plugin/release/reference.ts';

const test = suite('plugin/release/reference');

const DOCS = fileURLToPath(new URL('../../../docs/', import.meta.url));

const pagesIn = (folder: string): Record<string, string> =>
  Object.fromEntries(
    ['reference', 'topics'].flatMap((room) =>
      readdirSync(join(folder, room)).map((file) => [
        `${room}/${file}`,
        readFileSync(join(folder, room, file), 'utf8'),
      ]),
    ),
  );

test('the pages in docs/ are what the help says now', async () => {
  const there = pagesIn(DOCS);
  const wanted = await renderReference();
  const stale = [...new Set([...Object.keys(there), ...wanted.keys()])].filter(
    (path) => there[path] !== wanted.get(path),
  );
  assert.equal(stale, [], 'stale: npm run docs makes them anew');
});

test('every verb has its page, and the index a line for it', async () => {
  const pages = await renderReference();
  const index = pages.get('reference/README.md') ?? '';
  for (const [name, { describe }] of Object.entries(verbs)) {
    assert.match(pages.get(`reference/${name}.md`) ?? '', `# kubectl seccomp ${name}\n\n${describe}.`);
    assert.match(index, `[${name}](${name}.md)`);
  }
});

test('what stands in angle brackets or between stars is shown, not read as markup', async () => {
  for (const [path, page] of await renderReference()) {
    const outsideCode = page
      .replace(/^<!--.*-->$/m, '')
      .replace(/```[\s\S]*?```/g, '')
      .replace(/`[^`]*`/g, '');
    assert.not.match(outsideCode, /(?<!\\)[<>*]/, path);
  }
});

test('pages of verbs that are gone are removed, the others written', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kubectl-seccomp-docs-'));
  try {
    await writeReference(folder);
    writeFileSync(join(folder, 'reference/gone.md'), '');
    await writeReference(folder);
    assert.equal(pagesIn(folder), Object.fromEntries(await renderReference()));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the manual page names every verb and flag, and holds only requests that man knows', async () => {
  const page = await renderManual();
  for (const name of Object.keys(verbs)) assert.match(page, new RegExp(`^\\.SS ${name}\\b`, 'm'));
  assert.match(page, '\\-\\-rollout\\-policy');
  const requests = [...page.matchAll(/^[.'](\S*)/gm)].map(([, request]) => request);
  assert.equal([...new Set(requests)].sort(), ['B', 'I', 'PP', 'SH', 'SS', 'TH', 'TP', 'fi', 'nf']);
  assert.match(page, /^[\n -~]*$/, 'ASCII alone: no encoding to be guessed');
  assert.not.match(page, /\$0/);
  assert.is(page, await renderManual());
});

test.run();
