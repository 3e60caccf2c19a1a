// What stands in a file and in none of a profile's values: comments, and fields that nobody reads.
import {
  type DocumentNode,
  type Located,
  type Member,
  memberOf,
  type ObjectNode,
  quote,
} from '../document.ts';
import { PROFILE_FIELDS } from '../read-profile.ts';
import { RULE_FIELDS } from '../read-rule.ts';
import type { Remark } from './remark.ts';

const CONDITION_FIELDS = ['index', 'value', 'valueTwo', 'op'];
const FILTER_FIELDS = ['caps', 'arches', 'minKernel'];
const ENTRY_FIELDS = ['architecture', 'subArchitectures'];
/** Told by the reader of SeccompProfile objects. */
const SPO_FIELDS = ['state', 'disabled', 'baseProfileName', 'targetWorkload'];

/** Returns a remark for everything of the profile's object that its values don't hold; comments as `hasComments` says. */
export const lostFields = (node: ObjectNode, hasComments: boolean): readonly Remark[] => [
  ...unknownOf(node, [...PROFILE_FIELDS, ...SPO_FIELDS]),
  ...itemsOf(node, 'archMap').flatMap((entry) => unknownOf(entry, ENTRY_FIELDS)),
  ...itemsOf(node, 'syscalls').flatMap((rule) => [
    ...(hasComments ? commentsIn(rule) : []),
    ...unknownOf(rule, RULE_FIELDS),
    ...itemsOf(rule, 'args').flatMap((condition) => unknownOf(condition, CONDITION_FIELDS)),
    ...unknownOf(memberOf(rule, 'includes'), FILTER_FIELDS),
    ...unknownOf(memberOf(rule, 'excludes'), FILTER_FIELDS),
  ]),
];

/** Returns the comments of a profile's rules by the place of the rule. */
export const commentsOf = (node: ObjectNode): ReadonlyMap<number, string> =>
  new Map(
    itemsOf(node, 'syscalls').flatMap((rule) => {
      const text = commentOf(rule);
      return text === undefined ? [] : [[rule.offset, text] as const];
    }),
  );

const commentsIn = (rule: DocumentNode): readonly Remark[] => {
  const text = commentOf(rule);
  const at: Located = memberOf(rule, 'comment') ?? rule;
  return text === undefined ? [] : [{ kind: 'lost', at, message: `the comment ${quote(text)}` }];
};

const commentOf = (rule: DocumentNode): string | undefined => {
  const comment = memberOf(rule, 'comment');
  return comment?.kind === 'string' && comment.value !== '' ? comment.value : undefined;
};

const unknownOf = (node: DocumentNode | undefined, known: readonly string[]): readonly Remark[] =>
  node?.kind !== 'object'
    ? []
    : node.members
        .filter(({ name }) => !known.includes(name))
        .map(({ key, name }: Member) => ({
          kind: 'lost' as const,
          at: key,
          message: `the field ${quote(name)}, which no runtime reads`,
        }));

const itemsOf = (node: DocumentNode, name: string): readonly DocumentNode[] => {
  const list = memberOf(node, name);
  return list?.kind === 'array' ? list.items : [];
};
