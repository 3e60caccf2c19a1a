// What comes before a bind: which workloads are meant, what would change in each, and whether that may be.
import { SeccompError } from '../../src/error.ts';
import type { Rolled } from '../../src/rollout/bound-profile.ts';
import { NODE_LABEL_PREFIX } from '../../src/rollout/names.ts';
import { type BindPlan, type BindRequest, planWorkload } from '../../src/rollout/plan-bind.ts';
import type { ControllerObject } from '../../src/workload/objects.ts';
import { nameOf } from '../output/bind-document.ts';
import { sanitizeText } from '../output/sanitize.ts';
import type { Connected, Outside } from '../outside.ts';
import { checkBound } from './bind-check.ts';
import type { BindOptions } from './bind-options.ts';
import type { Refusal, Sending } from './bind-send.ts';
import { findByImage, findOne, type Target, type Targets } from './bind-targets.ts';

/** One workload on its way; refused ones are left as they are. */
export interface Prepared extends Sending {
  readonly target: Target;
  readonly refusal?: Refusal;
}

/** Not refused, and there is something to change. */
export const isOpen = ({ refusal, plan }: Prepared): boolean =>
  refusal === undefined && plan.changes.length > 0;

/** Reads and plans every workload, and finds out which must not be bound; remarks go to stderr. */
export const prepare = async (
  options: BindOptions,
  cluster: Connected,
  outside: Outside,
): Promise<{ found: Targets; prepared: readonly Prepared[] }> => {
  const namespace = options.isEveryNamespace
    ? undefined
    : (options.namespace ?? (await cluster.workloads.currentNamespace()));
  const [found, rolled] = await Promise.all([
    findTargets(options, namespace, cluster),
    readRolled(options, cluster, outside),
  ]);
  const request = requestOf(options);
  const planned = found.targets.map((target): Prepared | { target: Target; thrown: unknown } => {
    const planAnew = (object: ControllerObject) => planWorkload(object, request, rolled);
    try {
      return { target, ref: target.ref, plan: planAnew(target.object), planAnew };
    } catch (thrown) {
      return { target, thrown };
    }
  });
  const prepared = planned.map((one): Prepared => {
    if (!('thrown' in one)) return one;
    const { target, thrown } = one;
    if (!(thrown instanceof SeccompError) || found.targets.length === 1) throw thrown;
    return asRefused(target, thrown);
  });
  const remarks = [
    ...found.remarks,
    ...prepared.flatMap(({ ref, plan }) => plan.remarks.map((text) => `${nameOf(asNamed(ref))}: ${text}`)),
  ];
  outside.stderr.write(remarks.map((remark) => sanitizeText(`warning: ${remark}\n`)).join(''));
  const isChecked = options.deed.kind !== 'undo' && !options.isForced;
  if (!isChecked) return { found, prepared };
  const refusals = await checkBound(prepared.filter(isOpen), cluster, outside);
  return {
    found,
    prepared: prepared.map((one) => {
      const refusal = refusals.get(one);
      return refusal === undefined ? one : { ...one, refusal };
    }),
  };
};

const findTargets = async (
  { what }: BindOptions,
  namespace: string | undefined,
  { controllers }: Connected,
): Promise<Targets> => {
  if (what.kind === 'workload') return findOne(what.workload, namespace ?? '', controllers);
  if (what.kind !== 'image') throw new Error('a file is not in a cluster');
  const found = await findByImage(what.image, namespace, controllers);
  if (found.targets.length > 0) return found;
  throw new SeccompError(
    'usage',
    `no workload runs ${what.shownAs}${namespace === undefined ? '' : ` in namespace ${namespace}`}`,
    namespace === undefined ? {} : { hint: '-A looks in all namespaces.' },
  );
};

/** Whoever may not read nodes or records cannot know what is there. */
export const readRolled = async (
  { deed, isPinned, isForced }: Pick<BindOptions, 'deed' | 'isPinned' | 'isForced'>,
  cluster: Connected,
  { stderr }: Outside,
): Promise<Rolled | undefined> => {
  if (deed.kind === 'undo' || (deed.kind === 'profile' && deed.choice.kind === 'builtin')) return undefined;
  try {
    const [nodes, releases] = await Promise.all([
      cluster.readNodes({ selector: '' }),
      cluster.readReleases(),
    ]);
    return { nodes, releases };
  } catch (thrown) {
    if (!(thrown instanceof SeccompError) || thrown.code !== 'api' || isPinned || !isForced) throw thrown;
    stderr.write(sanitizeText(`warning: cannot tell whether any node has the profile: ${thrown.message}\n`));
    return undefined;
  }
};

/** Returns what the planner needs of the options. */
export const requestOf = (options: BindOptions): BindRequest => ({
  deed: options.deed,
  ...(options.what.kind === 'image' && { image: options.what.image }),
  ...(options.container !== undefined && { container: options.container }),
  isPinned: options.isPinned,
  ...(options.digest !== undefined && { digest: options.digest }),
  isNodeRequired: options.isNodeRequired,
  isForced: options.isForced,
  labelPrefix: NODE_LABEL_PREFIX,
});

const asRefused = (target: Target, { message, hint }: SeccompError): Prepared => {
  const { object } = target;
  const plan: BindPlan = { before: object, after: object, template: {}, changes: [], remarks: [] };
  const refusal = { message, ...(hint !== undefined && { hint }) };
  return { target, ref: target.ref, plan, planAnew: () => plan, refusal };
};

/** Splits a reference into what documents name. */
export const asNamed = ({ namespace, ...workload }: Target['ref']) => ({ workload, namespace });
