// From what a file says to Docker's form, which keeps every condition. Only errnos by name, which containers/common alone
// reads, become numbers.
import { SeccompError } from '../../error.ts';
import type { Located } from '../document.ts';
import { readErrno } from '../errno.ts';
import type { SourceProfile } from '../oci.ts';
import type { CompileOptions } from '../prepared.ts';
import { dockerJson } from '../render-docker.ts';
import type { Json } from '../render-json.ts';
import { FILE_START, placeOf } from '../report.ts';
import { commentsOf } from './lost-fields.ts';
import type { FoundProfile } from './read-profiles.ts';
import type { Remark } from './remark.ts';

/** Returns the profile as Docker's object; throws SeccompError `profile` for an errno that is not the same everywhere. */
export const toDocker = (
  { node, file, text }: FoundProfile,
  source: SourceProfile,
  { architectures }: CompileOptions,
): { readonly json: Json; readonly remarks: readonly Remark[] } => {
  const remarks: Remark[] = [];
  const numberOf = (name: string | undefined, number: number | undefined, at: Located) => {
    if (name === undefined) return number;
    const numbers = architectures.map((one) => readErrno(name, one));
    const { line, column } = placeOf(text, at.offset);
    if (numbers.some((one) => one !== numbers[0]))
      throw new SeccompError(
        'profile',
        `${file}:${line}:${column}: the errno ${name} has not the same number on ${architectures.join(' and ')}`,
        { hint: 'Convert it once for each architecture, with --arch.' },
      );
    remarks.push({ kind: 'decided', at, message: `the errno ${name} became the number ${numbers[0]}` });
    return typeof numbers[0] === 'number' ? numbers[0] : number;
  };
  const { defaultErrnoName, defaultErrnoRet, ...rest } = source;
  const errno = numberOf(defaultErrnoName, defaultErrnoRet, source.defaultAt ?? FILE_START);
  const plain = dockerJson({
    ...rest,
    ...(errno !== undefined && { defaultErrnoRet: errno }),
    rules: source.rules.map(({ errnoName, errnoRet, isSingular: _, ...rule }) => {
      const number = numberOf(errnoName, errnoRet, rule.at);
      return { ...rule, ...(number !== undefined && { errnoRet: number }) };
    }),
  });
  const comments = node === undefined ? new Map<number, string>() : commentsOf(node);
  const syscalls = ((plain.syscalls as readonly { readonly [name: string]: Json }[] | undefined) ?? []).map(
    (rule, at) => {
      const comment = comments.get(source.rules[at]!.at.offset);
      return comment === undefined ? rule : { ...rule, comment };
    },
  );
  return { json: { ...plain, ...(syscalls.length > 0 && { syscalls }) }, remarks };
};
