// Choices for a shell, as kubectl and Cobra's scripts read them.
import { sanitizeLine } from './sanitize.ts';

export interface ShownCompletion {
  readonly choices: readonly { readonly value: string; readonly describe?: string }[];
  readonly directive: number;
}

/** Renders a line `choice<TAB>description` each, and last `:<directive>`. */
export const renderCompletion = ({ choices, directive }: ShownCompletion): string => {
  const lines = choices
    // A shell may run what it inserts: a name with such characters is no name of Kubernetes.
    .filter(({ value }) => /^[\w./:@,=+-]+$/.test(value))
    .map(({ value, describe }) => (describe === undefined ? value : `${value}\t${sanitizeLine(describe)}`));
  return [...lines, `:${directive}`, ''].join('\n');
};
