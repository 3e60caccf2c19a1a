// Plain lists of system calls, as strace, audit tools and people write them: one name after another, or a JSON array.
import type { DocumentNode, Located } from '../document.ts';
import { describe, quote } from '../document.ts';
import type { Report } from '../report.ts';
import { didYouMean } from '../suggest.ts';
import { SYSCALL_NAMES } from '../syscalls.ts';

export interface ListedName {
  readonly name: string;
  readonly at: Located;
}

const KNOWN: ReadonlySet<string> = new Set(SYSCALL_NAMES);
const COMMENT = /#[^\r\n]*/g;

/** Says whether a text is nothing but names, one of which is a system call's. */
export const isNameList = (text: string): boolean => {
  const words = withoutComments(text).match(/[^\s,;]+/g) ?? [];
  return words.every((word) => /^[A-Za-z0-9_]+$/.test(word)) && words.some((word) => KNOWN.has(word));
};

// With blanks in their place, so that every offset stays what it was.
const withoutComments = (text: string): string =>
  text.replace(COMMENT, (comment) => ' '.repeat(comment.length));

/** Reads the names of a text, with blanks, commas or line ends between them and comments behind `#`. */
export const readTextNames = (text: string, report: Report): readonly ListedName[] =>
  checkNames(
    [...withoutComments(text).matchAll(/[^\s,;]+/g)].map(({ 0: name, index }) => ({
      name,
      at: { offset: index, path: undefined },
    })),
    report,
  );

/** Reads a JSON array of names. */
export const readJsonNames = (node: DocumentNode, report: Report): readonly ListedName[] => {
  if (node.kind !== 'array') return [];
  const names: ListedName[] = [];
  for (const item of node.items) {
    if (item.kind === 'string') names.push({ name: item.value, at: item });
    else report.error('SP024', item, `wanted the name of a system call, got ${describe(item)}`);
  }
  if (node.items.length === 0)
    report.error('SP015', node, 'the list is empty; wanted the names of system calls, or a profile');
  return checkNames(names, report);
};

/** A suggestion takes time; a list with more slips is of something else. */
const MOST_SUGGESTIONS = 20;

const checkNames = (names: readonly ListedName[], report: Report): readonly ListedName[] => {
  const unknown = new Set<string>();
  for (const { name, at } of names) {
    if (!/^[a-z0-9_]+$/.test(name)) {
      report.error('SP012', at, `wanted the name of a system call (a-z, 0-9 and _), got ${quote(name)}`);
    } else if (!KNOWN.has(name)) {
      unknown.add(name);
      const hint = unknown.size > MOST_SUGGESTIONS ? '' : didYouMean(name, SYSCALL_NAMES);
      report.warning(
        'SP202',
        at,
        `no architecture has a system call ${quote(name)}${hint}; runtimes pass it over`,
      );
    }
  }
  return names;
};
