// The bytes behind a name on the command line: `-` is standard input, `builtin:NAME` a profile that
// this program brings along, anything else a file.
import { SeccompError } from '../../src/error.ts';
import type { Outside } from '../outside.ts';
import { isBuiltin, readBuiltinFile } from './builtin-file.ts';
import { interruptible } from './interruptible.ts';

export interface ProfileFile {
  readonly content: Uint8Array;
  /** For messages: `<stdin>` for `-`. */
  readonly shownAs: string;
}

export const STANDARD_INPUT = '-';

/** Says whether a name means a file or a folder of this machine, which can be written to. */
export const isOnDisk = (name: string): boolean => name !== STANDARD_INPUT && !isBuiltin(name);

/** Throws SeccompError `usage` where standard input is named more than once: the second time there is nothing left. */
export const refuseRepeatedInput = (names: readonly string[]): void => {
  if (names.filter((name) => name === STANDARD_INPUT).length > 1)
    throw new SeccompError('usage', '"-" was given twice: standard input can be read only once');
};

/** Reads what `name` names; throws SeccompError `file` beyond `limitBytes`, and at once when the user interrupts. */
export const readProfileFile = async (
  name: string,
  limitBytes: number,
  outside: Outside,
): Promise<ProfileFile> => {
  if (isBuiltin(name)) return { content: await readBuiltinFile(name), shownAs: name };
  if (name === STANDARD_INPUT) {
    const content = await interruptible(readStandardInput(limitBytes, outside), outside.signal);
    return { content, shownAs: '<stdin>' };
  }
  return {
    content: await interruptible(outside.files.read(name, limitBytes), outside.signal),
    shownAs: name,
  };
};

/** Reads standard input to its end. */
const readStandardInput = async (limitBytes: number, { stdin, signal }: Outside): Promise<Uint8Array> => {
  // Ctrl-C while somebody types a profile must not wait for the end of the input.
  signal.addEventListener('abort', () => stdin.destroy(signal.reason), { once: true });
  const pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const piece of stdin) {
    const bytes = typeof piece === 'string' ? new TextEncoder().encode(piece) : (piece as Uint8Array);
    sizeBytes += bytes.length;
    if (sizeBytes > limitBytes)
      throw new SeccompError('file', `standard input is larger than ${limitBytes} bytes`);
    pieces.push(bytes);
  }
  if (sizeBytes === 0)
    throw new SeccompError('file', 'standard input is empty: a profile or a bundle was wanted');
  const whole = new Uint8Array(sizeBytes);
  pieces.reduce((offset, piece) => {
    whole.set(piece, offset);
    return offset + piece.length;
  }, 0);
  return whole;
};
