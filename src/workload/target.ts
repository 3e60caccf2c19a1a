// What `usage` is asked about: a bundle, one of its profiles, a generation, or any other path below the seccomp root.
import { parseLocalhostProfile } from '../protocol/layout.ts';
import type { Confinement, Profile } from './confinement.ts';

/** Tells whether a container names what is asked for: `web` and `web/nginx.json` also mean every generation of them. */
export const namesTarget = (confinement: Confinement, target: string): boolean =>
  namedPaths(confinement).some((path) => isBelow(path, target));

/** Returns the localhost profiles that a container names, in vain or not. */
const namedPaths = ({ profile, ignoredAnnotation }: Confinement): string[] =>
  [profile, ignoredAnnotation].flatMap((one: Profile | undefined) =>
    one?.kind === 'localhost' ? [one.path] : [],
  );

const isBelow = (localhostProfile: string, target: string): boolean => {
  const wanted = segmentsOf(target);
  const given = segmentsOf(localhostProfile);
  const [wantedFirst = ''] = wanted;
  // A generation that is asked for is only itself; a bundle is also each of its generations.
  const parsed = parseLocalhostProfile(localhostProfile);
  const isOfBundle = parsed.kind === 'pinned' && parsed.bundle === wantedFirst;
  const [givenFirst, ...rest] = given;
  const compared = isOfBundle ? [wantedFirst, ...rest] : [givenFirst, ...rest];
  return wanted.length > 0 && wanted.every((segment, index) => segment === compared[index]);
};

const segmentsOf = (path: string): string[] =>
  path.split('/').filter((segment) => segment !== '' && segment !== '.');
