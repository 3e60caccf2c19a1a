// `npm run docs`: docs/reference and docs/topics, made anew from the help texts. A test says when they are stale.
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import packageJson from '../../package.json' with { type: 'json' };
import { type DescribedVerb, describeVerbs } from '../commands/described.ts';
import { topics } from '../commands/topics.ts';
import type { Outside } from '../outside.ts';
import { renderManPage } from './man-page.ts';
import { pageFile, renderIndex, renderTopicPage, renderVerbPage } from './reference-page.ts';

const DOCS = fileURLToPath(new URL('../../docs/', import.meta.url));

/** A builder describes; nothing of the outside is touched meanwhile. */
const nothing = new Proxy({} as Outside, {
  get: (_target, name) => {
    throw new Error(`a description of the verbs must not need outside.${String(name)}`);
  },
});

const allVerbs = (verbs: readonly DescribedVerb[]): DescribedVerb[] =>
  verbs.flatMap((verb) => [verb, ...verb.verbs]);

/** Renders all pages: path below docs/ → text. */
export const renderReference = async (): Promise<ReadonlyMap<string, string>> => {
  const verbs = await describeVerbs(nothing);
  const summaries = Object.fromEntries(Object.entries(topics).map(([name, { summary }]) => [name, summary]));
  const pages = new Map([['reference/README.md', renderIndex(verbs, summaries)]]);
  for (const verb of allVerbs(verbs)) pages.set(`reference/${pageFile(verb)}`, renderVerbPage(verb));
  for (const [name, { summary, load }] of Object.entries(topics))
    pages.set(`topics/${name}.md`, renderTopicPage(name, summary, await load()));
  return pages;
};

/** Renders the manual page of this version. */
export const renderManual = async (): Promise<string> => {
  const texts = await Promise.all(
    Object.entries(topics).map(async ([name, { load }]) => ({ name, text: await load() })),
  );
  return renderManPage(await describeVerbs(nothing), texts, packageJson.version);
};

/** Writes all pages and removes those of verbs that are gone. */
export const writeReference = async (folder = DOCS): Promise<void> => {
  const pages = await renderReference();
  for (const [path, text] of pages) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  for (const room of ['reference', 'topics'])
    for (const file of await readdir(join(folder, room)))
      if (!pages.has(`${room}/${file}`)) await rm(join(folder, room, file));
};

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeReference();
