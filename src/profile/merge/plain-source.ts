// A profile that nobody's file holds, in the form that files are read into.
import type { Profile, RuleFilter, SourceProfile } from '../oci.ts';
import { FILE_START } from '../report.ts';

const NO_FILTER: RuleFilter = { capabilities: [], architectures: [] };

/** Returns the source form of a plain profile; every place in it is the start of a file. */
export const sourceOfProfile = ({ architectures, rules, ...filter }: Profile): SourceProfile => ({
  ...filter,
  architectures: architectures.map((name) => ({ name, at: FILE_START })),
  archMap: [],
  rules: rules.map((rule) => ({ ...rule, includes: NO_FILTER, excludes: NO_FILTER })),
});
