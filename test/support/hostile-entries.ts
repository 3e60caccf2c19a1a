// Archives with one entry changed, or with entries added, dropped or moved; every checksum is right.
import {
  blobEntryOf,
  type Draft,
  entriesOf,
  headerStarts,
  type Mutation,
  manifestEntryOf,
  OFFSETS,
  type Random,
  type RawEntry,
  renderRawTar,
} from './hostile-tar.ts';

/** Changes one entry, the manifest's or a blob's. */
const editEntry =
  (change: (entry: RawEntry, random: Random, draft: Draft) => Partial<RawEntry>): Mutation =>
  (draft, random) => {
    const entries = entriesOf(draft);
    const index = random.below(entries.length);
    entries[index] = { ...entries[index]!, ...change(entries[index]!, random, draft) };
    return renderRawTar(entries);
  };

/** Changes the list of entries. */
const editEntries =
  (change: (entries: RawEntry[], random: Random) => RawEntry[]): Mutation =>
  (draft, random) =>
    renderRawTar(change(entriesOf(draft), random));

const insert = (entries: RawEntry[], random: Random, ...added: RawEntry[]): RawEntry[] =>
  entries.toSpliced(random.below(entries.length + 1), 0, ...added);

const hostileNames = (name: string): string[] => [
  `../${name}`,
  `/${name}`,
  `./${name}`,
  `${name}/`,
  `${name}\0hidden`,
  `${name} `,
  name.toUpperCase(),
  name.replaceAll('/', '\\').replace('.', '\\..\\'),
  name.replace(/.$/, ''),
  `blobs/sha256/../../${name}`.slice(0, 100),
  '/etc/passwd',
  '..',
  '',
  'manifest.json\0\0\0\0x',
  Buffer.from('mänifest.json').toString('latin1'),
  '\u001b]0;title\u0007',
  'x'.repeat(100),
  'blobs/sha256/',
  `blobs/sha256/${'A'.repeat(64)}`,
];

const base256 = (value: number): string => {
  const bytes = Buffer.alloc(12);
  bytes.writeBigInt64BE(BigInt(value), 4);
  return `${value < 0 ? '\xff' : '\x80'}${value < 0 ? '\xff\xff\xff' : '\0\0\0'}${bytes.toString('latin1', 4)}`;
};

const hostileSizes = (size: number): string[] => [
  base256(size),
  base256(-size - 1),
  base256(2 ** 40),
  `${(size + 1).toString(8).padStart(11, '0')} `,
  `${(size + 512).toString(8).padStart(11, '0')} `,
  `${(size - 1).toString(8).padStart(11, '0')} `,
  `${size.toString(8).padStart(11, '0')}\0`,
  `${size.toString(8).padStart(11, ' ')} `,
  `-${(size || 1).toString(8).padStart(10, '0')} `,
  `${size.toString(8)} `.padEnd(12, '\0'),
  '00000000009 ',
  '00000000000 ',
  '77777777777 ',
  '00040000000 ',
  '0x0000000ff ',
  '\0'.repeat(12),
  ' '.repeat(12),
];

const paxRecord = (key: string, value: string): Buffer => {
  const length = ` ${key}=${value}\n`.length + 2;
  return Buffer.from(`${length} ${key}=${value}\n`);
};

const special = (
  type: string,
  name: string,
  content: Uint8Array = new Uint8Array(0),
  link = '',
): RawEntry => ({
  name,
  content,
  patches: [
    [OFFSETS.type, type],
    [OFFSETS.type + 1, link],
  ],
});

