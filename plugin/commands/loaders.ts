// Which module holds each verb: it is loaded when the verb is asked for, and nothing else with it.
import type { CommandModule } from 'yargs';
import type { Outside } from '../outside.ts';
import type { VerbName } from './verbs.ts';

export type Loader = (outside: Outside) => Promise<CommandModule>;

export const loaders: Readonly<Record<VerbName, Loader>> = {
  apply: async (outside) => (await import('./apply.ts')).applyCommand(outside),
  status: async (outside) => (await import('./status.ts')).statusCommand(outside),
  verify: async (outside) => (await import('./verify.ts')).verifyCommand(outside),
  delete: async (outside) => (await import('./delete.ts')).deleteCommand(outside),
  history: async (outside) => (await import('./history.ts')).historyCommand(outside),
  rollback: async (outside) => (await import('./rollback.ts')).rollbackCommand(outside),
  prune: async (outside) => (await import('./prune.ts')).pruneCommand(outside),
  sync: async (outside) => (await import('./sync.ts')).syncCommand(outside),
  usage: async (outside) => (await import('./usage.ts')).usageCommand(outside),
  check: async (outside) => (await import('./check.ts')).checkCommand(outside),
  bind: async (outside) => (await import('./bind.ts')).bindCommand(outside),
  uninstall: async (outside) => (await import('./uninstall.ts')).uninstallCommand(outside),
  lint: async (outside) => (await import('./lint.ts')).lintCommand(outside),
  eval: async (outside) => (await import('./eval.ts')).evalCommand(outside),
  explain: async (outside) => (await import('./explain.ts')).explainCommand(outside),
  diff: async (outside) => (await import('./diff.ts')).diffCommand(outside),
  merge: async (outside) => (await import('./merge.ts')).mergeCommand(outside),
  convert: async (outside) => (await import('./convert.ts')).convertCommand(outside),
  bundle: async (outside) => (await import('./bundle.ts')).bundleCommand(outside),
  rbac: async (outside) => (await import('./rbac.ts')).rbacCommand(outside),
  completion: async (outside) => (await import('./completion.ts')).completionCommand(outside),
  ui: async (outside) => (await import('./ui.ts')).uiCommand(outside),
  version: async (outside) => (await import('./version.ts')).versionCommand(outside),
};
