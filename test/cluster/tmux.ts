// A real terminal to drive a full-screen program in: a tmux server of its own, whose screen can be read.
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { poll } from './processes.ts';

const execute = promisify(execFile);

export interface Terminal {
  /** Types text as it is, then presses Enter where `isEntered`. */
  type(text: string, isEntered?: boolean): Promise<void>;
  /** Presses keys by tmux's names, e.g. `Enter`, `Escape`, `Down`. */
  press(...keys: readonly string[]): Promise<void>;
  /** The lines that are on the screen now, without blanks at their ends. */
  screen(): Promise<string>;
  /** Waits until the screen shows it; throws with what it showed last. */
  until(wanted: RegExp): Promise<string>;
  resize(columns: number, rows: number): Promise<void>;
  /** One of tmux's own variables, e.g. `alternate_on`. */
  variable(name: string): Promise<string>;
  close(): Promise<void>;
}

/** Opens a shell in a folder, 80×24, with an environment of its own and a prompt of `$ `. */
export const openTerminal = async (
  folder: string,
  environment: Readonly<Record<string, string>>,
): Promise<Terminal> => {
  const socket = `kubectl-seccomp-${randomUUID()}`;
  const tmux = async (...args: string[]): Promise<string> =>
    (
      await execute('tmux', ['-L', socket, '-f', '/dev/null', ...args], {
        env: { ...process.env, ...environment },
      })
    ).stdout;
  await tmux('new-session', '-d', '-x', '80', '-y', '24', '-c', folder, 'env PS1="$ " sh');
  const screen = async (): Promise<string> => (await tmux('capture-pane', '-p')).replace(/[ ]+$/gm, '');
  const terminal: Terminal = {
    async type(text, isEntered = false) {
      await tmux('send-keys', '-l', '--', text);
      if (isEntered) await tmux('send-keys', 'Enter');
    },
    async press(...keys) {
      for (const key of keys) await tmux('send-keys', key);
    },
    screen,
    async until(wanted) {
      let last = '';
      try {
        await poll(`the screen shows ${wanted}`, async () => {
          last = await screen();
          return wanted.test(last);
        });
      } catch (thrown) {
        throw new Error(`${thrown instanceof Error ? thrown.message : thrown}; it shows\n${last}`);
      }
      return last;
    },
    async resize(columns, rows) {
      await tmux('resize-window', '-x', String(columns), '-y', String(rows));
    },
    variable: async (name) => (await tmux('display-message', '-p', `#{${name}}`)).trim(),
    async close() {
      await tmux('kill-server').catch(() => {});
    },
  };
  await terminal.until(/\$/);
  return terminal;
};
