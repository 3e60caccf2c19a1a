// Bytes to text: what cannot be a profile at all is refused here, with the place where it goes wrong.
import type { LintCode } from './lint/codes.ts';
import type { Edit } from './problem.ts';
import { FILE_START } from './report.ts';

/** The largest profile, in bytes; a bundle holds no larger one, and the largest known one has 30 KiB. */
export const MAX_PROFILE_BYTES = 1024 * 1024;

export type TextResult =
  | {
      readonly text: string;
      readonly offset?: undefined;
      readonly message?: undefined;
      readonly code?: undefined;
      readonly fix?: undefined;
    }
  /** `text` is what could be read, for the position only. */
  | {
      readonly text: string;
      readonly offset: number;
      readonly message: string;
      readonly code: LintCode;
      readonly fix?: readonly Edit[];
    };

/** Decodes a file's content as UTF-8, or says what keeps it from being text. */
export const readText = (content: Uint8Array): TextResult => {
  const refuse = (code: LintCode, message: string, text = ''): TextResult => ({
    text,
    offset: FILE_START.offset,
    message,
    code,
  });
  if (content.length > MAX_PROFILE_BYTES) {
    return refuse(
      'SP001',
      `the file has ${content.length} bytes; a profile has at most ${MAX_PROFILE_BYTES} (1 MiB)`,
    );
  }
  if (content.length === 0) return refuse('SP002', 'the file is empty; wanted a seccomp profile');
  const [first, second, third] = content;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    return refuse('SP003', 'the file is UTF-16 text; runtimes read UTF-8 only: save it as UTF-8');
  }
  if (first === 0xef && second === 0xbb && third === 0xbf) {
    const message =
      'the file begins with a byte order mark, which Go-based runtimes refuse: save it as UTF-8 without BOM';
    return {
      text: decode(content),
      offset: 0,
      message,
      code: 'SP004',
      ...(readableBytes(content) === content.length && { fix: [{ offset: 0, end: 1, text: '' }] }),
    };
  }
  const readable = readableBytes(content);
  const text = decode(content.subarray(0, readable));
  if (readable < content.length) {
    const byte = content[readable]!.toString(16).padStart(2, '0');
    return {
      text,
      offset: text.length,
      message: `byte 0x${byte} is not valid UTF-8; wanted a text file`,
      code: 'SP003',
    };
  }
  if (text.trim() === '') return refuse('SP002', 'the file is blank; wanted a seccomp profile');
  // Tab, LF and CR are the only control characters that JSON or YAML text may hold; others hide in editors.
  const control = text.search(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/);
  if (control >= 0) {
    const code = text.charCodeAt(control).toString(16).padStart(4, '0').toUpperCase();
    return {
      text,
      offset: control,
      message: `the control character U+${code} has no place in a profile`,
      code: 'SP003',
    };
  }
  return { text };
};

const decode = (bytes: Uint8Array): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);

const isValidPrefix = (bytes: Uint8Array): boolean => {
  try {
    // With `stream`, a sequence cut off by the end is no error yet.
    new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
};

/** Returns how many leading bytes are valid UTF-8: all, or up to the sequence that is broken. */
const readableBytes = (content: Uint8Array): number => {
  let valid = content.length;
  if (!isValidPrefix(content)) {
    let low = 0;
    let high = content.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (isValidPrefix(content.subarray(0, middle))) low = middle;
      else high = middle;
    }
    valid = low;
  }
  // The last sequence may be cut off: step back to a place where whole characters end.
  for (let cut = valid; cut > valid - 4 && cut >= 0; cut -= 1) {
    if (isWhole(content.subarray(0, cut))) return cut;
  }
  return valid;
};

const isWhole = (bytes: Uint8Array): boolean => {
  try {
    new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
};
