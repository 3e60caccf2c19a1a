// The tree that a JSON or YAML file is read into: every node knows where it stands in the text and in the tree,
// and numbers keep their source text, because rule values go up to 2^64-1 and a JavaScript number loses them.

/** The way from the root of a document to a node; undefined is the root itself. */
export type Path = { readonly parent: Path; readonly step: string | number } | undefined;

/** Something that a problem can point at. */
export interface Located {
  /** In UTF-16 code units from the start of the text. */
  readonly offset: number;
  /** Behind its last code unit, where that is known. */
  readonly end?: number;
  readonly path: Path;
}

export interface ObjectNode extends Located {
  readonly kind: 'object';
  /** In the order of the file, with duplicates. */
  readonly members: readonly Member[];
}

export interface Member {
  readonly name: string;
  /** Where the name stands. */
  readonly key: Located;
  readonly value: DocumentNode;
}

export interface ArrayNode extends Located {
  readonly kind: 'array';
  readonly items: readonly DocumentNode[];
}

export interface StringNode extends Located {
  readonly kind: 'string';
  readonly value: string;
}

export interface NumberNode extends Located {
  readonly kind: 'number';
  /** As written. */
  readonly text: string;
  /** Absent where the text isn't a plain integer, such as 1.5, 1e3 or YAML's 0777. */
  readonly integer?: bigint;
}

export interface BooleanNode extends Located {
  readonly kind: 'boolean';
  readonly value: boolean;
}

export interface NullNode extends Located {
  readonly kind: 'null';
}

export type DocumentNode = ObjectNode | ArrayNode | StringNode | NumberNode | BooleanNode | NullNode;

/** How deep a document may nest. A profile needs 6; the bound keeps recursion over the tree off the stack's end. */
export const MAX_DEPTH = 64;

/** Parses a decimal integer as JSON writes it; undefined for anything else, and for more digits than 2^64 could need. */
export const parseInteger = (text: string): bigint | undefined =>
  // BigInt of a million digits takes seconds: longer ones are out of every range anyway.
  text.length <= 40 && /^-?(0|[1-9][0-9]*)$/.test(text) ? BigInt(text) : undefined;

/** Writes a path as `$.syscalls[3].args[0].value`. */
export const renderPath = (path: Path): string => {
  let text = '';
  for (let at = path; at !== undefined; at = at.parent) {
    const { step } = at;
    if (typeof step === 'number') text = `[${step}]${text}`;
    else
      text = `${/^[A-Za-z_$][\w$]*$/.test(step) && step.length <= 60 ? `.${step}` : `[${quote(step)}]`}${text}`;
  }
  return `$${text}`;
};

/** Quotes a text from a file for a message, cut to a readable length. */
export const quote = (text: string): string => {
  if (text.length <= 60) return JSON.stringify(text);
  return `${JSON.stringify(text.slice(0, 60))}… (${text.length} characters)`;
};

/** Says what a node is, for messages: its value where that is short, otherwise its kind. */
export const describe = (node: DocumentNode): string => {
  if (node.kind === 'string') return `the string ${quote(node.value)}`;
  if (node.kind === 'number') return node.text.length <= 60 ? node.text : `${node.text.slice(0, 60)}…`;
  if (node.kind === 'boolean') return String(node.value);
  if (node.kind === 'null') return 'null';
  return node.kind === 'object' ? 'an object' : 'an array';
};

/** Returns the value of the last member with exactly that name, as Go and crun 1.28 do. */
export const memberOf = (node: DocumentNode | undefined, name: string): DocumentNode | undefined =>
  node?.kind === 'object' ? node.members.findLast((member) => member.name === name)?.value : undefined;
