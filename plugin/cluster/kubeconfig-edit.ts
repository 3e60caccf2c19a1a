// Sets values of one user's auth-provider in the text of a kubeconfig. Pure; promises that nothing else in the file
// changes, comments and layout included: the result is read again and compared before it is handed out.
import { isDeepStrictEqual } from 'node:util';
import { type Document, isMap, isPair, isScalar, isSeq, parseDocument, type YAMLMap } from 'yaml';
import { SeccompError } from '../../src/error.ts';

interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

const READ = { version: '1.1', uniqueKeys: false, prettyErrors: false, logLevel: 'error' } as const;

/** Returns the new text. Throws SeccompError `config` where the file is written in a way that this cannot keep. */
export const setProviderValues = (
  text: string,
  userName: string,
  values: Readonly<Record<string, string>>,
): string => {
  const refuse = () =>
    new SeccompError(
      'config',
      `the auth-provider of user "${userName}" is written in a way that is not edited`,
    );
  const document = parseDocument(text, READ);
  const config = findConfig(document, userName);
  if (config === undefined) throw refuse();
  const edits = Object.entries(values).map(([key, value]) => planEdit(text, config, key, value));
  if (edits.some((edit) => edit === undefined)) throw refuse();
  const edited = (edits as Edit[])
    .toSorted((one, other) => other.from - one.from)
    .reduce((so, { from, to, text: put }) => so.slice(0, from) + put + so.slice(to), text);
  const wanted = document.toJS() as object;
  Object.assign(findPlain(wanted, userName) ?? {}, values);
  // Threat: an anchor that others refer to would change them as well.
  if (!isDeepStrictEqual(parseDocument(edited, READ).toJS(), wanted)) throw refuse();
  return edited;
};

const findConfig = (document: Document, userName: string): YAMLMap | undefined => {
  const users = document.get('users');
  const entry = isSeq(users)
    ? users.items.find((item): item is YAMLMap => isMap(item) && item.get('name') === userName)
    : undefined;
  const config = entry?.getIn(['user', 'auth-provider', 'config']);
  return isMap(config) ? config : undefined;
};

interface PlainUser {
  readonly name?: string;
  readonly user?: { readonly 'auth-provider'?: { readonly config?: Record<string, string> } };
}

const findPlain = (root: { readonly users?: readonly PlainUser[] }, userName: string) =>
  root.users?.find(({ name }) => name === userName)?.user?.['auth-provider']?.config;

const planEdit = (text: string, config: YAMLMap, key: string, value: string): Edit | undefined => {
  const quoted = JSON.stringify(value);
  const pair = config.items.findLast((item) => isScalar(item.key) && item.key.value === key);
  if (pair === undefined) {
    const first = config.items[0];
    const at = isPair(first) && isScalar(first.key) ? first.key.range?.[0] : undefined;
    if (at === undefined) return undefined;
    const indent = at - (text.lastIndexOf('\n', at - 1) + 1);
    const put = config.flow ? `"${key}": ${quoted}, ` : `${key}: ${quoted}\n${' '.repeat(indent)}`;
    return { from: at, to: at, text: put };
  }
  if (!isScalar(pair.value) || !pair.value.range) return undefined;
  const [from, to] = pair.value.range;
  // A value that is not there has no width, and follows the colon directly.
  if (from === to) return { from, to, text: ` ${quoted}` };
  return { from, to, text: text.slice(from, to).endsWith('\n') ? `${quoted}\n` : quoted };
};
