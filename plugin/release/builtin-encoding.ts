// Writes several versions of one profile as one: what they share stands once. src/profile/builtin-data.ts reads it.
import {
  type BuiltinData,
  type BuiltinProfile,
  type BuiltinRule,
  decode,
} from '../../src/profile/builtin-data.ts';

/** Encodes profiles by the version that each came with, oldest first; throws where reading gives anything else. */
export const encode = (
  profiles: ReadonlyMap<string, BuiltinProfile>,
): Omit<BuiltinData, 'about' | 'from'> => {
  const distinct: BuiltinProfile[] = [];
  const versions: Record<string, number> = {};
  for (const [version, profile] of profiles) {
    const known = distinct.findIndex((one) => JSON.stringify(one) === JSON.stringify(profile));
    versions[version] = known === -1 ? distinct.push(profile) - 1 : known;
  }
  const { head } = distinct[0]!;
  const data = {
    versions,
    head,
    archMap: mergeOrders(distinct.map(({ archMap }) => archMap.map((one) => JSON.stringify(one)))).map(
      (key) => {
        const holders = distinct.map(({ archMap }) => archMap.some((one) => JSON.stringify(one) === key));
        return { ...(JSON.parse(key) as BuiltinProfile['archMap'][number]), in: renderHolders(holders) };
      },
    ),
    rules: encodeRules(distinct.map(({ rules }) => rules)),
  };
  for (const [at, profile] of distinct.entries()) {
    if (JSON.stringify(decode(data, at)) !== JSON.stringify(profile))
      throw new Error(`profile ${at} is not read as it was written`);
  }
  return data;
};

/** A rule without its names, and how many such came before it in its profile. */
const keysOf = (rules: readonly BuiltinRule[]): string[] => {
  const seen = new Map<string, number>();
  return rules.map(({ names: _, ...rest }) => {
    const key = JSON.stringify(rest);
    seen.set(key, (seen.get(key) ?? 0) + 1);
    return `${seen.get(key)} ${key}`;
  });
};

const encodeRules = (profiles: readonly (readonly BuiltinRule[])[]): BuiltinData['rules'] => {
  const keys = profiles.map(keysOf);
  return mergeOrders(keys).map((key) => {
    const rest = JSON.parse(key.slice(key.indexOf(' ') + 1)) as Omit<BuiltinRule, 'names'>;
    const namesOf = profiles.map((rules, at) => rules[keys[at]!.indexOf(key)]?.names ?? []);
    const byHolders = new Map<string, string[]>();
    for (const name of [...new Set(namesOf.flat())].sort()) {
      const holders = renderHolders(namesOf.map((names) => names.includes(name)));
      byHolders.set(holders, [...(byHolders.get(holders) ?? []), name]);
    }
    const names = Object.fromEntries([...byHolders].map(([holders, some]) => [holders, some.join(' ')]));
    return { ...rest, names };
  });
};

/** Puts several lists into one that keeps the order of each. */
const mergeOrders = (lists: readonly (readonly string[])[]): string[] => {
  const merged: string[] = [];
  for (const list of lists.toReversed()) {
    let at = 0;
    for (const item of list) {
      const known = merged.indexOf(item);
      if (known === -1) merged.splice(at, 0, item);
      at = (known === -1 ? at : known) + 1;
    }
  }
  return merged;
};

/** Writes which profiles hold something, such as `0-3 5`. */
const renderHolders = (holders: readonly boolean[]): string => {
  const ranges: string[] = [];
  for (let at = 0; at < holders.length; at += 1) {
    if (!holders[at]) continue;
    const from = at;
    while (holders[at + 1]) at += 1;
    ranges.push(from === at ? String(at) : `${from}-${at}`);
  }
  return ranges.join(' ');
};
