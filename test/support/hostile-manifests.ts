// Manifests that lie, each in one way; the archive around them is right, down to every hash and checksum.
import {
  blobEntryOf,
  type Draft,
  type Mutation,
  manifestEntryOf,
  manifestOf,
  type Random,
  type RawProfile,
  renderRawTar,
} from './hostile-tar.ts';

type RawManifest = ReturnType<typeof manifestOf>;

const HOSTILE_PATHS = [
  '../nginx.json',
  'a/../../nginx.json',
  '..',
  '.',
  './nginx.json',
  '/etc/passwd',
  '//x',
  'a//b.json',
  'a/',
  '',
  '.manifest.json',
  'a/.hidden',
  '-rf',
  'a\\b.json',
  '..\\b.json',
  'C:\\b.json',
  'a\0.json',
  'a\n.json',
  'a\u001b[2J.json',
  'ａ.json',
  'a\u202egnp.json',
  'ä.json',
  ' a.json',
  'a b.json',
  'a@b.json',
  'a/b/c/d/e.json',
  'x'.repeat(201),
  `${'x'.repeat(100)}/${'y'.repeat(100)}`,
];

const HOSTILE_NAMES = [
  'operator',
  '',
  '.',
  '..',
  '../web',
  'Web',
  '-web',
  'web-',
  'web.v1',
  'web@3fa9c1d2e4f5a6b7',
  'we b',
  'wéb',
  'web\0',
  'web\n',
  'x'.repeat(41),
];

const HOSTILE_SIZES: readonly unknown[] = [0, -1, 1.5, 2 ** 20 + 1, 2 ** 53, 1e300, '12', null, true, [12]];

const HOSTILE_HASHES = (sha256: string): unknown[] => [
  sha256.toUpperCase().replace(/^\d+$/, 'A'.repeat(64)),
  sha256.slice(1),
  `${sha256}0`,
  ` ${sha256.slice(1)}`,
  `sha256:${sha256}`,
  `../${sha256.slice(3)}`,
  'g'.repeat(64),
  '',
  null,
  7,
];

const HOSTILE_ARCHITECTURES: readonly unknown[] = [
  [],
  ['amd64', 'amd64'],
  ['arm64', 'amd64'],
  ['x86_64'],
  ['AMD64'],
  ['__proto__'],
  ['toString'],
  [null],
  [['amd64']],
  'amd64',
  null,
  {},
];

