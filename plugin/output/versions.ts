// `version` as text, as kubectl prints it.
import { sanitizeLine } from './sanitize.ts';

/** Renders the versions, each with its `v`; without the cluster's, ours alone. */
export const renderVersions = (clientVersion: string, serverVersion?: string): string =>
  `Client Version: ${clientVersion}\n${serverVersion === undefined ? '' : `Server Version: ${sanitizeLine(serverVersion)}\n`}`;
