// What each verb is called and does, in one line each: enough for `help` without loading the verb itself.
// A new verb needs its line here, in the order of the help, and in loaders.ts.

/** What the verbs are about; the headings of the help. */
export const groups = {
  nodes: 'Profiles on nodes:',
  profiles: 'Profiles, without a cluster:',
  workloads: 'Workloads:',
  learning: 'Learning what a program needs:',
  rest: 'The rest:',
} as const;

export interface Verb {
  /** yargs form: the name, then its positional arguments. */
  readonly command: string;
  readonly describe: string;
  readonly group: keyof typeof groups;
}

export const verbs = {
  apply: {
    command: 'apply',
    describe: 'Put seccomp profiles onto nodes, or bring nodes up to date',
    group: 'nodes',
  },
  status: { command: 'status [bundle]', describe: 'Show which bundles are on which nodes', group: 'nodes' },
  verify: {
    command: 'verify [bundle]',
    describe: "Compare the nodes' disks with what was applied",
    group: 'nodes',
  },
  delete: { command: 'delete <bundle>', describe: 'Remove a bundle from nodes', group: 'nodes' },
  history: {
    command: 'history <bundle>',
    describe: 'List what was rolled out under a name, and what it changed',
    group: 'nodes',
  },
  rollback: {
    command: 'rollback <bundle>',
    describe: 'Bring back what a bundle held before',
    group: 'nodes',
  },
  prune: {
    command: 'prune [bundle]',
    describe: 'Remove old generations of bundles from nodes',
    group: 'nodes',
  },
  sync: {
    command: 'sync',
    describe: 'Bring nodes that joined, changed or missed a rollout up to date',
    group: 'nodes',
  },
  usage: {
    command: 'usage [profile]',
    describe: 'List which workloads use which profile, and where its file is missing',
    group: 'workloads',
  },
  check: {
    command: 'check [objects..]',
    describe: 'Say whether containers would start under their profiles, node by node',
    group: 'workloads',
  },
  bind: {
    command: 'bind [workload] [profile]',
    describe: 'Put a profile into a workload, watch it roll out, or take it back',
    group: 'workloads',
  },
  uninstall: {
    command: 'uninstall',
    describe: 'Remove every bundle and all that this plugin made in the cluster',
    group: 'nodes',
  },
  lint: {
    command: 'lint <files..>',
    describe: 'Say what is wrong with profiles, why it matters and how to mend it',
    group: 'profiles',
  },
  eval: {
    command: 'eval <file> <syscall> [args..]',
    describe: 'Say what a profile does with one call, and by which line',
    group: 'profiles',
  },
  explain: {
    command: 'explain <file> [syscalls..]',
    describe: 'Say in plain words what a profile does',
    group: 'profiles',
  },
  diff: {
    command: 'diff <before> <after>',
    describe: 'Compare what two profiles do, call by call, each change with an example',
    group: 'profiles',
  },
  merge: {
    command: 'merge <files..>',
    describe: 'Make one profile of several, or check that one lets through all that others do',
    group: 'profiles',
  },
  convert: {
    command: 'convert <files..>',
    describe: 'Write profiles in another form, and say what it cannot hold',
    group: 'profiles',
  },
  bundle: {
    command: 'bundle',
    describe: 'Build, inspect or verify a bundle file, without a cluster',
    group: 'profiles',
  },
  ui: {
    command: 'ui [place]',
    describe: 'Look at everything on a full screen, live, and work from there',
    group: 'rest',
  },
  rbac: {
    command: 'rbac [verbs..]',
    describe: 'Print the roles that verbs need, or a policy for the install namespace',
    group: 'rest',
  },
  completion: {
    command: 'completion <shell>',
    describe: 'Complete verbs, flags and names in your shell with the Tab key',
    group: 'rest',
  },
  version: {
    command: 'version',
    describe: 'Print the version of the plugin and of the cluster',
    group: 'rest',
  },
} as const satisfies Record<string, Verb>;

export type VerbName = keyof typeof verbs;

export const bundleVerbs = {
  build: { command: 'build', describe: 'Check profiles and pack them into one file' },
  inspect: { command: 'inspect <file>', describe: 'List what is in a bundle file' },
  verify: { command: 'verify <file>', describe: 'Check every byte of a bundle file against its manifest' },
} as const satisfies Record<string, Omit<Verb, 'group'>>;
