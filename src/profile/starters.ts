// The least that a profile has to allow so that a container starts at all, by runtime and version: to be merged with what
// the program inside needs. Made of the measured table in start/needs.ts, so that the two cannot say different things.
import type { BuiltinProfile } from './builtin-data.ts';
import { NEEDS, type Needs } from './start/needs.ts';
import { isAtLeast } from './start/runtimes.ts';

export interface Starter {
  /** Such as `runtime/runc-1.3-minimum`. */
  readonly name: string;
  readonly describe: string;
}

const NAME = /^runtime\/(runc|crun)-(\d+\.\d+)(\.\d+)?-minimum(-no-new-privileges)?$/;

const nameOf = ({ name, since, noNewPrivileges }: Needs): string =>
  `runtime/${name}-${minorOf(since)}-minimum${noNewPrivileges ? '-no-new-privileges' : ''}`;

/** An entry that holds from the beginning is called by the oldest version that was measured (start/needs.ts). */
const OLDEST_MEASURED = '1.8';

const minorOf = (version: string): string =>
  version === '0' ? OLDEST_MEASURED : version.split('.').slice(0, 2).join('.');

/** One for each version at which the needs of a runtime changed; any later version may stand in its place. */
export const STARTERS: readonly Starter[] = [...new Map(NEEDS.map((needs) => [nameOf(needs), needs]))].map(
  ([name, needs]) => ({
    name,
    describe: `What ${needs.name} ${minorOf(needs.since)} needs to start a container${needs.noNewPrivileges ? ' with allowPrivilegeEscalation: false' : ''}`,
  }),
);

/** Returns the profile of that name; `runc-1.3` is the newest 1.3. Undefined where there is none, or no needs are known. */
export const starterOf = (name: string): BuiltinProfile | undefined => {
  const [, runtime, minor = '', patch = '.9999', suffix] = NAME.exec(name) ?? [];
  const needs = NEEDS.filter(
    (one) =>
      one.name === runtime &&
      one.noNewPrivileges === (suffix !== undefined) &&
      isAtLeast(`${minor}${patch}`, one.since),
  ).reduce<Needs | undefined>(
    (best, one) => (best === undefined || isAtLeast(one.since, best.since) ? one : best),
    undefined,
  );
  if (needs === undefined) return undefined;
  const names = [...new Set([...needs.needed, ...needs.made])].sort();
  return {
    head: { defaultAction: 'SCMP_ACT_ERRNO', defaultErrnoRet: 1 },
    archMap: [],
    rules: [{ names, action: 'SCMP_ACT_ALLOW' }],
  };
};
