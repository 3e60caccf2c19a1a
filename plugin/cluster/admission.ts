// The API server's words when it refuses a Pod -> our reason, and whether trying again may help. Pure.
import type { Reason } from '../../src/rollout/node.ts';
import type { ApiError } from './api.ts';

export interface Denial {
  readonly reason: Reason;
  /** False: it may go away by itself, and the Job controller tries again. */
  readonly isFinal: boolean;
}

interface Rule extends Omit<Denial, 'reason'> {
  readonly pattern: RegExp;
  readonly code: Reason['code'];
  readonly hint?: string;
}

/** The first that matches counts. */
const RULES: readonly Rule[] = [
  {
    pattern: /violates PodSecurity/,
    code: 'pod-security',
    isFinal: true,
    hint: 'a hostPath volume needs a namespace that allows it: label it pod-security.kubernetes.io/enforce=privileged, or choose another one with --install-namespace',
  },
  {
    pattern: /unable to validate against any security context constraint/,
    code: 'pod-security',
    isFinal: true,
    hint: "allow the install namespace's default service account a security context constraint with hostPath volumes",
  },
  {
    pattern: /exceeded quota|failed quota/,
    code: 'quota',
    isFinal: false,
    hint: 'raise the quota or choose another --install-namespace',
  },
  // A webhook that cannot be reached may come back; one that answers has made up its mind.
  { pattern: /failed calling webhook/, code: 'webhook', isFinal: false },
  { pattern: /admission webhook ".*" denied the request/, code: 'webhook', isFinal: true },
  // The service account controller makes it a moment after the namespace.
  {
    pattern: /error looking up service account|serviceaccount ".*" not found/,
    code: 'admission',
    isFinal: false,
  },
  { pattern: /no PriorityClass with name/, code: 'admission', isFinal: true, hint: 'see --priority-class' },
  {
    pattern: /because it is being terminated/,
    code: 'admission',
    isFinal: true,
    hint: 'wait until the namespace is gone, then run it again',
  },
  {
    pattern: / cannot \w+ resource /,
    code: 'forbidden',
    isFinal: true,
    hint: 'ask for the rights, or use another user with --as or --context',
  },
];

/**
 * Tells whether the server has refused a request for good: then it has done nothing. A webhook that cannot be reached
 * is told as an internal error.
 */
export const isRefusal = ({ status, message }: ApiError): boolean =>
  (status < 500 && status !== 429) || readDenial(message).reason.code === 'webhook';

/** Reads a refusal's message, from a response or a FailedCreate event. */
export const readDenial = (message: string): Denial => {
  const rule = RULES.find(({ pattern }) => pattern.test(message));
  if (!rule) return { reason: { code: 'admission', message }, isFinal: true };
  const { code, hint, isFinal } = rule;
  return { reason: { code, message, ...(hint !== undefined && { hint }) }, isFinal };
};
