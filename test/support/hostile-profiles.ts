// Files that are made to keep their reader busy, in any size: each grows in one way only.

const RULE = '"names":["mkdir"],"action":"SCMP_ACT_ERRNO"';
const HEAD = '{"defaultAction":"SCMP_ACT_ALLOW",';
const SPO =
  'apiVersion: security-profiles-operator.x-k8s.io/v1\nkind: SeccompProfile\nmetadata: {name: a}\nspec:\n';

/** Writes as many pieces as fit into a size in bytes, between a head and a tail. */
const fill = (head: string, piece: (at: number) => string, tail: string, sizeBytes: number): string => {
  const pieces: string[] = [];
  for (let left = sizeBytes - head.length - tail.length, at = 0; ; at += 1) {
    const one = piece(at);
    left -= one.length + 1;
    if (left < 0) break;
    pieces.push(one);
  }
  return head + pieces.join(',') + tail;
};

const condition = (index: number, value: number | bigint, op = 'EQ'): string =>
  `{"index":${index},"value":${value},"op":"SCMP_CMP_${op}"}`;

/** Pieces of JSON, each of which is nothing by itself. */
const PIECES = ['"a":1,', '[],', '1 ', '/**/', '\\', '"a" ', '{"":', 'x', '" "', '"\\u0041"'];

/** What a file consists of, by a name for messages: the size in bytes gives the text. */
export const HOSTILE_PROFILES: Readonly<Record<string, (sizeBytes: number) => string>> = {
  'deep nesting': (size) => `${HEAD}"syscalls":${'['.repeat(size / 2)}${']'.repeat(size / 2)}}`,
  'nesting that is never closed': (size) => '{"a":'.repeat(size / 5),
  'a long string': (size) => `${HEAD}"comment":"${'x'.repeat(size)}"}`,
  'a long string of escapes': (size) => `${HEAD}"comment":"${'\\u0041'.repeat(size / 6)}"}`,
  'a long name of a field': (size) => `{"${'k'.repeat(size)}":1}`,
  'a long name of a system call': (size) =>
    `${HEAD}"syscalls":[{"names":["${'a'.repeat(size)}"],"action":"SCMP_ACT_LOG"}]}`,
  'one field again and again': (size) => fill('{', () => '"defaultAction":"SCMP_ACT_LOG"', '}', size),
  'misspelt fields': (size) => fill(HEAD, (at) => `"defaultActoin${at}":1`, '}', size),
  'fields nobody knows': (size) => fill(HEAD, (at) => `"f${at}":{}`, '}', size),
  'null as a rule': (size) => fill(`${HEAD}"syscalls":[`, () => 'null', ']}', size),
  'many names': (size) =>
    fill(`${HEAD}"syscalls":[{"action":"SCMP_ACT_LOG","names":[`, (at) => `"call_${at}"`, ']}]}', size),
  'one name again and again': (size) =>
    fill(`${HEAD}"syscalls":[{"action":"SCMP_ACT_LOG","names":[`, () => '"mkdir"', ']}]}', size),
  'many conditions': (size) =>
    fill(`${HEAD}"syscalls":[{${RULE},"args":[`, (at) => condition(at % 6, at), ']}]}', size),
  'conditions without anything': (size) =>
    fill(`${HEAD}"syscalls":[{${RULE},"args":[`, () => '{}', ']}]}', size),
  'huge numbers': (size) =>
    fill(`${HEAD}"syscalls":[`, () => `{${RULE},"errnoRet":${'9'.repeat(999)}}`, ']}', size),
  'one huge number': (size) => `${HEAD}"defaultErrnoRet":${'9'.repeat(size)}}`,
  'many rules on one system call': (size) =>
    fill(
      `${HEAD}"syscalls":[`,
      (at) => `{${RULE},"errnoRet":${2 + (at % 99)},"args":[${condition(at % 6, at)}]}`,
      ']}',
      size,
    ),
  'many rules of every operator on one system call': (size) =>
    fill(
      `${HEAD}"syscalls":[`,
      (at) =>
        `{${RULE},"args":[${condition(0, at, ['NE', 'LT', 'GE'][at % 3])},${condition(1, at, ['LE', 'GT'][at % 2])}]}`,
      ']}',
      size,
    ),
  'rules that contradict each other': (size) =>
    fill(
      `${HEAD}"syscalls":[`,
      (at) => `{${RULE},"errnoRet":${2 + (at % 2)},"args":[${condition(0, 1)}]}`,
      ']}',
      size,
    ),
  'rules without conditions on one system call': (size) =>
    fill(`${HEAD}"syscalls":[`, (at) => `{${RULE},"errnoRet":${2 + (at % 99)}}`, ']}', size),
  'many architectures': (size) => fill(`${HEAD}"architectures":[`, () => '"SCMP_ARCH_X86"', ']}', size),
  'many flags': (size) => fill(`${HEAD}"flags":[`, () => '"x"', ']}', size),
  'many capabilities': (size) =>
    fill(`${HEAD}"syscalls":[{${RULE},"includes":{"caps":[`, () => '"CAP_CHOWN"', ']}}]}', size),
  'an archMap': (size) =>
    fill(`${HEAD}"archMap":[`, () => '{"architecture":"SCMP_ARCH_X86_64","subArchitectures":[]}', ']}', size),
  commas: (size) => `${HEAD}"syscalls":[${','.repeat(size)}`,
  comments: (size) => `${HEAD}${'//\n'.repeat(size / 3)}`,
  'line ends': (size) => `${HEAD}${'\r\n'.repeat(size / 2)}}`,
  'YAML aliases of aliases': (size) =>
    fill(`${SPO}  a0: &a0 [x]\n`, (at) => `\n  a${at + 1}: &a${at + 1} [*a${at}, *a${at}]\n  #`, '\n', size),
  'many YAML aliases': (size) => `${SPO}  a: &a x\n  b: [${'*a, '.repeat(size / 4)}x]\n`,
  'a YAML list': (size) =>
    `${SPO}  defaultAction: SCMP_ACT_ALLOW\n  syscalls:\n${'  - a\n'.repeat(size / 6)}`,
  'YAML nesting': (size) => `${SPO}  a: ${'['.repeat(size)}`,
  'YAML blocks in blocks': (size) => `${SPO}  a:${' -'.repeat(size / 2)}`,
  'YAML rules': (size) =>
    SPO +
    '  defaultAction: SCMP_ACT_ALLOW\n  syscalls:\n' +
    '  - {names: [read], action: SCMP_ACT_LOG}\n'.repeat(size / 42),
  'many YAML documents': (size) => `${SPO}  a: 1\n`.concat('---\na: 1\n'.repeat(size / 9)),
  'a YAML scalar of many lines': (size) => `${SPO}  a: "${'x\n   '.repeat(size / 5)}"\n`,
  ...Object.fromEntries(
    PIECES.map((piece) => [`only ${piece}`, (size: number) => `[${piece.repeat(size / piece.length)}`]),
  ),
};
