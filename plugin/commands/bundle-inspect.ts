// `bundle inspect FILE`: what is in a bundle, and what pods would call it.
import type { CommandModule } from 'yargs';
import type { Manifest } from '../../src/bundle/manifest-types.ts';
import { generationName } from '../../src/protocol/layout.ts';
import { API_VERSION, renderDocument } from '../output/document.ts';
import type { BundleDocument } from '../output/documents.ts';
import { renderTable } from '../output/table.ts';
import type { ExitCode, Outside } from '../outside.ts';
import { fileArgument, readBundleFile } from './bundle-file.ts';
import { outputFlag } from './flags.ts';
import { bundleVerbs } from './verbs.ts';

export interface BundleInspectOptions {
  readonly file: string;
  readonly output?: string;
}

const EXAMPLES = `Examples:
  # Which profiles are in it, and what they were made of
  $0 bundle inspect web.tgz -o wide
  # Its digest alone
  $0 bundle inspect web.tgz -o name`;

/** Builds the command; `run` is replaced in tests of the parsing. */
export const bundleInspectCommand = (
  outside: Outside,
  run: typeof runBundleInspect = runBundleInspect,
): CommandModule => ({
  ...bundleVerbs.inspect,
  builder: (parser) =>
    parser
      .usage('$0 bundle inspect FILE|- [flags]\n\nVerifies a bundle file and lists what is in it.')
      .epilogue(EXAMPLES)
      .positional('file', fileArgument)
      .options(outputFlag(['json', 'yaml', 'name', 'wide'])),
  handler: async (given) => {
    const options = {
      file: given.file as string,
      ...(given.output !== undefined && { output: given.output as string }),
    };
    outside.conclude(await run(options, outside));
  },
});

/** Prints the list. */
export const runBundleInspect = async (
  { file, output }: BundleInspectOptions,
  outside: Outside,
): Promise<ExitCode> => {
  const { manifest, digest } = await readBundleFile(file, outside);
  const document = bundleDocument(manifest, digest);
  if (output === 'json' || output === 'yaml') outside.stdout.write(renderDocument(document, output));
  else if (output === 'name')
    // One that was compiled for several architectures is still one name.
    outside.stdout.write([...new Set(document.profiles.map((one) => `${one.localhostProfile}\n`))].join(''));
  else outside.stdout.write(renderList(document, output === 'wide'));
  return 0;
};

const renderList = ({ generation, digest, profiles }: BundleDocument, isWide: boolean): string => {
  const headers = [
    'localhost profile',
    'bytes',
    'architectures',
    'compiled from',
    ...(isWide ? ['sha256'] : []),
  ];
  const rows = profiles.map((profile) => [
    profile.localhostProfile,
    String(profile.sizeBytes),
    profile.architectures?.join(',') ?? 'all',
    profile.source?.format ?? '',
    ...(isWide ? [profile.sha256] : []),
  ]);
  return `${generation}   sha256 ${digest}\n\n${renderTable(headers, rows)}`;
};

const bundleDocument = ({ name, profiles }: Manifest, digest: string): BundleDocument => ({
  apiVersion: API_VERSION,
  kind: 'Bundle',
  name,
  digest,
  generation: generationName(name, digest),
  profiles: profiles.map(({ path, sha256, sizeBytes, architectures, source }) => ({
    path,
    localhostProfile: `${name}/${path}`,
    sha256,
    sizeBytes,
    ...(architectures && { architectures }),
    ...(source && { source }),
  })),
});
