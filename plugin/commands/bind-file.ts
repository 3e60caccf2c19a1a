// `bind -f FILE`: the change goes into a manifest that is kept in Git. The cluster is asked only what a content is called.
import { SeccompError } from '../../src/error.ts';
import type { Rolled } from '../../src/rollout/bound-profile.ts';
import { planWorkload } from '../../src/rollout/plan-bind.ts';
import { renderWorkload, type WorkloadChoice } from '../../src/workload/bind-names.ts';
import { withTemplate } from '../../src/workload/bind-patch.ts';
import { POD_KINDS } from '../../src/workload/named.ts';
import { type Patchable, renderChanges } from '../output/bind.ts';
import type { BoundWorkload } from '../output/bind-document.ts';
import { sanitizeText } from '../output/sanitize.ts';
import { editFileWorkload, type FileWorkload, findFileWorkloads } from '../output/workload-file.ts';
import type { Outside } from '../outside.ts';
import type { BindOptions } from './bind-options.ts';
import { readRolled, requestOf } from './bind-prepare.ts';
import { interruptible } from './interruptible.ts';
import { readProfileFile, STANDARD_INPUT } from './profile-file.ts';

const MAXIMUM_FILE_BYTES = 16 * 1024 * 1024;

export interface FileResult {
  readonly bound: BoundWorkload;
  readonly patchable: Patchable;
  /** The text as it is now; only of standard input, for standard output. */
  readonly text?: string;
}

/** Edits the one workload in place, or of standard input returns the text; throws where it cannot be told which. */
export const bindInFile = async (
  options: BindOptions & { readonly what: { readonly kind: 'file'; readonly file: string } },
  outside: Outside,
): Promise<FileResult> => {
  const { file } = options.what;
  const isInput = file === STANDARD_INPUT;
  const { content, shownAs } = await readProfileFile(file, MAXIMUM_FILE_BYTES, outside);
  const text = decode(content, shownAs);
  const chosen = chooseWorkload(findFileWorkloads(text, shownAs), options, shownAs);
  const rolled = await interruptible(readContents(options, outside), outside.signal);
  const { template, changes, remarks } = planWorkload(chosen.object, requestOf(options), rolled);
  outside.stderr.write(remarks.map((remark) => sanitizeText(`warning: ${remark}\n`)).join(''));
  const after = changes.length === 0 ? chosen.object : withTemplate(chosen.object, template);
  const { workload } = chosen;
  const isWritten = options.dryRun === 'none' && options.output !== 'patch';
  const edited = changes.length === 0 ? text : editFileWorkload(text, chosen, after, shownAs);
  if (isWritten) outside.stderr.write(changes.length === 0 ? '' : renderChanges({ workload, changes }));
  if (isWritten && !isInput && edited !== text)
    await outside.files.write(file, new TextEncoder().encode(edited));
  return {
    bound: { workload, action: changes.length === 0 ? 'unchanged' : 'bound', changes },
    patchable: { workload, before: chosen.object, after },
    ...(isInput && isWritten && { text: edited }),
  };
};

/** A file is what somebody will apply somewhere: only names of contents have to be looked up. */
const readContents = async (options: BindOptions, outside: Outside): Promise<Rolled | undefined> => {
  const { deed, isPinned, digest } = options;
  const isRevision = deed.kind === 'profile' && deed.choice.kind === 'revision';
  if (!isRevision && (!isPinned || digest !== undefined)) return undefined;
  return await readRolled({ ...options, isForced: false }, await outside.connect(options.connect), outside);
};

const chooseWorkload = (
  found: readonly FileWorkload[],
  { what, deed }: BindOptions,
  shownAs: string,
): FileWorkload => {
  if (deed.kind === 'undo')
    throw new SeccompError('usage', '--undo: a file is put back by what keeps it, such as Git');
  const wanted = what.kind === 'file' ? what.workload : undefined;
  const fitting = found.filter(({ workload }) => wanted === undefined || isSameName(workload, wanted));
  const [first] = fitting;
  if (first !== undefined && fitting.length === 1) return first;
  const names = found.map(({ workload }) => renderWorkload(workload)).join(', ');
  if (first === undefined)
    throw new SeccompError(
      'file',
      found.length === 0
        ? `"${shownAs}" holds no workload`
        : `"${shownAs}" does not hold ${renderWorkload(wanted!)}`,
      {
        hint:
          found.length === 0
            ? `Wanted is one of ${POD_KINDS.map(({ kind }) => kind).join(', ')}.`
            : `It holds ${names}.`,
      },
    );
  throw new SeccompError('usage', `"${shownAs}" holds several workloads: ${names}`, {
    hint: 'Name one of them before PROFILE.',
  });
};

const isSameName = (one: WorkloadChoice, other: WorkloadChoice): boolean =>
  one.kind.kind === other.kind.kind && one.name === other.name;

const decode = (bytes: Uint8Array, shownAs: string): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new SeccompError('file', `"${shownAs}" is not UTF-8 text`);
  }
};
