// Of what and how a release was made: an in-toto statement with SLSA provenance, https://slsa.dev/spec/v1.0/provenance.
// It is not signed here; where releases are built, the code host signs one of its own beside it.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url));
const execute = promisify(execFile);

export const REPOSITORY = 'https://github.com/kubectl-seccomp/kubectl-seccomp';
const BUILD_TYPE = `${REPOSITORY}/blob/main/CONTRIBUTING.md#releases`;

export interface Source {
  /** Of 40 hex digits. */
  readonly commit: string;
  /** Tracked files differ from the commit: it alone does not say what was built. */
  readonly isChanged: boolean;
}

/** Asks git; undefined where the checkout is none of git's. */
export const readSource = async (folder = CHECKOUT): Promise<Source | undefined> => {
  const git = async (...args: string[]): Promise<string> =>
    (await execute('git', ['-C', folder, ...args])).stdout.trim();
  try {
    const changes = await git('status', '--porcelain', '--untracked-files=no');
    return { commit: await git('rev-parse', 'HEAD'), isChanged: changes !== '' };
  } catch {
    return undefined;
  }
};

export interface Making {
  readonly tag: string;
  readonly source: Source | undefined;
  /** sha256 of package-lock.json, which pins every library and the runtime. */
  readonly lockSha256: string;
  /** Name → version of what ran. */
  readonly tools: Readonly<Record<string, string>>;
  /** File name → sha256. */
  readonly files: ReadonlyMap<string, string>;
}

/** Renders the statement. */
export const renderProvenance = ({ tag, source, lockSha256, tools, files }: Making): string => {
  const checkout = {
    uri: `git+${REPOSITORY}@refs/tags/${tag}`,
    ...(source !== undefined && !source.isChanged && { digest: { gitCommit: source.commit } }),
    ...(source?.isChanged && {
      annotations: { changed: `tracked files differ from commit ${source.commit}` },
    }),
  };
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [...files].map(([name, sha256]) => ({ name, digest: { sha256 } })),
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: BUILD_TYPE,
        externalParameters: { command: `npm run release -- ${tag}` },
        internalParameters: { tools },
        resolvedDependencies: [checkout, { name: 'package-lock.json', digest: { sha256: lockSha256 } }],
      },
      runDetails: { builder: { id: BUILD_TYPE } },
    },
  };
  return `${JSON.stringify(statement, null, 2)}\n`;
};
