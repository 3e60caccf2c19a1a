// Renders krew.yaml, which is written for krew-release-bot, without the bot: the checksums are those of archives that
// lie here, not of what an address serves.

const TAG = '{{ .TagName }}';
const ADDRESS = /^( *)\{\{ ?addURIAndSha "([^"\n]*)" \.TagName ?\}\}$/gm;

/** A tag of a version, e.g. `v1.2.3` or `v1.2.3-rc.1`: what Krew takes as one. */
export const TAG_PATTERN = /^v(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?$/;

/**
 * Renders the manifest. `sha256Of` gets the file's name, the last part of each address, and returns lower-case hex.
 * Throws on a tag that is no version, and on anything in the template that the bot alone would understand.
 */
export const renderKrewManifest = (
  template: string,
  tag: string,
  sha256Of: (fileName: string) => string,
): string => {
  if (!TAG_PATTERN.test(tag)) throw new Error(`the tag is "${tag}": vMAJOR.MINOR.PATCH was wanted`);
  const rendered = template
    .replaceAll(ADDRESS, (_, indent: string, address: string) => {
      const uri = address.replaceAll(TAG, tag);
      const sha256 = sha256Of(uri.slice(uri.lastIndexOf('/') + 1));
      if (!/^[0-9a-f]{64}$/.test(sha256)) throw new Error(`"${sha256}" is no sha256 in lower-case hex`);
      return `${indent}uri: ${uri}\n${indent}sha256: ${sha256}`;
    })
    .replaceAll(TAG, tag);
  const [leftOver] = /\{\{.*/.exec(rendered) ?? [];
  if (leftOver !== undefined)
    throw new Error(`the template has ${leftOver}: only the tag and addresses are known`);
  // What is said of the template isn't true of the manifest.
  return rendered.replace(/^(#.*\n)+/, '');
};
