// What each verb is called and does, in one line each: enough for `help` without loading the verb itself.

export interface Verb {
  /** yargs form: the name, then its positional arguments. */
  readonly command: string;
  readonly describe: string;
}

export const verbs = {
  apply: { command: 'apply', describe: 'Put seccomp profiles onto nodes, or bring nodes up to date' },
  status: { command: 'status [bundle]', describe: 'Show which bundles are on which nodes' },
  verify: { command: 'verify [bundle]', describe: "Compare the nodes' disks with what was applied" },
  delete: { command: 'delete <bundle>', describe: 'Remove a bundle from nodes' },
  history: {
    command: 'history <bundle>',
    describe: 'List what was rolled out under a name, and what it changed',
  },
  rollback: { command: 'rollback <bundle>', describe: 'Bring back what a bundle held before' },
  usage: {
    command: 'usage [profile]',
    describe: 'List which workloads use which profile, and where its file is missing',
  },
  uninstall: {
    command: 'uninstall',
    describe: 'Remove every bundle and all that this plugin made in the cluster',
  },
  lint: {
    command: 'lint <files..>',
    describe: 'Say what is wrong with profiles, why it matters and how to mend it',
  },
  eval: {
    command: 'eval <file> <syscall> [args..]',
    describe: 'Say what a profile does with one call, and by which line',
  },
  explain: {
    command: 'explain <file> [syscalls..]',
    describe: 'Say in plain words what a profile does',
  },
  diff: {
    command: 'diff <before> <after>',
    describe: 'Compare what two profiles do, call by call, each change with an example',
  },
  merge: {
    command: 'merge <files..>',
    describe: 'Make one profile of several, or check that one lets through all that others do',
  },
  convert: {
    command: 'convert <files..>',
    describe: 'Write profiles in another form, and say what it cannot hold',
  },
  bundle: { command: 'bundle', describe: 'Build, inspect or verify a bundle file, without a cluster' },
  version: { command: 'version', describe: 'Print the version of the plugin and of the cluster' },
} as const satisfies Record<string, Verb>;

export const bundleVerbs = {
  build: { command: 'build', describe: 'Check profiles and pack them into one file' },
  inspect: { command: 'inspect <file>', describe: 'List what is in a bundle file' },
  verify: { command: 'verify <file>', describe: 'Check every byte of a bundle file against its manifest' },
} as const satisfies Record<string, Verb>;
