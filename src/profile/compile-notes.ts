// What a compilation decided, in words for people: which rules it left out and what they could do about it.

import { whyDropped } from './compile.ts';
import { isAtLeast, renderKernelVersion } from './kernel-version.ts';
import type { SourceProfile } from './oci.ts';
import type { CompileOptions } from './prepared.ts';

/** Says what was decided, in a fixed order. Empty for a profile without conditions. */
export const noteDecisions = (source: SourceProfile, options: CompileOptions): readonly string[] => [
  ...noteCapabilities(source, options),
  ...noteKernel(source, options),
  ...noteArchitectures(source, options),
];

const noteCapabilities = (source: SourceProfile, options: CompileOptions): readonly string[] => {
  const notes: string[] = [];
  for (const [words, names] of droppedBy(source, options, 'capability')) {
    const capability = words.split(' ')[1]!;
    const remedy = words.startsWith('includes')
      ? `; kept with --cap-add ${capability.replace(/^CAP_/, '')}`
      : '';
    notes.push(`left out by ${words}: ${renderNames(names)}${remedy}`);
  }
  return notes;
};

const noteKernel = (source: SourceProfile, options: CompileOptions): readonly string[] => {
  const isAsked = source.rules.some(
    ({ includes, excludes }) => includes.minimumKernel ?? excludes.minimumKernel,
  );
  if (!isAsked) return [];
  const notes = [
    `minKernel was decided for nodes with kernel ${renderKernelVersion(options.minimumKernel)} or newer`,
  ];
  for (const [words, names] of droppedBy(source, options, 'kernel'))
    notes.push(`left out by ${words}: ${renderNames(names)}`);
  // An exclusion that doesn't hold for the oldest node would hold for a newer one.
  const isSplit = source.rules.some(
    ({ excludes }) =>
      excludes.minimumKernel !== undefined && !isAtLeast(options.minimumKernel, excludes.minimumKernel),
  );
  if (isSplit) notes.push('rules with excludes.minKernel are kept on newer kernels too');
  return notes;
};

const noteArchitectures = (source: SourceProfile, options: CompileOptions): readonly string[] => {
  const isAsked = source.rules.some(
    ({ includes, excludes }) => includes.architectures.length + excludes.architectures.length > 0,
  );
  return isAsked || source.archMap.length > 0 ? [`compiled for ${options.architectures.join(', ')}`] : [];
};

/** The system calls of dropped rules by what dropped them on any architecture, both in the order of the file. */
const droppedBy = (
  source: SourceProfile,
  options: CompileOptions,
  by: 'capability' | 'kernel',
): ReadonlyMap<string, ReadonlySet<string>> => {
  const found = new Map<string, Set<string>>();
  for (const rule of source.rules) {
    for (const architecture of options.architectures) {
      const dropped = whyDropped(rule, architecture, options);
      if (dropped?.by !== by) continue;
      const names = found.get(dropped.words) ?? new Set<string>();
      for (const name of rule.names) names.add(name);
      found.set(dropped.words, names);
    }
  }
  return found;
};

const MOST_NAMES = 8;

const renderNames = (names: ReadonlySet<string>): string => {
  const first = [...names].slice(0, MOST_NAMES).join(', ');
  return names.size > MOST_NAMES
    ? `${first} and ${names.size - MOST_NAMES} more`
    : first || 'a rule without names';
};
