// `npm run release -- vX.Y.Z`: everything a release consists of, in dist/release/. Made on any one machine, from the
// checkout and the npm registry; the same checkout and Node give the same bytes.
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import packageJson from '../../package.json' with { type: 'json' };
import { type ArchiveEntry, packTarGz, packZip } from './archive.ts';
import { keepShipped, readLockedBill, renderBill } from './bill-of-materials.ts';
import { buildPlugin } from './build.ts';
import { compileProgram, fetchRuntime, findBun, parseLockedPackage } from './bun.ts';
import { signAdHoc, verifySignature } from './code-signature.ts';
import { renderKrewManifest } from './krew-manifest.ts';
import { type Package, readDefaultProfiles, readPackages, readRuntime, renderNotices } from './notices.ts';
import { readSource, renderProvenance } from './provenance.ts';
import { renderManual } from './reference.ts';
import { archiveFile, PLUGIN_NAME, programFile, RELEASE_FOLDER, TARGETS, type Target } from './targets.ts';

const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url));

/** The plugin as JavaScript, and what lies beside the program in every archive. */
export interface Bundle {
  readonly folder: string;
  readonly companions: readonly ArchiveEntry[];
  /** Of the npm registry, the runtime included. */
  readonly packages: readonly Package[];
}

/** Bundles the plugin into a folder. */
export const bundlePlugin = async (folder: string): Promise<Bundle> => {
  const sources = await buildPlugin(folder);
  const lock = await readFile(join(CHECKOUT, 'package-lock.json'), 'utf8');
  const packages = [
    ...(await readPackages(sources)),
    await readRuntime(parseLockedPackage(lock, 'bun').version),
  ];
  const notices = renderNotices([...packages, await readDefaultProfiles()]);
  const companion = (name: string, content: Uint8Array): ArchiveEntry => ({
    name,
    content,
    isExecutable: false,
  });
  return {
    folder,
    packages,
    companions: [
      companion('LICENSE', await readFile(join(CHECKOUT, 'LICENSE'))),
      companion('THIRD-PARTY-NOTICES', Buffer.from(notices)),
      companion(`${PLUGIN_NAME}.1`, Buffer.from(await renderManual())),
    ],
  };
};

/** Builds the program for a platform. */
export const buildProgramFor = async (
  target: Target,
  { folder }: Pick<Bundle, 'folder'>,
): Promise<Buffer> => {
  const bun = findBun();
  if (bun === undefined) throw new Error('Bun is not installed: run npm ci, without --omit=optional');
  const output = await mkdtemp(join(tmpdir(), `${PLUGIN_NAME}-program-`));
  try {
    const outputFile = join(output, programFile(target));
    await compileProgram({ bun, runtime: await fetchRuntime(target, bun), target, folder, outputFile });
    const program = await readFile(outputFile);
    if (target.os !== 'darwin') return program;
    // Bun 1.4.5 signs for arm64 but leaves amd64 the runtime's own signature, which is no longer true.
    const signed = signAdHoc(program, PLUGIN_NAME);
    verifySignature(signed);
    return signed;
  } finally {
    await rm(output, { recursive: true, force: true });
  }
};

/** Packs the program and its companions the way the platform's users expect. */
export const packArchive = async (
  target: Target,
  program: Uint8Array,
  { companions }: Pick<Bundle, 'companions'>,
): Promise<Buffer> => {
  const entries = [{ name: programFile(target), content: program, isExecutable: true }, ...companions];
  return target.os === 'windows' ? packZip(entries) : await packTarGz(entries);
};

export const sha256Hex = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};
const mebibytes = ({ length }: Uint8Array): string => `${(length / 2 ** 20).toFixed(1)} MiB`;

const release = async (tag: string | undefined): Promise<void> => {
  if (tag !== `v${packageJson.version}`) {
    throw new Error(
      `the tag is "${tag ?? ''}"; package.json says v${packageJson.version}: they must be the same`,
    );
  }
  const out = join(CHECKOUT, 'dist', RELEASE_FOLDER);
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  const work = await mkdtemp(join(tmpdir(), `${PLUGIN_NAME}-release-`));
  try {
    const bundle = await bundlePlugin(work);
    const sums = new Map<string, string>();
    const put = async (file: string, content: Uint8Array): Promise<void> => {
      sums.set(file, sha256Hex(content));
      await writeFile(join(out, file), content);
    };
    for (const target of TARGETS) {
      const program = await buildProgramFor(target, bundle);
      const archive = await packArchive(target, program, bundle);
      await put(archiveFile(target), archive);
      say(`${archiveFile(target)}: ${mebibytes(archive)}, unpacked ${mebibytes(program)}`);
    }
    const template = await readFile(join(CHECKOUT, 'krew.yaml'), 'utf8');
    const manifest = renderKrewManifest(template, tag, (file) => {
      const sha256 = sums.get(file);
      if (sha256 === undefined) throw new Error(`krew.yaml names ${file}, which no platform is packed into`);
      return sha256;
    });
    await put('seccomp.yaml', Buffer.from(manifest));
    const bill = keepShipped(await readLockedBill(), bundle.packages);
    await put(`${PLUGIN_NAME}.cdx.json`, Buffer.from(renderBill(bill)));
    const lock = await readFile(join(CHECKOUT, 'package-lock.json'));
    const source = await readSource();
    if (source?.isChanged) say('warning: tracked files differ from the commit; the provenance says so');
    const provenance = renderProvenance({
      tag,
      source,
      lockSha256: sha256Hex(lock),
      tools: {
        node: process.versions.node,
        bun: parseLockedPackage(lock.toString(), 'bun').version,
        esbuild: parseLockedPackage(lock.toString(), 'esbuild').version,
      },
      files: sums,
    });
    await put('provenance.intoto.json', Buffer.from(provenance));
    // Last: a folder that has it is whole.
    const lines = [...sums].map(([file, sha256]) => `${sha256}  ${file}\n`);
    await writeFile(join(out, 'SHA256SUMS'), lines.join(''));
    say(`${join('dist', RELEASE_FOLDER)} holds release ${tag}`);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await release(process.argv[2]).catch((thrown: unknown) => {
    process.stderr.write(`error: ${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
    process.exitCode = 1;
  });
}