export const ENTRY_MUTATIONS: Readonly<Record<string, Mutation>> = {
  'header: type': editEntry((_, random) => {
    const type = random.below(256);
    return { patches: [[OFFSETS.type, String.fromCharCode(type === 0x30 ? 0 : type)]] };
  }),
  'header: link': editEntry((_, random) => ({
    patches: [[OFFSETS.type, `${random.pick(['1', '2'])}${random.pick(['/etc', '..', 'manifest.json'])}`]],
  })),
  'header: name': editEntry(({ name }, random) => ({ name: random.pick(hostileNames(name)) })),
  'header: name of another entry': (draft, random) => {
    const entries = entriesOf(draft);
    const [from, to] = random.pick([
      [0, 1],
      [1, 0],
      [1, 2],
      [2, 1],
    ] as const);
    entries[to] = { ...entries[to]!, name: entries[from]!.name };
    return renderRawTar(entries);
  },
  'header: prefix': editEntry(({ name }, random) =>
    random.pick<() => Partial<RawEntry>>([
      () => ({ patches: [[OFFSETS.prefix, random.pick(['..', '/', 'x', '/etc', '\0x'])]] }),
      // The same full name, told in two fields.
      () => ({ name: name.split('/').pop()!, patches: [[OFFSETS.prefix, 'blobs/sha256']] }),
    ])(),
  ),
  'header: size': editEntry(({ content }, random) => ({
    patches: [[OFFSETS.size, random.pick(hostileSizes(content.length))]],
  })),
  'header: owner, mode, time or device': editEntry((_, random) => ({
    patches: [
      [
        random.pick([100, 108, 116, 136, 157, 265, 297, 329, 337, 500]) + random.below(6),
        random.pick(['7', 'x', '\xff']),
      ],
    ],
  })),
  'header: magic': editEntry((_, random) => ({
    patches: [
      [OFFSETS.magic, random.pick(['ustar  \0', '\0'.repeat(8), 'ustar\x0001', 'USTAR\x0000', 'tar'])],
    ],
  })),
  'header: checksum': editEntry((_, random) => ({
    lastPatches: [
      [OFFSETS.checksum, random.pick(['000000 \0', '777777 \0', '        ', '-00001 \0', '\0'.repeat(8)])],
    ],
  })),
  'header: any byte': editEntry((entry, random) => {
    const offset = random.pick([random.below(OFFSETS.checksum), 156 + random.below(356)]);
    const before = renderRawTar([entry])[offset]!;
    return { patches: [[offset, String.fromCharCode(before ^ (1 + random.below(255)))]] };
  }),
  'header: zeros': (draft, random) => {
    const tar = renderRawTar(entriesOf(draft));
    const starts = headerStarts(draft);
    return tar.fill(0, random.pick(starts), tar.length);
  },
  'content: one byte': (draft, random) => {
    const blobs = [...draft.blobs];
    const index = random.below(blobs.length);
    const content = Buffer.from(blobs[index]!.content);
    content[random.below(content.length)]! ^= 1 + random.below(255);
    blobs[index] = { ...blobs[index]!, content };
    return renderRawTar(entriesOf({ ...draft, blobs }));
  },
  'content: longer or shorter': editEntry(({ content }, random) => ({
    content: random.pick([Buffer.concat([content, random.bytes(1)]), content.subarray(1), new Uint8Array(0)]),
  })),
  'content: swapped': (draft) => {
    const [first, second, ...rest] = draft.blobs;
    const swapped = [
      { ...first!, content: second!.content },
      { ...second!, content: first!.content },
    ];
    return renderRawTar(entriesOf({ ...draft, blobs: [...swapped, ...rest] }));
  },
  'content: padding': (draft, random) => {
    const entries = entriesOf(draft);
    const index = entries.findIndex(({ content }) => content.length % 512 !== 0);
    const padding = Buffer.alloc(512 - (entries[index]!.content.length % 512));
    padding[random.below(padding.length)] = 1 + random.below(255);
    entries[index] = { ...entries[index]!, padding };
    return renderRawTar(entries);
  },
  'content: no padding': (draft) => {
    const entries = entriesOf(draft);
    const index = entries.findIndex(({ content }) => content.length % 512 !== 0);
    entries[index] = { ...entries[index]!, padding: new Uint8Array(0) };
    return renderRawTar(entries);
  },
};

export const ORDER_MUTATIONS: Readonly<Record<string, Mutation>> = {
  'entries: one twice': editEntries((entries, random) => insert(entries, random, random.pick(entries))),
  'entries: one twice in a row': editEntries((entries, random) => {
    const index = random.below(entries.length);
    return entries.toSpliced(index, 0, entries[index]!);
  }),
  'entries: swapped': editEntries((entries, random) => {
    const index = random.below(entries.length - 1);
    return entries.toSpliced(index, 2, entries[index + 1]!, entries[index]!);
  }),
  'entries: one dropped': editEntries((entries, random) =>
    entries.toSpliced(random.below(entries.length), 1),
  ),
  'entries: manifest last': editEntries(([manifest, ...blobs]) => [...blobs, manifest!]),
  'entries: a second manifest': editEntries((entries, random) =>
    insert(entries.slice(1), random, manifestEntryOf('{"formatVersion":1}')).toSpliced(0, 0, entries[0]!),
  ),
  'entries: a blob that is not listed': editEntries((entries, random) =>
    insert(entries, random, blobEntryOf(random.bytes(20))),
  ),
  'entries: a special one': editEntries((entries, random) => {
    const type = random.pick(['1', '2', '3', '4', '5', '6', '7', 'D', 'K', 'M', 'N', 'S', 'V', 'X', 'Z']);
    return insert(
      entries,
      random,
      special(type, random.pick(['blobs', 'blobs/', '..', 'x']), undefined, '/etc'),
    );
  }),
  'entries: a pax header': editEntries((entries, random) => {
    const record = random.pick([
      paxRecord('path', '../../x'),
      paxRecord('size', '99999'),
      paxRecord('comment', 'hi'),
    ]);
    return insert(entries, random, special(random.pick(['x', 'g']), 'PaxHeader', record));
  }),
  'entries: a GNU long name': editEntries((entries, random) =>
    insert(
      entries,
      random,
      special(random.pick(['L', 'K']), '././@LongLink', Buffer.from('../../etc/cron.d/x\0')),
    ),
  ),
  'entries: a folder link, then a file through it': editEntries((entries, random) =>
    insert(
      entries,
      random,
      special('2', 'blobs/sha256', undefined, '/etc'),
      special('0', 'blobs/sha256/passwd'),
    ),
  ),
  'entries: none': () => renderRawTar([]),
};
