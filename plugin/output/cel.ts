// Pieces of CEL expressions, as admission policies are written in.

/** CEL reads strings, lists and maps as JSON writes them. */
export const literal = (value: unknown): string => JSON.stringify(value);

/** True where no such field is set. */
export const none = (object: string, ...fields: readonly string[]): string =>
  fields.map((field) => `!has(${object}.${field})`).join(' && ');

/** True where each of these fields is absent or false. */
export const isOff = (object: string, ...fields: readonly string[]): string =>
  fields.map((field) => `(!has(${object}.${field}) || !${object}.${field})`).join(' && ');

/** True where a list is absent or empty. */
export const isEmpty = (object: string, ...fields: readonly string[]): string =>
  fields.map((field) => `(!has(${object}.${field}) || size(${object}.${field}) == 0)`).join(' && ');

/** True where a securityContext drops all capabilities, and allows no escalation beyond that. */
export const isWithoutCapabilities = (context: string): string =>
  `${isOff(context, 'privileged')} && has(${context}.capabilities) && ${none(`${context}.capabilities`, 'add')} && has(${context}.capabilities.drop) && "ALL" in ${context}.capabilities.drop`;
