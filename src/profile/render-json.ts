// JSON with whole numbers of any size, in the one layout that every file we write has.

export type Json =
  | string
  | number
  | bigint
  | boolean
  | null
  | readonly Json[]
  | { readonly [name: string]: Json };

/** Renders a value with two-space indentation, without a final newline. */
export const renderJson = (value: Json, indent = ''): string => {
  // JSON.stringify refuses bigint, and numbers would lose what lies beyond 2^53.
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  const lines = isList(value)
    ? value.map((item) => inner + renderJson(item, inner))
    : Object.entries(value).map(
        ([name, item]) => `${inner}${JSON.stringify(name)}: ${renderJson(item, inner)}`,
      );
  const [open, close] = isList(value) ? '[]' : '{}';
  return lines.length === 0 ? `${open}${close}` : `${open}\n${lines.join(',\n')}\n${indent}${close}`;
};

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
