// The map of CONTRIBUTING.md, executed: who may import whom, what pure code may not touch, and the shape of files.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const CODE_FOLDERS = ['src', 'bootstrap', 'plugin', 'test'];
const MAXIMUM_LINES = 300;

/** Room → what its files may import beside their own room. The longest matching room counts. */
const IMPORTS: Readonly<Record<string, readonly string[]>> = {
  'src/error.ts': [],
  'src/profile': ['src/error.ts', 'yaml'],
  'src/bundle': [
    'src/error.ts',
    'src/profile',
    'tar-stream',
    'node:crypto',
    'node:stream',
    'node:zlib',
    'node:path/posix',
  ],
  'src/protocol': ['src/error.ts', 'src/profile', 'src/bundle'],
  'src/workload': ['src/error.ts', 'src/profile', 'src/protocol'],
  'src/rollout': ['src/error.ts', 'src/profile', 'src/bundle', 'src/protocol', 'src/workload'],
  bootstrap: ['src/error.ts', 'src/profile', 'src/bundle', 'src/protocol', 'node:*'],
  'plugin/cluster': ['src', 'plugin/outside.ts', '@kubernetes/client-node', 'yaml', 'node:*'],
  'plugin/output': ['src', 'yaml'],
  'plugin/tui': ['src', 'plugin/outside.ts', 'plugin/output', 'ink', 'react'],
  'plugin/commands': ['src', 'plugin/outside.ts', 'plugin/output', 'plugin/tui', 'yargs'],
  'plugin/cli.ts': ['src', 'plugin/outside.ts', 'plugin/commands', 'yargs'],
  'plugin/failure.ts': ['src/error.ts'],
  'plugin/outside.ts': ['src', 'node:stream'],
  'plugin/main.ts': ['*'],
  // The entry of the program that runs inside the cluster.
  'plugin/sync-main.ts': ['*'],
  'plugin/local': ['*'],
  'plugin/release': ['*'],
  test: ['*'],
};

/** What makes code depend on when and where it runs. */
const IMPURE = [
  /\bprocess\s*\./,
  /\bconsole\s*\./,
  /\bDate\.now\b/,
  /\bnew Date\(\)/,
  /\bMath\.random\b/,
  /\bperformance\s*\./,
  /\brandom(?:UUID|Bytes|Int)\b/,
  /\bset(?:Timeout|Interval|Immediate)\(/,
  /\bfetch\(/,
];

const FORBIDDEN_NAMES = /^(utils?|helpers?|common|misc|managers?|services?|index)$/;

interface SourceFile {
  readonly path: string;
  readonly text: string;
}

const walk = (folder: string): string[] =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = posix.join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'fixtures' ? [] : walk(path);
    return [path];
  });

const files: SourceFile[] = CODE_FOLDERS.flatMap(walk)
  .filter((path) => /\.tsx?$/.test(path))
  .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));

const roomOf = (path: string): string | undefined =>
  Object.keys(IMPORTS)
    .filter(
      (room) =>
        path === room || path.startsWith(`${room}/`) || (room === 'plugin/local' && path.startsWith(room)),
    )
    .sort((a, b) => b.length - a.length)[0];

const importsOf = ({ path, text }: SourceFile): string[] =>
  [
    ...text.matchAll(
      /(?:^|\n)\s*(?:import|export)\b[^'"`;]*?from\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)|(?:^|\n)\s*import\s+['"]([^'"]+)['"]/g,
    ),
  ]
    .map((match) => match[1] ?? match[2] ?? match[3] ?? '')
    .map((target) => (target.startsWith('.') ? posix.join(posix.dirname(path), target) : target));

const isAllowed = (allowed: string, target: string): boolean =>
  allowed === '*' ||
  target === allowed ||
  target.startsWith(`${allowed}/`) ||
  (allowed.endsWith(':*') && target.startsWith(allowed.slice(0, -1)));

const withoutComments = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/[^\n]*/g, '$1');

/** A program that is carried as text runs elsewhere. */
const withoutStrings = (text: string): string =>
  text.replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, "''");

const test = suite('architecture');

