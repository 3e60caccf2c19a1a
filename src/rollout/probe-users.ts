// Who would start under a bundle's new content: each profile that a pod or template names, and whether with
// no-new-privileges, since a runtime needs more calls without.
import { parseLocalhostProfile } from '../protocol/layout.ts';
import { checkedContainersOf } from '../workload/checked-container.ts';
import type { PodTemplate } from '../workload/objects.ts';
import { digest16 } from './names.ts';

/** One way in which a profile of the bundle is used. */
export interface ProbedUse {
  /** Below the bundle's folder. */
  readonly path: string;
  readonly noNewPrivileges: boolean;
}

interface Content {
  readonly bundle: string;
  readonly digest: string;
  /** Of the new content; what it does not have cannot be started under. */
  readonly paths: ReadonlySet<string>;
}

/** Lists the ways, each once, sorted. */
export const usesOf = (
  templates: readonly PodTemplate[],
  { bundle, digest, paths }: Content,
): ProbedUse[] => {
  const facts = { areAnnotationsRead: false, handlers: new Map<string, string>() };
  const found = new Map<string, ProbedUse>();
  for (const template of templates)
    for (const { path: named, noNewPrivileges, confinement } of checkedContainersOf(template, facts)) {
      const parsed = parseLocalhostProfile(named);
      if (parsed.kind !== 'linked' && parsed.kind !== 'pinned') continue;
      const isOfContent = parsed.kind === 'linked' || parsed.digest16 === digest16(digest);
      if (parsed.bundle !== bundle || !isOfContent || !paths.has(parsed.path)) continue;
      // Nothing is filtered there, so that nothing would be shown.
      if (confinement.notApplied !== undefined) continue;
      found.set(`${parsed.path} ${noNewPrivileges}`, { path: parsed.path, noNewPrivileges });
    }
  return [...found].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, use]) => use);
};