const HOSTILE_TEXTS: readonly ((text: string, random: Random) => string | Buffer)[] = [
  (text) => `${text}\n`,
  (text) => ` ${text}`,
  (text) => `\ufeff${text}`,
  (text) => text.replace(',', ', '),
  (text) => text.replace('"name":', '"name":"other","name":'),
  (text) => text.replace('"path":', '"path":"/etc/passwd","path":'),
  (text) => text.replace('"profiles":', '"profiles":[],"profiles":'),
  (text) => text.replace('"formatVersion":1', '"formatVersion":2,"formatVersion":1'),
  (text) => text.replace('"formatVersion":1', '"formatVersion":1.0'),
  (text) => text.replace('"path":"p', '"path":"\\u0070'),
  (text) => text.replace(/"sizeBytes":(\d+)/, '"sizeBytes":$1e0'),
  (text) => text.replace('"path"', '"p\\u0061th"'),
  (text) => text.replace(/^\{("formatVersion":1),("name":"[^"]*")/, '{$2,$1'),
  (text, random) => text.slice(0, random.below(text.length)),
  (text) => `${text}${text}`,
  (text) => Buffer.concat([Buffer.from(text.slice(0, -1)), Buffer.from([0xff]), Buffer.from('}')]),
  () => 'null',
  () => '[]',
  () => '"manifest"',
  () => '1',
  () => '[',
  () => '['.repeat(50_000),
  () => `${'{"profiles":['.repeat(20_000)}`,
];

const withManifest = (draft: Draft, manifest: unknown): Buffer =>
  renderRawTar([manifestEntryOf(manifest), ...draft.blobs]);

/** Changes the manifest as a value and renders it as the program would. */
const edit =
  (change: (manifest: RawManifest & Record<string, unknown>, random: Random, draft: Draft) => unknown) =>
  (draft: Draft, random: Random): Buffer => {
    const manifest = manifestOf(draft);
    change(manifest, random, draft);
    return withManifest(draft, manifest);
  };

/** Changes one profile; `value` may have any type. */
const editProfile = (change: (profile: Record<string, unknown>, random: Random, draft: Draft) => unknown) =>
  edit((manifest, random, draft) =>
    change(random.pick(manifest.profiles) as unknown as Record<string, unknown>, random, draft),
  );

const sortByPath = (profiles: RawProfile[]): void => {
  profiles.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
};

/** Adds profiles of the first blob under new paths, in their right places. */
const addPaths = (
  manifest: RawManifest,
  paths: readonly string[],
  extra: Partial<RawProfile>[] = [],
): void => {
  const { sha256, sizeBytes } = manifest.profiles[0]!;
  manifest.profiles.push(...paths.map((path, index) => ({ path, sha256, sizeBytes, ...extra[index] })));
  sortByPath(manifest.profiles);
};

/** By what they attack; each takes a valid draft and returns an archive that must be refused. */
export const MANIFEST_MUTATIONS: Readonly<Record<string, Mutation>> = {
  'manifest: hostile path': edit((manifest, random) => {
    random.pick(manifest.profiles).path = random.pick(HOSTILE_PATHS);
    sortByPath(manifest.profiles);
  }),
  'manifest: path of another type': editProfile((profile, random) => {
    profile.path = random.pick([null, 1, [], {}, ['a.json']]);
  }),
  'manifest: path twice': edit((manifest) => addPaths(manifest, [manifest.profiles[0]!.path])),
  'manifest: file is also a folder': edit((manifest) => addPaths(manifest, ['x.json', 'x.json/y.json'])),
  'manifest: grandparent is a file': edit((manifest) => addPaths(manifest, ['x', 'x-y', 'x/y/z'])),
  'manifest: hostile name': edit((manifest, random) => {
    manifest.name = random.pick(HOSTILE_NAMES);
  }),
  'manifest: name of another type': edit((manifest: Record<string, unknown>, random) => {
    manifest.name = random.pick([null, 1, ['web'], {}]);
  }),
  'manifest: other version': edit((manifest: Record<string, unknown>, random) => {
    manifest.formatVersion = random.pick([0, 2, 3, 1.5, '1', null, [1], true, undefined]);
  }),
  'manifest: unknown field': edit((manifest: Record<string, unknown>, random) => {
    manifest[random.pick(['created', 'Name', 'profile', 'constructor'])] = 1;
  }),
  'manifest: __proto__': (draft) =>
    withManifest(draft, JSON.stringify(manifestOf(draft)).replace(/\}$/, ',"__proto__":{"name":"x"}}')),
  'manifest: unknown field of a profile': editProfile((profile, random) => {
    profile[random.pick(['mode', 'uid', 'linkname', 'Path'])] = random.pick(['x', 0, null]);
  }),
  'manifest: hostile source': editProfile((profile, random) => {
    const sha256 = 'a'.repeat(64);
    profile.source = random.pick<unknown>([
      null,
      'docker',
      [],
      {},
      { format: 'docker' },
      { format: 'oci', sha256 },
      { format: 'docker', sha256: sha256.toUpperCase() },
      { format: 'docker', sha256, path: 'x' },
    ]);
  }),
  'manifest: size of another kind': editProfile((profile, random) => {
    profile.sizeBytes = random.pick(HOSTILE_SIZES);
  }),
  'manifest: size off by one': editProfile((profile, random) => {
    profile.sizeBytes = (profile.sizeBytes as number) + random.pick([-1, 1]);
  }),
  'manifest: hash of another kind': editProfile((profile, random) => {
    profile.sha256 = random.pick(HOSTILE_HASHES(profile.sha256 as string));
  }),
  'manifest: hash of no blob': editProfile((profile, random) => {
    profile.sha256 = random.bytes(32).toString('hex');
  }),
  'manifest: one blob of two sizes': edit((manifest) => {
    const { sha256, sizeBytes } = manifest.profiles[0]!;
    addPaths(manifest, ['zz.json'], [{ sha256, sizeBytes: sizeBytes + 1 }]);
  }),
  'manifest: hostile architectures': editProfile((profile, random) => {
    profile.architectures = random.pick(HOSTILE_ARCHITECTURES);
  }),
  'manifest: overlapping architectures': edit((manifest, random) =>
    addPaths(
      manifest,
      ['zz.json', 'zz.json'],
      [
        { architectures: ['amd64', 'arm64'] },
        random.pick<Partial<RawProfile>>([{ architectures: ['arm64'] }, { architectures: ['amd64'] }, {}]),
      ],
    ),
  ),
  'manifest: no profiles': edit((manifest: Record<string, unknown>, random) => {
    manifest.profiles = random.pick<unknown>([[], {}, null, 'x', undefined, [null], [[]], ['nginx.json']]);
  }),
  'manifest: profiles out of order': edit((manifest) => manifest.profiles.reverse()),
  'manifest: unpacks to too much': (draft) => {
    // One small tar, 65 MiB on a node.
    const profiles = Array.from({ length: 65 }, (_, index) => ({
      path: `${String(index).padStart(2, '0')}.json`,
      sha256: 'a'.repeat(64),
      sizeBytes: 2 ** 20,
    }));
    return withManifest(draft, { ...manifestOf(draft), profiles });
  },
  'manifest: other text': (draft, random) =>
    renderRawTar([
      {
        name: 'manifest.json',
        content: Buffer.from(random.pick(HOSTILE_TEXTS)(JSON.stringify(manifestOf(draft)), random)),
      },
      ...draft.blobs,
    ]),
  'manifest: lists one blob less': (draft) => {
    const manifest = manifestOf(draft);
    const gone = manifest.profiles[0]!.sha256;
    return withManifest(draft, {
      ...manifest,
      profiles: manifest.profiles.filter(({ sha256 }) => sha256 !== gone),
    });
  },
  'manifest: lists one blob more': (draft, random) => {
    const manifest = manifestOf(draft);
    const blob = blobEntryOf(random.bytes(9));
    addPaths(manifest, ['zz.json'], [{ sha256: blob.name.slice(-64), sizeBytes: 9 }]);
    return withManifest(draft, manifest);
  },
};