test('every file imports only what its room may', () => {
  const wrong = files.flatMap((file) => {
    const room = roomOf(file.path);
    if (!room) return [`${file.path}: stands in no room`];
    const allowed = [room, ...(IMPORTS[room] ?? [])];
    return importsOf(file)
      .filter((target) => !allowed.some((one) => isAllowed(one, target)))
      .map((target) => `${file.path}: ${room} may not import ${target}`);
  });
  assert.equal(wrong, []);
});

test('src has no clock, randomness, environment, timers or console', () => {
  const wrong = files
    .filter(({ path }) => path.startsWith('src/'))
    .flatMap(({ path, text }) => {
      const code = withoutStrings(withoutComments(text));
      return IMPURE.filter((pattern) => pattern.test(code)).map((pattern) => `${path}: ${pattern}`);
    });
  assert.equal(wrong, []);
});

test('only main.ts and release scripts read process in the plugin; commands and screens take Outside', () => {
  const wrong = files
    .filter(({ path }) => /^plugin\/(commands|output|tui|cli|failure|outside)/.test(path))
    .filter(({ text }) => /\bprocess\s*\./.test(withoutComments(text)))
    .map(({ path }) => path);
  assert.equal(wrong, []);
});

test('files are short, and open with a comment that says what they are; a suite says it by its name', () => {
  const wrong = files.flatMap(({ path, text }) => {
    const lines = text.split('\n').length - 1;
    const first = text.startsWith('#!') ? text.slice(text.indexOf('\n') + 1) : text;
    return [
      ...(lines > MAXIMUM_LINES ? [`${path}: ${lines} lines; at most ${MAXIMUM_LINES}`] : []),
      ...(first.startsWith('//') || path.endsWith('.test.ts') ? [] : [`${path}: opens without a comment`]),
    ];
  });
  assert.equal(wrong, []);
});

test('names say what is inside: kebab-case, and none of the drawers', () => {
  const wrong = files.flatMap(({ path }) => {
    const parts = path.split('/').map((part) => basename(part).replace(/(\.test)?\.tsx?$/, ''));
    return parts
      .filter(
        (part) =>
          FORBIDDEN_NAMES.test(part) || !(/^[a-z0-9]+(-[a-z0-9]+)*$/.test(part) || path.endsWith('.tsx')),
      )
      .map((part) => `${path}: ${part}`);
  });
  assert.equal(wrong, []);
});

test('every suite is run: uvu passes silently over one that is not', () => {
  const wrong = files
    .filter(({ path }) => path.endsWith('.test.ts') || path.endsWith('.test.tsx'))
    .filter(({ text }) => {
      const suites = [...text.matchAll(/\bconst (\w+) = (?:suite|suiteThatNeeds)\b/g)].map(
        (match) => match[1],
      );
      return (
        suites.length === 0 || suites.some((name) => !new RegExp(`^${name}\\.run\\(\\);`, 'm').test(text))
      );
    })
    .map(({ path }) => path);
  assert.equal(wrong, []);
});

test('a suite of a source file stands where the source file does', () => {
  const sources = new Set(files.map(({ path }) => path));
  const rooms = /^test\/(src|bootstrap|plugin)\//;
  const wrong = files
    .filter(({ path }) => rooms.test(path) && path.endsWith('.test.ts'))
    .filter(({ path }) => {
      const source = path.slice('test/'.length).replace(/\.test\.ts$/, '');
      // A suite over a whole room, such as hostile.test.ts, stands in the room's folder.
      return (
        !sources.has(`${source}.ts`) &&
        !sources.has(`${source}.tsx`) &&
        !files.some((file) => file.path.startsWith(`${dirname(source)}/`))
      );
    })
    .map(({ path }) => path);
  assert.equal(wrong, []);
});

test('only src, plugin, bootstrap and test hold code', () => {
  const wrong = readdirSync(root, { withFileTypes: true })
    .filter(
      (entry) =>
        entry.isDirectory() &&
        ![...CODE_FOLDERS, 'docs', 'node_modules', 'dist', 'coverage'].includes(entry.name),
    )
    .filter((entry) => !entry.name.startsWith('.'))
    .map((entry) => entry.name);
  assert.equal(wrong, []);
});

test.run();
