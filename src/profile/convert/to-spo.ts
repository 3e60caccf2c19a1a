// A SeccompProfile of the Security Profiles Operator: which of a plain profile its custom resource has no place for.
// Source: security-profiles-operator api/seccompprofile/v1beta1/seccompprofile_types.go.

import { SeccompError } from '../../error.ts';
import { DEFAULT_ERRNO } from '../actions.ts';
import { type Located, quote } from '../document.ts';
import type { Condition, Profile, Rule } from '../oci.ts';
import type { Json } from '../render-json.ts';
import { ociJson } from '../render-oci.ts';
import { placeOf } from '../report.ts';
import type { Remark } from './remark.ts';
import type { Origin } from './to-plain.ts';
import { withoutErrnos } from './without-errnos.ts';

/** The oldest version that today's releases serve. */
export const SPO_API_VERSION = 'security-profiles-operator.x-k8s.io/v1beta1';

/** The resource's numbers are int64; larger ones reach the operator as floating point, or not at all. */
const LARGEST = 2n ** 63n - 1n;
const LISTENER = /^\/var\/run\/security-profiles-operator\/[a-zA-Z0-9_\-.]+$/;

/** Returns the object, and what of the profile it lacks; throws SeccompError `profile` for a value that it can't hold. */
export const toSpo = (
  profile: Profile,
  { name, defaultAt, ...origin }: Origin & { readonly name: string; readonly defaultAt: Located },
): { readonly json: Json; readonly remarks: readonly Remark[] } => {
  const { defaultErrnoRet } = profile;
  const { rules, architectures, listenerPath, ...rest } = withoutErrnos(profile);
  const remarks: Remark[] = [];
  const lost = (message: string, at: Located = defaultAt): void => {
    remarks.push({ kind: 'lost', at, message });
  };
  if (defaultErrnoRet !== undefined && defaultErrnoRet !== DEFAULT_ERRNO)
    lost(
      `defaultErrnoRet ${defaultErrnoRet}: what the default refuses fails with errno ${DEFAULT_ERRNO} (EPERM)`,
    );
  if (architectures.includes('SCMP_ARCH_LOONGARCH64'))
    lost('SCMP_ARCH_LOONGARCH64, which the resource has no word for; on such nodes it is covered anyway');
  if (listenerPath !== undefined && !LISTENER.test(listenerPath))
    lost(
      `listenerPath ${quote(listenerPath)} will be refused: it must lie in /var/run/security-profiles-operator/`,
    );
  const spec = ociJson({
    ...rest,
    ...(listenerPath !== undefined && { listenerPath }),
    architectures: [...new Set(architectures)].filter((one) => one !== 'SCMP_ARCH_LOONGARCH64'),
    flags: [...new Set(rest.flags)],
    rules: rules.flatMap((rule, at) => {
      const { names, errnoRet } = profile.rules[at]!;
      if (errnoRet === 0)
        lost(
          `errnoRet 0, which the operator takes for none: the call fails with errno ${DEFAULT_ERRNO}`,
          rule.at,
        );
      // The resource refuses an empty list of names, and a name that stands in it twice.
      if (names.length === 0) lost('a rule without names', rule.at);
      refuseLarge(rule, origin);
      return rule.names.length === 0 ? [] : [{ ...rule, names: [...new Set(rule.names)] }];
    }),
  });
  const json = { apiVersion: SPO_API_VERSION, kind: 'SeccompProfile', metadata: { name }, spec };
  return { json, remarks };
};

const refuseLarge = ({ args, at }: Rule, { file, text }: Origin): void => {
  const large = args
    .flatMap(({ op, value, valueTwo }: Condition) =>
      op === 'SCMP_CMP_MASKED_EQ' ? [value, valueTwo] : [value],
    )
    .find((value) => value > LARGEST);
  if (large === undefined) return;
  const { line, column } = placeOf(text, at.offset);
  throw new SeccompError(
    'profile',
    `${file}:${line}:${column}: a SeccompProfile cannot hold the value ${large}; the largest is ${LARGEST}`,
  );
};
