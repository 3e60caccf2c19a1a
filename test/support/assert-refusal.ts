// Asserts that a bundle is refused, as an expected error and in the right words.
import { SeccompError } from '../../src/error.ts';

const asRefusal = (error: unknown, message: RegExp): SeccompError => {
  if (error instanceof SeccompError && error.code === 'bundle' && message.test(error.message)) return error;
  throw error;
};

/** Runs what must be refused as a bundle with this message, and returns the error. */
export const assertRefusal = (run: () => unknown, message: RegExp): SeccompError => {
  try {
    run();
  } catch (error) {
    return asRefusal(error, message);
  }
  throw new Error(`not refused; ${message} was expected`);
};

/** Awaits what must be refused as a bundle with this message, and returns the error. */
export const assertRejection = (promise: Promise<unknown>, message: RegExp): Promise<SeccompError> =>
  promise.then(
    () => {
      throw new Error(`not refused; ${message} was expected`);
    },
    (error: unknown) => asRefusal(error, message),
  );
