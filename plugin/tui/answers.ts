// What verbs answered, read back as the documents they print with `-o json`.
import type { Asked, State } from './state.ts';
import { askKey } from './state.ts';

export interface Told<T> {
  readonly document?: T;
  /** What the verb said instead. */
  readonly error?: string;
}

const NOTHING_YET: Told<never> = {};
const known = new WeakMap<object, Told<unknown>>();

/** Returns the document that a verb printed; nothing yet while it is being asked. */
export const documentOf = <T>(state: State, words: readonly string[]): Told<T> => {
  const asked: Asked | undefined = state.asked[askKey(words)];
  const answer = asked?.answer;
  if (answer === undefined) return NOTHING_YET;
  const read = known.get(answer) ?? readDocument(answer.stdout, answer.stderr);
  known.set(answer, read);
  return read as Told<T>;
};

const readDocument = (stdout: string, stderr: string): Told<unknown> => {
  try {
    return { document: JSON.parse(stdout) as unknown };
  } catch {
    return { error: (stderr || stdout).trim() };
  }
};
