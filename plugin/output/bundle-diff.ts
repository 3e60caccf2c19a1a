// `diff` of two contents of a bundle: which profiles came, went and changed, and each change call by call.
import { renderDiff } from './diff.ts';
import type { DiffDocument } from './diff-document.ts';
import type { Document } from './document.ts';
import { sanitizeLine } from './sanitize.ts';

export interface BundleDiffDocument extends Document {
  readonly kind: 'BundleDiff';
  /** As they were named. */
  readonly before: string;
  readonly after: string;
  readonly beforeDigest: string;
  readonly afterDigest: string;
  readonly architecture: string;
  readonly dialect: string;
  readonly answer: DiffDocument['answer'];
  /** Paths below the bundle's folder, sorted. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Written in another way, with the same effect on the nodes that were asked about. */
  readonly rewritten: readonly string[];
  /** Byte for byte the same. */
  readonly unchanged: readonly string[];
  readonly changed: readonly { readonly path: string; readonly diff: DiffDocument }[];
}

/** Renders what is different; the profiles that changed follow one after the other. */
export const renderBundleDiff = (document: BundleDiffDocument): string => {
  const { before, after, architecture, answer, added, removed, rewritten, unchanged, changed } = document;
  const head =
    answer === 'same'
      ? `${before} and ${after} do the same on ${architecture}`
      : `${before} -> ${after} on ${architecture}`;
  const lines = [
    head,
    ...added.map((path) => `  added      ${path}`),
    ...removed.map((path) => `  removed    ${path}`),
    ...changed.map(({ path, diff }) =>
      diff.answer === 'unknown' ? `  unknown    ${path}` : `  changed    ${path}`,
    ),
    ...rewritten.map((path) => `  rewritten  ${path}, with the same effect`),
    ...(answer !== 'same' && unchanged.length > 0 ? [`  unchanged  ${unchanged.length} more`] : []),
  ];
  return [
    lines.map((line) => `${sanitizeLine(line)}\n`).join(''),
    ...changed.map(({ diff }) => `\n${renderDiff(diff)}`),
  ].join('');
};
