// Edits that mend a problem for sure, and their application: nothing but the edited characters of a file changes.
// Where a text is not laid out as expected there is no edit, and the problem is left to people.
import type { Located } from './document.ts';
import type { Edit, Problem } from './problem.ts';

/** What edits need to know of a place. */
type Span = Pick<Located, 'offset' | 'end'>;

/** Writes another word into a string or a field's name, within the quotes that it has; the word needs no escapes. */
export const rewriteWord = (
  text: string,
  { offset, end }: Span,
  word: string,
): readonly Edit[] | undefined => {
  if (end === undefined) return undefined;
  const source = text.slice(offset, end);
  const [, quotation] = /^(["'])[^\n]*\1$/.exec(source) ?? [];
  if (quotation !== undefined) return [{ offset: offset + 1, end: end - 1, text: word }];
  // A plain word of YAML; anything longer might be a block or have a comment in it.
  return /^[\w.=!<>-]+$/.test(source) ? [{ offset, end, text: word }] : undefined;
};

/** Writes plain characters over a whole value. */
export const overwrite = ({ offset, end }: Span, text: string): readonly Edit[] | undefined =>
  end === undefined ? undefined : [{ offset, end, text }];

/** Takes one of several siblings out of a list, with the comma or hyphen that it brought along. */
export const removeSibling = (
  text: string,
  siblings: readonly Span[],
  index: number,
): readonly Edit[] | undefined => {
  const before = siblings[index - 1];
  const one = siblings[index];
  const after = siblings[index + 1];
  if (one?.end === undefined) return undefined;
  const [offset, end] = before === undefined ? [one.offset, after?.offset] : [before.end, one.end];
  // What stands in for an alias stands elsewhere.
  if (offset === undefined || end === undefined || one.offset < offset || end < one.end) return undefined;
  const between = before === undefined ? text.slice(one.end, end) : text.slice(offset, one.offset);
  // Comments, anchors and aliases of YAML would go with it.
  if (!/^\s*,?\s*(- *)?$/.test(between) || /[&*#]/.test(text.slice(offset, end))) return undefined;
  return [{ offset, end, text: '' }];
};

export interface Fixed {
  readonly text: string;
  /** Those that were mended; others that touch the same characters wait for the next time. */
  readonly problems: readonly Problem[];
}

/** Applies the fixes of a file's problems to its text. */
export const applyFixes = (text: string, problems: readonly Problem[]): Fixed => {
  const edits: Edit[] = [];
  const mended: Problem[] = [];
  for (const problem of problems) {
    const { fix } = problem;
    if (fix === undefined || fix.length === 0) continue;
    if (fix.some((edit) => edits.some((other) => edit.offset < other.end && other.offset < edit.end)))
      continue;
    edits.push(...fix);
    mended.push(problem);
  }
  const pieces: string[] = [];
  let at = 0;
  for (const edit of edits.toSorted((a, b) => a.offset - b.offset || a.end - b.end)) {
    pieces.push(text.slice(at, edit.offset), edit.text);
    at = edit.end;
  }
  return { text: [...pieces, text.slice(at)].join(''), problems: mended };
};
