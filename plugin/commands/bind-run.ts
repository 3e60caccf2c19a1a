// `bind` in a cluster: plan, check, show, ask the API server, ask the user, patch, watch. Up to the patch nothing is changed.
import { SeccompError } from '../../src/error.ts';
import { type Patchable, renderChanges } from '../output/bind.ts';
import { type BoundWorkload, nameOf } from '../output/bind-document.ts';
import type { Connected, Outside } from '../outside.ts';
import type { BindOptions } from './bind-options.ts';
import { asNamed, isOpen, type Prepared, prepare } from './bind-prepare.ts';
import { type Refusal, sendPatch } from './bind-send.ts';
import type { Targets } from './bind-targets.ts';
import { watchRollouts } from './bind-watch.ts';
import { confirm } from './confirm.ts';
import { interruptible } from './interruptible.ts';

export interface ClusterResult {
  readonly workloads: readonly BoundWorkload[];
  readonly unread: Targets['unread'];
  readonly patchables: readonly Patchable[];
}

/** Binds what was asked for, or says what would be done; throws where nothing at all can be. */
export const bindInCluster = async (options: BindOptions, outside: Outside): Promise<ClusterResult> => {
  const cluster = await outside.connect(options.connect);
  const { found, prepared } = await interruptible(prepare(options, cluster, outside), outside.signal);
  const patchables = prepared.flatMap(({ ref, plan, refusal }): Patchable[] =>
    refusal === undefined ? [{ ...asNamed(ref), before: plan.before, after: plan.after }] : [],
  );
  const isPatchOnly = options.output === 'patch';
  const isShown = !options.isQuiet || !options.isYes;
  if (isShown && !isPatchOnly && options.dryRun === 'none')
    outside.stderr.write(prepared.filter(isOpen).map(renderPrepared).join(''));
  const asked =
    isPatchOnly || options.dryRun === 'client'
      ? prepared
      : await interruptible(askServer(prepared, cluster, options), outside.signal);
  if (isPatchOnly || options.dryRun !== 'none')
    return { workloads: asked.map((one) => describe(one, options)), unread: found.unread, patchables };
  const open = asked.filter(isOpen);
  if (open.length > 0) await confirm(question(open, options), options.isYes, outside);
  const sent = await send(asked, cluster, outside);
  const changed = sent.filter(isOpen);
  const settings = {
    controllers: cluster.controllers,
    timeoutMs: options.timeoutMs,
    isQuiet: options.isQuiet,
  };
  const rollouts = await watchRollouts(
    changed.map(({ ref, plan }) => ({ ref, changes: plan.changes })),
    settings,
    outside,
  );
  const workloads = sent.map((one) => {
    const rollout = rollouts[changed.indexOf(one)];
    return { ...describe(one, options), ...(rollout && { rollout }) };
  });
  return { workloads, unread: found.unread, patchables };
};

/** A dry run of the patch, and of a pod that the template would make: a workload is admitted whatever its pods are. */
const askServer = async (
  prepared: readonly Prepared[],
  { controllers }: Connected,
  { isForced }: BindOptions,
): Promise<readonly Prepared[]> => {
  const asked: Prepared[] = [];
  for (const one of prepared) {
    if (!isOpen(one)) {
      asked.push(one);
      continue;
    }
    const refusal =
      (await sendPatch(one, true, controllers)) ??
      (isForced ? undefined : await controllers.admitPod(one.ref.namespace, one.plan.template));
    asked.push(refusal === undefined ? one : { ...one, refusal });
  }
  return asked;
};

/** One after the other; after Ctrl-C those that are left stay as they are. */
const send = async (
  prepared: readonly Prepared[],
  { controllers }: Connected,
  { signal }: Outside,
): Promise<readonly Prepared[]> => {
  const sent: Prepared[] = [];
  for (const one of prepared) {
    if (!isOpen(one)) {
      sent.push(one);
      continue;
    }
    const refusal = signal.aborted
      ? { message: 'interrupted before it was changed' }
      : await sendPatch(one, false, controllers).catch(whatIsKnown);
    sent.push(refusal === undefined ? one : { ...one, refusal });
  }
  return sent;
};

/** What was changed before must be told all the same. */
const whatIsKnown = (thrown: unknown): Refusal => {
  if (!(thrown instanceof SeccompError)) throw thrown;
  const { message, hint } = thrown;
  return { message: `it may have been changed or not: ${message}`, ...(hint !== undefined && { hint }) };
};

const question = (open: readonly Prepared[], { deed }: BindOptions): string => {
  const verb = deed.kind === 'undo' ? 'Put back' : 'Change';
  const [first] = open;
  if (open.length === 1 && first) return `${verb} ${nameOf(asNamed(first.ref))}?`;
  return `${verb} ${open.length} workloads?`;
};

/** Renders what is about to change. */
const renderPrepared = ({ ref, plan }: Prepared): string =>
  renderChanges({ ...asNamed(ref), changes: plan.changes });

const describe = ({ ref, plan, refusal }: Prepared, { deed }: BindOptions): BoundWorkload => ({
  ...asNamed(ref),
  action:
    refusal !== undefined
      ? 'refused'
      : plan.changes.length === 0
        ? 'unchanged'
        : deed.kind === 'undo'
          ? 'restored'
          : 'bound',
  changes: plan.changes,
  ...(refusal !== undefined && {
    message: `${refusal.message}${refusal.hint === undefined ? '' : `\n${refusal.hint}`}`,
  }),
});
