// Whether a runtime starts a container with a file as it is, and what it says where it doesn't. Odd files never become a
// profile here, so this goes by the document itself, the way the file takes on a node: its reader, the runtime,
// libseccomp, and then the calls that the runtime makes under the filter.

import { type DocumentNode, type Located, memberOf } from '../document.ts';
import type { SourceProfile } from '../oci.ts';
import type { Architecture } from '../prepared.ts';
import { resolve } from '../resolve.ts';
import { LIBSECCOMP_VERSIONS } from '../syscalls.ts';
import { cutForCrun, decodeCrun } from './decode-crun.ts';
import { type DecodedProfile, type Ignored, Refusal, type Stage, Undecided } from './decoded.ts';
import { architectureInCrun, loadCrun } from './load-crun.ts';
import { architectureInRunc, findListenerRefusal, type LoadFacts, loadRunc } from './load-runc.ts';
import { missingToStart } from './missing.ts';
import { decodeOci, encodeOci } from './oci-fields.ts';
import { type Runtime, versionsOf } from './runtimes.ts';
import { ANY, takenProfile } from './taken.ts';

/** On what kind of node; what is absent is unknown. */
export interface LoadQuestion {
  readonly runtime: Runtime['name'];
  readonly version?: string;
  /** Who reads the file; `raw`: it stands in a config.json as it is. CRI-O's is predicted for plain OCI files only. */
  readonly reader: 'raw' | 'containerd' | 'cri-o';
  readonly architecture: Architecture;
  /** One of `LIBSECCOMP_VERSIONS`. */
  readonly libseccomp?: string;
  readonly noNewPrivileges?: boolean;
  /** Whether somebody listens at the profile's `listenerPath`. */
  readonly hasListener?: boolean;
  /** Ends where the filter is loaded: the runtime's own calls under it are asked for elsewhere. */
  readonly isLoadOnly?: boolean;
}

export type Prediction =
  /** `message` is the tail of what the runtime prints, `…` what varies between versions; empty where it says nothing. */
  | { readonly kind: 'refused'; readonly message: string; readonly stage: Stage; readonly at: Located }
  /** The container runs unconfined. */
  | { readonly kind: 'no-filter'; readonly ignored: readonly Ignored[] }
  /** `source` is what was taken of the file, which may differ from what it says. */
  | { readonly kind: 'accepted'; readonly ignored: readonly Ignored[]; readonly source: SourceProfile }
  | { readonly kind: 'unknown'; readonly reason: string };

/** Predicts what becomes of a file, given as its root; unknown where what is not known of the node would decide. */
export const predictLoad = (document: DocumentNode, question: LoadQuestion): Prediction => {
  const versions = versionsOf({
    name: question.runtime,
    ...(question.version !== undefined && { version: question.version }),
  });
  const libraries = question.libseccomp === undefined ? LIBSECCOMP_VERSIONS : [question.libseccomp];
  let first: Prediction | undefined;
  for (const version of versions) {
    for (const libseccomp of libraries) {
      const prediction = predictOne(document, question, { ...question, version, libseccomp });
      if (prediction.kind === 'unknown') return prediction;
      first ??= prediction;
      if (first.kind !== prediction.kind) {
        return { kind: 'unknown', reason: `${first.kind} or ${prediction.kind}, by version` };
      }
    }
  }
  return first!;
};

const predictOne = (document: DocumentNode, question: LoadQuestion, facts: LoadFacts): Prediction => {
  const ignored: Ignored[] = [];
  try {
    const profile = take(document, question, facts, ignored);
    if (profile === undefined) return { kind: 'no-filter', ignored };
    const source = takenProfile(
      profile,
      question.runtime === 'crun' ? architectureInCrun : architectureInRunc,
    );
    const unheard = question.runtime === 'runc' ? findListenerRefusal(profile, facts) : undefined;
    if (question.isLoadOnly !== true) checkStart(source, unheard, question, facts);
    else if (unheard !== undefined) throw unheard;
    return { kind: 'accepted', ignored, source };
  } catch (error) {
    if (error instanceof Undecided) return { kind: 'unknown', reason: error.message };
    if (!(error instanceof Refusal)) throw error;
    const { message, stage, at } = error;
    return { kind: 'refused', message, stage, at: { offset: at.offset, path: at.path } };
  }
};

/** Follows a file to where its filter would be loaded; undefined where there is none. */
const take = (
  document: DocumentNode,
  { runtime, reader }: LoadQuestion,
  facts: LoadFacts,
  ignored: Ignored[],
): DecodedProfile | undefined => {
  // A profile that is null is none in a config.json; containerd makes an empty one of it.
  if (reader === 'raw' && document.kind === 'null') return undefined;
  const handed = reader === 'raw' ? document : encodeOci(decodeOci(document, ignored));
  if (reader === 'cri-o') checkPlain(document, ignored);
  if (runtime === 'runc') {
    const profile = decodeOci(handed, ignored);
    return loadRunc(profile, facts) ? profile : undefined;
  }
  const decoded = decodeCrun(handed, facts.version, ignored);
  if (decoded === undefined) return undefined;
  const profile = cutForCrun(decoded, ignored);
  loadCrun(profile, facts);
  return profile;
};

/** CRI-O reads Docker's fields too, and decides some of them for each container. */
const DOCKER_FIELDS = /^the field "(name|archMap|includes|excludes|errno|defaultErrno)"$/i;

const checkPlain = (document: DocumentNode, ignored: readonly Ignored[]): void => {
  const [field] = ignored.filter(({ what }) => DOCKER_FIELDS.test(what));
  if (field !== undefined) throw new Undecided(`${field.what} means something to CRI-O: compile the file`);
  // There the items are pointers, and what comes of null was not measured.
  const lists = [memberOf(document, 'syscalls')].flatMap((rules) =>
    rules?.kind === 'array' ? rules.items : [],
  );
  const items = lists.flatMap((rule) => {
    const args = memberOf(rule, 'args');
    return [rule, ...(args?.kind === 'array' ? args.items : [])];
  });
  if (items.some(({ kind }) => kind === 'null')) throw new Undecided('null in place of a rule or condition');
};

const checkStart = (
  source: SourceProfile,
  unheard: Refusal | undefined,
  question: LoadQuestion,
  facts: LoadFacts,
): void => {
  const filter = resolve(source, { ...ANY, ...facts, runtime: question.runtime });
  const { architecture, runtime: name, noNewPrivileges } = question;
  const ways = noNewPrivileges === undefined ? [true, false] : [noNewPrivileges];
  const lacks = missingToStart(filter, {
    architecture,
    runtime: { name, version: facts.version },
    ...(noNewPrivileges !== undefined && { noNewPrivileges }),
  });
  const [lack] = lacks;
  if (unheard !== undefined) {
    // With both it is not told which one shows.
    throw lack === undefined ? unheard : new Refusal(unheard.stage, unheard.at, '');
  }
  if (lack === undefined) return;
  if (lacks.length < ways.length || lacks.some(({ certainty }) => certainty === 'may')) {
    const calls = lack.calls.map((call) => call.name).join(', ');
    throw new Undecided(`the filter refuses what ${name} ${facts.version} may need to start: ${calls}`);
  }
  throw new Refusal('start', lack.calls[0]?.at ?? source.defaultAt!, lack.message);
};
