// What the Job's container is told to run. A ConfigMap volume may change between a check and a second reading, so the
// loader reads the program once, checks that very buffer and compiles that very buffer.
import { PROGRAM_MOUNT } from './request.ts';

/** The program's file below its mount. */
export const PROGRAM_FILE = 'program.cjs';

/** Kept to plain words that every Node from 18 on understands; the program itself is a CommonJS script. */
const LOADER = [
  'const [file, wanted] = process.argv.slice(1);',
  "const bytes = require('node:fs').readFileSync(file);",
  "const found = require('node:crypto').createHash('sha256').update(bytes).digest('hex');",
  'if (found !== wanted) {',
  '  console.error("error: the program has the sha256 " + found + ": " + wanted + " was wanted; it was not run");',
  '  process.exit(1);',
  '}',
  'const program = { exports: {} };',
  "require('node:vm').compileFunction(bytes.toString('utf8'), ['require', 'module', 'exports'], { filename: file })(require, program, program.exports);",
].join('\n');

/** Makes the command line that verifies and runs the program; `sha256` is of the file's bytes. */
export const loaderCommand = (sha256: string, file = `${PROGRAM_MOUNT}/${PROGRAM_FILE}`): string[] => [
  'node',
  '-e',
  LOADER,
  file,
  sha256,
];
