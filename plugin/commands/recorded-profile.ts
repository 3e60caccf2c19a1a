// One profile that a verb is asked about, wherever it is: a file, standard input, a built-in, or, by a name such as
// `web@v3/nginx.json`, what a revision or generation holds in the cluster's records.
import { SeccompError } from '../../src/error.ts';
import type { KnownFacts } from '../../src/profile/facts.ts';
import type { ConnectOptions, Outside } from '../outside.ts';
import { parseContentName } from './content-name.ts';
import { interruptible } from './interruptible.ts';
import { type NamedProfile, readProfileSource } from './profile-source.ts';

/** Reads the one profile that `name` names; throws SeccompError `usage` for a revision without a path of a profile. */
export const readNamedProfile = async (
  name: string,
  facts: KnownFacts,
  connect: ConnectOptions,
  outside: Outside,
): Promise<NamedProfile> => {
  const recorded = parseContentName(name);
  if (recorded === undefined) return await readProfileSource(name, facts, outside);
  const [revision = ''] = name.split('/');
  if (recorded.path === undefined)
    throw new SeccompError('usage', `"${name}" is a whole bundle: one profile was wanted`, {
      hint: `Name one of its profiles, such as ${revision}/nginx.json.`,
    });
  const [{ readContent }, { profileOf }, cluster] = await Promise.all([
    import('./revision-content.ts'),
    import('./diff-bundles.ts'),
    outside.connect(connect),
  ]);
  const bundle = await interruptible(readContent(recorded, cluster), outside.signal);
  return await profileOf({ name: revision, bundle }, recorded.path, facts, outside);
};
