// Asks before something is taken away. Where nobody can answer, it refuses instead of guessing.
import { SeccompError } from '../../src/error.ts';
import type { Outside } from '../outside.ts';

/** Returns only after a clear yes; throws `usage` without a terminal and `conflict` for any other answer. */
export const confirm = async (question: string, isYes: boolean, outside: Outside): Promise<void> => {
  if (isYes) return;
  if (!outside.stdin.isTTY || !outside.stderr.isTTY) {
    throw new SeccompError('usage', `nobody can be asked here, because there is no terminal: ${question}`, {
      hint: 'Say --yes to go ahead.',
    });
  }
  outside.stderr.write(`${question} [y/N] `);
  const answer = await readLine(outside);
  if (!/^y(es)?$/i.test(answer.trim()))
    throw new SeccompError('conflict', 'not confirmed: nothing was changed');
};

const readLine = ({ stdin, stderr, signal }: Outside): Promise<string> =>
  new Promise((resolve, reject) => {
    let line = '';
    const finish = (body: () => void): void => {
      stdin.off('data', onData);
      stdin.off('end', onEnd);
      signal.removeEventListener('abort', onAbort);
      stdin.pause();
      body();
    };
    const onData = (piece: Uint8Array | string): void => {
      line += typeof piece === 'string' ? piece : new TextDecoder().decode(piece);
      if (line.includes('\n')) finish(() => resolve(line.slice(0, line.indexOf('\n'))));
    };
    const onEnd = (): void => {
      stderr.write('\n');
      finish(() => resolve(line));
    };
    const onAbort = (): void => {
      stderr.write('\n');
      finish(() => reject(signal.reason));
    };
    stdin.on('data', onData);
    stdin.on('end', onEnd);
    signal.addEventListener('abort', onAbort);
  });
