// What stands before `uninstall`: nobody may be using any bundle, unless --force says so. All bundles are looked at
// before the first is removed. Between the look and the deed somebody may begin to: nothing is locked.
import { SeccompError } from '../../src/error.ts';
import { findUsers, isTakenAway } from '../../src/rollout/in-use.ts';
import { knownBundles } from '../../src/rollout/uninstall.ts';
import { foldWorkloads } from '../../src/workload/rows.ts';
import { namesTarget } from '../../src/workload/target.ts';
import { renderUsers } from '../output/users.ts';
import type { Connected } from '../outside.ts';

/** Returns why uninstalling would take files away that containers need; undefined where it would not. */
export const findUninstallConflict = async (cluster: Connected): Promise<SeccompError | undefined> => {
  const [nodes, releases] = await Promise.all([cluster.readNodes({ selector: '' }), cluster.readReleases()]);
  const bundles = knownBundles(nodes, releases);
  if (bundles.length === 0) return undefined;
  const { rows, unread } = await foldWorkloads(cluster.workloads.read({ selector: '' }), (confinement) =>
    bundles.some((bundle) => namesTarget(confinement, bundle)),
  );
  const inUse = bundles.flatMap((bundle) => {
    const own = releases.filter((release) => release.bundle === bundle);
    const users = findUsers(rows, nodes, isTakenAway(bundle, nodes, own));
    return users.length === 0 ? [] : [`bundle "${bundle}" is in use:\n${renderUsers(users)}`];
  });
  if (inUse.length > 0)
    return new SeccompError('conflict', inUse.join('\n'), {
      hint: 'Running containers keep their filter, but none of these would start again. --force uninstalls all the same.',
    });
  if (unread.length === 0) return undefined;
  const resources = unread.map(({ resource }) => resource).join(', ');
  return new SeccompError(
    'conflict',
    `cannot tell whether anything uses ${bundles.join(', ')}: not allowed to list ${resources} in all namespaces`,
    { hint: '--force goes on without knowing.' },
  );
};
