// Label selectors as `kubectl -l` takes them: parsed and matched in this process, so that a record's selector can be
// asked of a node without asking the API server (apimachinery, pkg/labels/selector.go).
import { SeccompError } from '../error.ts';

export type Requirement =
  | { readonly key: string; readonly operator: 'in' | 'notin'; readonly values: readonly string[] }
  | { readonly key: string; readonly operator: 'exists' | 'absent' }
  | { readonly key: string; readonly operator: '>' | '<'; readonly value: number };

/** All must hold; none means everything matches. */
export type Selector = readonly Requirement[];

const KEY = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const VALUE = /^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/;
const TOKEN = /\s*(==|!=|=|!|<|>|\(|\)|,|[^\s=!<>(),]+)/y;

/** Parses a selector; throws SeccompError `usage` that quotes it. */
export const parseSelector = (text: string): Selector => {
  const tokens = readTokens(text);
  let at = 0;
  const next = () => tokens[at++];
  const refuse = (wanted: string): never => {
    throw new SeccompError('usage', `"${text}" is no label selector: wanted ${wanted}`, {
      hint: 'write it as for kubectl -l, e.g. pool=web,zone in (a,b),!spot',
    });
  };
  const key = (token: string | undefined) =>
    token !== undefined && KEY.test(token) ? token : refuse('a label key');
  const value = (token: string | undefined) =>
    VALUE.test(token ?? '') ? (token ?? '') : refuse('a label value');
  /** `a=` and `a=,b` mean the empty value. */
  const valueAfterSign = () => (at < tokens.length && tokens[at] !== ',' ? value(next()) : '');
  const values = () => {
    if (next() !== '(') refuse('"(" after in or notin');
    const found: string[] = [];
    for (;;) {
      found.push(tokens[at] === ',' || tokens[at] === ')' ? '' : value(next()));
      const sign = next();
      if (sign === ')') return found;
      if (sign !== ',') refuse('"," or ")" in a list of values');
    }
  };
  const number = () => {
    const digits = next() ?? '';
    return /^-?\d+$/.test(digits) ? Number(digits) : refuse('a whole number after < or >');
  };
  const requirement = (): Requirement => {
    if (tokens[at] === '!') {
      at += 1;
      return { key: key(next()), operator: 'absent' };
    }
    const name = key(next());
    const operator = tokens[at];
    if (operator === undefined || operator === ',') return { key: name, operator: 'exists' };
    at += 1;
    switch (operator) {
      case '=':
      case '==':
        return { key: name, operator: 'in', values: [valueAfterSign()] };
      case '!=':
        return { key: name, operator: 'notin', values: [valueAfterSign()] };
      case 'in':
      case 'notin':
        return { key: name, operator, values: values() };
      case '<':
      case '>':
        return { key: name, operator, value: number() };
      default:
        return refuse('an operator after the key');
    }
  };
  const requirements: Requirement[] = [];
  while (at < tokens.length) {
    requirements.push(requirement());
    if (at < tokens.length && next() !== ',') refuse('"," between requirements');
    else if (at === tokens.length && tokens[at - 1] === ',' && tokens.length > 0)
      refuse('something after ","');
  }
  return requirements;
};

const readTokens = (text: string): string[] => {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match; match = TOKEN.exec(text)) tokens.push(match[1] ?? '');
  return tokens;
};

/** Tells whether labels satisfy every requirement. */
export const matchesSelector = (selector: Selector, labels: Readonly<Record<string, string>>): boolean =>
  selector.every((requirement) => {
    const value = Object.hasOwn(labels, requirement.key) ? labels[requirement.key] : undefined;
    switch (requirement.operator) {
      case 'exists':
        return value !== undefined;
      case 'absent':
        return value === undefined;
      case 'in':
        return value !== undefined && requirement.values.includes(value);
      case 'notin': // also a node that lacks the label, as the API server does
        return value === undefined || !requirement.values.includes(value);
      default: {
        if (value === undefined || !/^-?\d+$/.test(value)) return false;
        return requirement.operator === '>'
          ? Number(value) > requirement.value
          : Number(value) < requirement.value;
      }
    }
  });
