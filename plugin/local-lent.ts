// An Outside for a verb that runs inside another program of ours: it writes into memory, reads nothing from the keyboard
// and stops by a signal of its own.
import { Readable, Writable } from 'node:stream';
import type { ExitCode, LendOptions, Lent, Outside } from './outside.ts';

/** Makes one; the connections that a verb opens through it warn and stop through it too. */
export const lend = (outside: Outside, { signal, onSaid, onEvent, pace, files }: LendOptions): Lent => {
  let concluded: ExitCode | undefined;
  const stdout = keep(() => {});
  const stderr = keep(onSaid ?? (() => {}));
  const lent: Outside = {
    ...outside,
    stdin: Object.assign(Readable.from([]), { isTTY: false }),
    stdout: stdout.stream,
    stderr: stderr.stream,
    signal,
    ...(files && { files }),
    ...(onEvent && { onEvent }),
    ...(pace && { pace }),
    conclude: (code) => {
      concluded = code;
    },
  };
  return { outside: lent, stdout: stdout.text, stderr: stderr.text, exitCode: () => concluded };
};

const keep = (
  onText: (text: string) => void,
): { readonly stream: Writable & { readonly isTTY: boolean }; readonly text: () => string } => {
  let kept = '';
  const decoder = new TextDecoder();
  const stream = new Writable({
    write: (piece: Uint8Array, _encoding, done) => {
      const text = decoder.decode(piece, { stream: true });
      kept += text;
      onText(text);
      done();
    },
  });
  return { stream: Object.assign(stream, { isTTY: false }), text: () => kept };
};
