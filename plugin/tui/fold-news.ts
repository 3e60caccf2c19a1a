// What the watches tell, folded into the state, and what that makes of answers that were given before.
import { type Fleet, type FleetNews, foldFleet } from '../../src/rollout/fleet.ts';
import type { WorkloadsNow } from '../../src/workload/ports.ts';
import { looksNow } from './looks.ts';
import { currentVisit, type State, workloadsOf } from './state.ts';
import { isLocal } from './words.ts';

const withoutUsage = (asked: State['asked']): State['asked'] =>
  Object.fromEntries(
    Object.entries(asked).flatMap(([key, one]) => {
      const isUsage = (JSON.parse(key) as string[])[0] === 'usage';
      return [[key, isUsage ? { ...one, isStale: true } : one]];
    }),
  );

/** Applies what is told of the workloads of a namespace. */
export const takeWorkloads = (state: State, namespace: string | undefined, now: WorkloadsNow): State => {
  const before = workloadsOf(state);
  // After a while elsewhere all is told anew: until it is whole, what was known before says more.
  const isLess = before?.isWhole === true && !now.isWhole && namespace === state.namespace;
  const told = isLess ? { ...before, ...(now.lost !== undefined && { lost: now.lost }) } : now;
  const next = { ...state, workloads: { namespace, now: told } };
  const isFirst = told.isWhole && !before?.isWhole;
  return isFirst && currentVisit(next).place.screen === 'workloads'
    ? { ...next, looks: { ...next.looks, ...looksNow(next) } }
    : next;
};

const withoutFailed = (asked: State['asked']): State['asked'] =>
  Object.fromEntries(
    Object.entries(asked).map(([key, one]) => {
      const hasFailed = one.answer !== undefined && one.answer.exitCode !== 0;
      return [key, hasFailed && !isLocal(JSON.parse(key) as string[]) ? { ...one, isStale: true } : one];
    }),
  );

/** Returns the profiles that could be read; the others are read again where they are needed. */
export const withoutErrors = (profiles: State['profiles']): State['profiles'] =>
  Object.fromEntries(Object.entries(profiles).filter(([, { error }]) => error === undefined));

const isLost = ({ lost }: Fleet): boolean => Object.values(lost).some((one) => one !== undefined);

/** Applies news of the fleet. */
export const takeFleet = (state: State, news: readonly FleetNews[]): State => {
  const fleet = foldFleet(state.fleet, news);
  if (fleet === state.fleet) return state;
  // Who uses what depends on what is where.
  const isStale = fleet.releases !== state.fleet.releases && state.fleet.synced.records;
  const known = { ...state, fleet, ...(isStale && { asked: withoutUsage(state.asked) }) };
  // What could not be read meanwhile is asked for again, without the user having to.
  const isBack = isLost(state.fleet) && !isLost(fleet);
  const next = isBack
    ? { ...known, asked: withoutFailed(known.asked), profiles: withoutErrors(known.profiles) }
    : known;
  // What is there when one comes is no news.
  const isNowWhole = fleet.synced.nodes && fleet.synced.records;
  const wasWhole = state.fleet.synced.nodes && state.fleet.synced.records;
  return isNowWhole && !wasWhole ? { ...next, looks: { ...next.looks, ...looksNow(next) } } : next;
};
