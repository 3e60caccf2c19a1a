// Which workload is meant: `deploy/web` as kubectl takes it. What cannot be changed is told from what does not exist.
import { SeccompError } from '../error.ts';
import { WORKLOAD_KINDS, type WorkloadKind } from './kinds.ts';
import { findKind, type NamedObject, parseName, splitNamed } from './named.ts';

/** What is bound: an object whose template can be changed. */
export type WorkloadChoice = NamedObject;

const WANTED = 'a Deployment, StatefulSet, DaemonSet, ReplicaSet, ReplicationController or CronJob';

/** The kinds whose template may be changed: the API server refuses every change to a Job's. */
export const BINDABLE_KINDS: readonly WorkloadKind[] = WORKLOAD_KINDS.filter(({ kind }) => kind !== 'Job');

/** Names an object as kubectl prints it, e.g. `deployment.apps/web`. */
export const renderWorkload = ({ kind, name }: WorkloadChoice): string =>
  `${kind.resource.replace(/^([a-z]+)s(?=\.|$)/, '$1')}/${name}`;

/** Parses `TYPE/NAME`; throws SeccompError `usage`. */
export const parseWorkload = (
  text: string,
  kinds: readonly WorkloadKind[] = BINDABLE_KINDS,
): WorkloadChoice => {
  const named = splitNamed(text);
  if (named === undefined) throw refuse(`"${text}" is no workload`, `Name ${WANTED}, e.g. deployment/web.`);
  const { type } = named;
  const name = parseName(named.name, text);
  const kind = findKind(type, kinds);
  if (kind) return { kind, name };
  if (/^jobs?(\.|$)/i.test(type))
    throw refuse(
      `the template of a Job cannot be changed: "${text}"`,
      'Bind the CronJob that makes it, or change what creates it: bind -f FILE edits a file.',
    );
  if (/^(po|pods?)$/i.test(type))
    throw refuse(
      `the profile of a Pod cannot be changed: "${text}"`,
      'Bind the workload that makes it, or change what creates it: bind -f FILE edits a file.',
    );
  const what = `"${type}" is no kind of workload that can be bound`;
  if (!/^[A-Za-z][A-Za-z0-9.-]*$/.test(type)) throw refuse(what, `Name ${WANTED}.`);
  throw refuse(
    what,
    `Name ${WANTED}. Of other kinds the template is not known here; where it is spec.template, as an Argo Rollout's is, this sets PROFILE by hand, for containers that set none of their own:
  kubectl patch ${type.toLowerCase()} ${name} --type=merge -p '{"spec":{"template":{"spec":{"securityContext":{"seccompProfile":{"type":"Localhost","localhostProfile":"PROFILE"}}}}}}'`,
  );
};

const refuse = (message: string, hint: string): SeccompError => new SeccompError('usage', message, { hint });
