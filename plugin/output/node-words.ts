// Words for the nodes that something is so on: runtimes, and stretches of versions of libseccomp.

/** Says with which of the versions that were asked it is so, e.g. `from libseccomp 2.5.4 on`; empty for all of them. */
export const tellVersions = (versions: readonly string[], asked: readonly string[]): string => {
  if (versions.length === asked.length) return '';
  const [first, last] = [asked.indexOf(versions[0]!), asked.indexOf(versions.at(-1)!)];
  const isStretch = last - first + 1 === versions.length;
  if (isStretch && last === asked.length - 1) return `from libseccomp ${versions[0]} on`;
  if (isStretch && first === 0) return `up to libseccomp ${versions.at(-1)}`;
  return `with libseccomp ${versions.join(' or ')}`;
};
