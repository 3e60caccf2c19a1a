// `status --by`: the nodes counted by what they have in common.
import { SeccompError } from '../../src/error.ts';
import type { StatusRow } from '../../src/rollout/desired.ts';
import { type GroupKind, groupRows, isOfBundle } from '../../src/rollout/groups.ts';
import type { NodeGroupsDocument } from '../output/documents.ts';

/** Groups the rows; throws SeccompError `usage` where it is by one bundle, and none or several are meant. */
export const describeGroups = (
  rows: readonly StatusRow[],
  by: GroupKind,
  bundles: readonly string[],
): NodeGroupsDocument => {
  const [bundle, ...others] = bundles;
  if (isOfBundle(by) && others.length > 0)
    throw new SeccompError('usage', `--by: the ${by} of which bundle? There are ${bundles.join(', ')}`, {
      hint: `Name one: status ${bundle} --by ${by}`,
    });
  const of = isOfBundle(by) ? bundle : undefined;
  return {
    by,
    ...(of !== undefined && { bundle: of }),
    groups: groupRows(rows, by, of).map(({ value, nodes, counts }) => ({
      value,
      nodes,
      bundles: bundles.flatMap((name) => {
        const found = counts.get(name);
        return found ? [{ name, summary: Object.fromEntries(found) }] : [];
      }),
    })),
  };
};
