// Reading JSON of a known shape from somebody who may not keep to it: every function returns the typed value or
// throws SeccompError `protocol` that quotes what was received. Unknown fields are refused, never passed over.
import { SeccompError } from '../error.ts';

const MAXIMUM_QUOTED = 80;

/** Renders any value for a message, cut to a length that fits one line. */
export const quote = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value);
  const points = [...text];
  return points.length <= MAXIMUM_QUOTED ? text : `${points.slice(0, MAXIMUM_QUOTED).join('')}…`;
};

/** Makes the error that all refusals here are. */
export const refusal = (where: string, value: unknown, wanted: string): SeccompError =>
  new SeccompError('protocol', `${where} is ${quote(value)}: ${wanted} wanted`);

/** Parses text as JSON; the error names what the text should have been. */
export const parseJson = (text: string, where: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SeccompError('protocol', `${where} is not JSON: ${quote(text)}`, { cause });
  }
};

export type Fields = Readonly<Record<string, unknown>>;

/** Takes an object that has no fields but the named ones; required ones are checked by whoever reads them. */
export const takeObject = (value: unknown, where: string, fields: readonly string[]): Fields => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw refusal(where, value, 'an object was');
  }
  const unknown = Object.keys(value).find((key) => !fields.includes(key));
  if (unknown !== undefined) throw refusal(`field ${quote(unknown)} of ${where}`, value, 'no such field is');
  // Without a prototype, so that an absent field never reads as something inherited.
  return Object.assign(Object.create(null), value);
};

/** Refuses any version but 1, before anything else of the object is looked at. */
export const refuseOtherVersion = (value: unknown, where: string): void => {
  const version = typeof value === 'object' && value !== null ? Reflect.get(value, 'version') : undefined;
  if (version === 1) return;
  throw new SeccompError(
    'protocol',
    `${where} has version ${quote(version)}: this program knows version 1 only`,
    {
      hint: 'Use the same version of kubectl-seccomp everywhere, or a newer one here.',
    },
  );
};

/** Takes a string of at most `maximumLength` UTF-16 units. */
export const takeString = (value: unknown, where: string, maximumLength = 4096): string => {
  if (typeof value !== 'string') throw refusal(where, value, 'a string was');
  if (value.length > maximumLength) throw refusal(where, value, `at most ${maximumLength} characters were`);
  return value;
};

/** Takes a string that the expression matches whole. */
export const takeMatch = (value: unknown, where: string, expression: RegExp, wanted: string): string => {
  if (typeof value !== 'string' || !expression.test(value)) throw refusal(where, value, `${wanted} was`);
  return value;
};

/** Takes a sha256: 64 lower-case hex digits. */
export const takeSha256 = (value: unknown, where: string): string =>
  takeMatch(value, where, /^[0-9a-f]{64}$/, 'a sha256 of 64 lower-case hex digits');

/** Takes a whole number from 0 to 2^53-1. */
export const takeCount = (value: unknown, where: string): number => {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw refusal(where, value, 'a whole number that is not negative was');
  }
  return value;
};

export const takeBoolean = (value: unknown, where: string): boolean => {
  if (typeof value !== 'boolean') throw refusal(where, value, 'true or false was');
  return value;
};

/** Takes one of the words. */
export const takeWord = <Word extends string>(
  value: unknown,
  where: string,
  words: readonly Word[],
): Word => {
  const found = words.find((word) => word === value);
  if (found === undefined) throw refusal(where, value, `one of ${words.join(', ')} was`);
  return found;
};

/** Takes a list of at most `maximumLength` items, each read by `take`. */
export const takeList = <Item>(
  value: unknown,
  where: string,
  maximumLength: number,
  take: (item: unknown, where: string) => Item,
): Item[] => {
  if (!Array.isArray(value)) throw refusal(where, value, 'a list was');
  if (value.length > maximumLength) {
    throw refusal(`the length of ${where}`, value.length, `at most ${maximumLength} was`);
  }
  return value.map((item, index) => take(item, `${where}[${index}]`));
};

/** Takes a field that may be absent; `null` is not absent. */
export const takeOptional = <Value>(
  fields: Fields,
  key: string,
  where: string,
  take: (value: unknown, where: string) => Value,
): { readonly [name: string]: Value } =>
  fields[key] === undefined ? {} : { [key]: take(fields[key], `${where}.${key}`) };
