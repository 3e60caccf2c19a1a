// Bundle: the profiles of one revision, who uses them, and what has changed since another revision.
import { generationName } from '../../../src/protocol/layout.ts';
import { changesBetween } from '../../../src/rollout/changes.ts';
import type { Release } from '../../../src/rollout/release.ts';
import { countBy, renderCounts } from '../../output/many-rows.ts';
import { plural } from '../../output/rollout-result.ts';
import type { UsageDocument } from '../../output/usage-document.ts';
import { age } from '../age.ts';
import { documentOf } from '../answers.ts';
import { type Line, line, span, wrap } from '../line.ts';
import { memoize } from '../memo.ts';
import type { Model } from '../model.ts';
import { formatPlace, type Place } from '../place.ts';
import type { State } from '../state.ts';
import { countStates, releaseAt, releasesOf, statusOfFleet, unknownYet } from '../status.ts';
import { cell, type Row, type Table } from '../table.ts';
import { BUNDLE_KEYS } from './bundles.ts';

type BundlePlace = Extract<Place, { readonly screen: 'bundle' }>;

/** Returns what is asked to know who uses a bundle. */
export const usersOf = (bundle: string): readonly string[] => ['usage', bundle, '-A', '-o', 'json'];

/** Returns the revision that one is compared with: the one named, else the last before it that has content. */
export const comparedWith = (
  releases: readonly Release[],
  { bundle, against }: BundlePlace,
  release: Release | undefined,
): Release | undefined => {
  const all = releasesOf(releases, bundle);
  if (against !== undefined) return all.find(({ revision }) => revision === against);
  return all.findLast(
    (one) =>
      one.revision < (release?.revision ?? 0) && one.manifest !== undefined && one.digest !== release?.digest,
  );
};

/** Draws a bundle. */
export const bundleModel = (state: State, place: BundlePlace): Model => {
  const { bundle, revision } = place;
  const { releases } = state.fleet;
  const release = releaseAt(releases, bundle, revision);
  const before = comparedWith(releases, place, release);
  const { document } = documentOf<UsageDocument>(state, usersOf(bundle));
  return {
    command:
      revision === undefined ? ['status', bundle] : ['history', bundle, '--revision', String(revision)],
    head: release === undefined ? [line(formatPlace(place), 'title')] : headOf(state, release, before),
    table: profileTable(release, before, document),
    keys: [
      { key: 'Enter', what: 'open the profile' },
      ...(before === undefined ? [] : [{ key: 'd', what: `compare with v${before.revision}` }]),
      ...BUNDLE_KEYS,
    ],
    empty:
      unknownYet(state.fleet, 'records') ??
      (release === undefined
        ? `Nothing is recorded of ${formatPlace(place).replace(/^bundle\//, '')}.`
        : 'It has no profiles: it was removed.'),
  };
};

const headOf = (
  { fleet, nowMs, size }: State,
  release: Release,
  before: Release | undefined,
): readonly Line[] => {
  const { bundle, revision, digest, outcome, who, startedAt, selector, nodeNames, rolledBackTo } = release;
  const counts = countStates(statusOfFleet(fleet.nodes, fleet.releases), bundle);
  const isNewest = releaseAt(fleet.releases, bundle, undefined)?.revision === revision;
  const nodes = nodeNames
    ? plural(nodeNames.length, 'named node')
    : selector === ''
      ? 'every node'
      : selector;
  const about = [
    isNewest ? `; nodes: ${renderCounts(counts) || 'none'}` : `; not the newest: bundle/${bundle} is`,
    ...(before === undefined ? [] : [`; changes since v${before.revision}`]),
  ].join('');
  const back = rolledBackTo === undefined ? '' : `, back to v${rolledBackTo}`;
  return [
    [
      span(`${bundle}@v${revision}`, 'title'),
      span(` ${digest === undefined ? '' : generationName(bundle, digest)}  `),
      span(outcome, outcome === 'succeeded' ? 'good' : 'bad'),
      span(back, 'dim'),
    ],
    ...wrap(`${age(startedAt, nowMs)} ago by ${who}, for ${nodes}${about}`, size.columns, 'dim'),
  ];
};

const profileTable = memoize(
  (release: Release | undefined, before: Release | undefined, usage: UsageDocument | undefined): Table => {
    const changes = before === undefined ? undefined : changesBetween(before.manifest, release?.manifest);
    const profiles = Map.groupBy(release?.manifest?.profiles ?? [], ({ path }) => path);
    const users = countBy(
      usage?.containers.flatMap(({ profile }) => {
        const { bundle = '' } = release ?? {};
        const [first = '', ...path] = (profile.localhostProfile ?? '').split('/');
        return first === bundle || first.startsWith(`${bundle}@`) ? [path.join('/')] : [];
      }) ?? [],
    );
    const row = (path: string): Row => {
      const builds = profiles.get(path) ?? [];
      const change = changes?.added.includes(path)
        ? 'added'
        : changes?.changed.includes(path)
          ? 'changed'
          : '';
      const { bundle = '', revision = 0 } = release ?? {};
      return {
        key: path,
        cells: [
          cell(path),
          cell(`${bundle}/${path}`, 'dim'),
          cell(builds.map(({ sizeBytes }) => sizeBytes.toLocaleString('en-US')).join(' + ')),
          cell(builds.flatMap(({ architectures = [] }) => architectures).join(', ') || 'any'),
          cell(
            usage === undefined ? '…' : users[path] === undefined ? '-' : plural(users[path], 'container'),
          ),
          cell(change, 'accent'),
        ],
        opens: { screen: 'profile', bundle, path, revision },
      };
    };
    const removed = (changes?.removed ?? []).map(
      (path): Row => ({
        key: path,
        cells: [cell(path, 'dim'), cell(''), cell(''), cell(''), cell(''), cell('removed', 'bad')],
      }),
    );
    return {
      columns: ['profile', 'localhostProfile', 'bytes', 'arch', 'used by', 'change'].map((title) => ({
        title,
        // It is told later than the rest.
        isNoNews: title === 'used by',
      })),
      rows: [...[...profiles.keys()].map(row), ...removed],
    };
  },
);
