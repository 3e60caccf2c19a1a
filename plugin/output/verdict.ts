// A verdict as documents give it and as people read it: the action, the errno by name, the place that decided.
import { type Located, renderPath } from '../../src/profile/document.ts';
import { nameOfErrno } from '../../src/profile/errno.ts';
import type { Verdict } from '../../src/profile/evaluate.ts';
import type { Architecture } from '../../src/profile/prepared.ts';
import { placeOf } from '../../src/profile/report.ts';
import type { Outcome } from '../../src/profile/resolve.ts';

export interface PlaceDocument {
  readonly line: number;
  readonly column: number;
  readonly path: string;
}

export interface OutcomeDocument {
  readonly action: string;
  readonly errno?: number;
  readonly errnoName?: string;
}

export interface DecisionDocument extends OutcomeDocument {
  readonly by: Verdict['by'];
  readonly place?: PlaceDocument;
  readonly certainty: Verdict['certainty'];
}

/** Returns where something stands in a file. */
export type Places = (at: Located) => PlaceDocument;

/** Finds places in a text; each is looked up once. */
export const placesIn = (text: string): Places => {
  const known = new Map<Located, PlaceDocument>();
  return (at) => {
    const place = known.get(at) ?? { ...placeOf(text, at.offset), path: renderPath(at.path) };
    known.set(at, place);
    return place;
  };
};

/** Makes the document of an outcome. */
export const outcomeDocument = ({ action, errno }: Outcome, architecture: Architecture): OutcomeDocument => {
  const errnoName =
    action === 'SCMP_ACT_ERRNO' && errno !== undefined ? nameOfErrno(errno, architecture) : undefined;
  return {
    action,
    ...(errno !== undefined && { errno }),
    ...(errnoName !== undefined && { errnoName }),
  };
};

/** Makes the document of a verdict. */
export const decisionDocument = (
  { outcome, by, at, certainty }: Verdict,
  places: Places,
  architecture: Architecture,
): DecisionDocument => ({
  ...outcomeDocument(outcome, architecture),
  by,
  ...(at !== undefined && { place: places(at) }),
  certainty,
});

/** Renders an outcome as `ERRNO 1 (EPERM)`. */
export const renderOutcome = ({ action, errno, errnoName }: OutcomeDocument): string => {
  const short = action.slice('SCMP_ACT_'.length);
  if (errno === undefined) return short;
  return `${short} ${errno}${errnoName === undefined ? '' : ` (${errnoName})`}`;
};
