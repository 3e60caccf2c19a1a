// Files that end where they must not, go on where they must end, or are gzipped in another way than allowed.
import { gunzipSync, gzipSync } from 'node:zlib';
import { blobEntryOf, END, entriesOf, headerStarts, type Mutation, renderRawTar } from './hostile-tar.ts';

export const END_MUTATIONS: Readonly<Record<string, Mutation>> = {
  'end: cut anywhere': (draft, random) => {
    const tar = renderRawTar(entriesOf(draft));
    return tar.subarray(0, random.below(tar.length));
  },
  'end: cut at a block': (draft, random) => {
    const tar = renderRawTar(entriesOf(draft));
    return tar.subarray(0, 512 * random.below(tar.length / 512));
  },
  'end: cut in a header': (draft, random) =>
    renderRawTar(entriesOf(draft)).subarray(0, random.pick(headerStarts(draft)) + 1 + random.below(511)),
  'end: no marker, or half of it': (draft, random) =>
    renderRawTar(entriesOf(draft), END.subarray(random.pick([1, 512, 1024]))),
  'end: marker not zero': (draft, random) => {
    const end = Buffer.from(END);
    end[random.below(end.length)] = 1 + random.below(255);
    return renderRawTar(entriesOf(draft), end);
  },
  'end: bytes follow': (draft, random) =>
    Buffer.concat([
      renderRawTar(entriesOf(draft)),
      random.pick([
        new Uint8Array(1),
        END.subarray(512),
        new Uint8Array(8192),
        random.bytes(1 + random.below(600)),
      ]),
    ]),
  'end: another archive follows': (draft) => {
    const tar = renderRawTar(entriesOf(draft));
    return Buffer.concat([tar, tar]);
  },
  'end: entries follow': (draft, random) =>
    renderRawTar([...entriesOf(draft)], Buffer.concat([END, renderRawTar([blobEntryOf(random.bytes(5))])])),
};

export const GZIP_MUTATIONS: Readonly<Record<string, Mutation>> = {
  'gzip: cut anywhere': (draft, random) => {
    const gzip = gzipSync(renderRawTar(entriesOf(draft)));
    // One byte alone is no gzip yet; the header and the trailer are short and would seldom be hit.
    return gzip.subarray(
      0,
      random.pick([
        2 + random.below(8),
        gzip.length - 1 - random.below(8),
        2 + random.below(gzip.length - 2),
      ]),
    );
  },
  'gzip: any byte': (draft, random) => {
    const tar = renderRawTar(entriesOf(draft));
    const gzip = gzipSync(tar);
    gzip[10 + random.below(gzip.length - 10)]! ^= 1 + random.below(255);
    // Unused bits of the last byte, or another code for the same text: the same bundle, told otherwise.
    if (isGzipOf(gzip, tar)) gzip[gzip.length - 1]! ^= 1;
    return gzip;
  },
  'gzip: header': (draft, random) => {
    const gzip = gzipSync(renderRawTar(entriesOf(draft)));
    gzip[random.pick([0, 1, 2, 3])]! ^= 1 + random.below(255);
    return gzip;
  },
  'gzip: file name': (draft) => {
    const gzip = gzipSync(renderRawTar(entriesOf(draft)));
    gzip[3] = 8;
    return Buffer.concat([gzip.subarray(0, 10), Buffer.from('../../x\0'), gzip.subarray(10)]);
  },
  'gzip: trailer': (draft, random) => {
    const gzip = gzipSync(renderRawTar(entriesOf(draft)));
    gzip[gzip.length - 1 - random.below(8)]! ^= 1 + random.below(255);
    return gzip;
  },
  'gzip: a second member': (draft, random) => {
    const gzip = gzipSync(renderRawTar(entriesOf(draft)));
    return Buffer.concat([gzip, random.pick([gzip, gzipSync(new Uint8Array(0)), gzipSync(END)])]);
  },
  'gzip: split in two members': (draft, random) => {
    const tar = renderRawTar(entriesOf(draft));
    const cut = random.below(tar.length);
    return Buffer.concat([gzipSync(tar.subarray(0, cut)), gzipSync(tar.subarray(cut))]);
  },
  'gzip: bytes follow': (draft, random) =>
    Buffer.concat([
      gzipSync(renderRawTar(entriesOf(draft))),
      random.pick([new Uint8Array(1), new Uint8Array(512), random.bytes(9)]),
    ]),
  'gzip: twice': (draft) => gzipSync(gzipSync(renderRawTar(entriesOf(draft)))),
  'gzip: of nothing': () => gzipSync(new Uint8Array(0)),
  'gzip: bomb': (draft, random) => {
    const tar = renderRawTar(entriesOf(draft));
    const whole = random.pick([tar.length, 512 * random.below(tar.length / 512)]);
    return gzipSync(Buffer.concat([tar.subarray(0, whole), new Uint8Array(2 ** 21)]), { level: 1 });
  },
};

const isGzipOf = (gzip: Uint8Array, tar: Uint8Array): boolean => {
  try {
    return Buffer.compare(gunzipSync(gzip), tar) === 0;
  } catch {
    return false;
  }
};
