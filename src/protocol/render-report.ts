// Report -> termination message. Always whole JSON of at most 4,096 bytes: the kubelet cuts anything longer in the
// middle (kubelet, `MaxContainerTerminationMessageLength`), and half a JSON says nothing.
import { type Inspection, MAXIMUM_REPORT_BYTES, type Report } from './report.ts';

export interface RenderedReport {
  /** For the termination message: at most 4,096 bytes of UTF-8. */
  readonly message: string;
  /** A line for the log, only where the inspection did not fit. */
  readonly logLine?: string;
}

/** Renders a report so that it fits; what is too long goes to the log (inspection) or is cut (words of an error). */
export const renderReport = (report: Report): RenderedReport => {
  const whole = JSON.stringify(report);
  if (fits(whole)) return { message: whole };
  const { inspection, ...rest } = report;
  if (inspection === undefined) return { message: shorten(report) };
  return {
    message: shorten({ ...rest, isInspectionInLog: true }),
    logLine: renderInspectionLine(inspection),
  };
};

/** Renders an inspection as the one line by which a reader of the log knows it. */
export const renderInspectionLine = (inspection: Inspection): string => JSON.stringify({ inspection });

const fits = (text: string): boolean => new TextEncoder().encode(text).length <= MAXIMUM_REPORT_BYTES;

const shorten = (report: Report): string => {
  const whole = JSON.stringify(report);
  if (fits(whole)) return whole;
  // By code points, so that no character is torn; by trial, because what JSON escapes takes up to six bytes.
  const points = [...(report.error?.message ?? '')];
  let kept = 0;
  let tooMany = points.length;
  while (kept + 1 < tooMany) {
    const middle = Math.floor((kept + tooMany) / 2);
    if (fits(withMessage(report, points, middle))) kept = middle;
    else tooMany = middle;
  }
  const shortened = withMessage(report, points, kept);
  if (fits(shortened)) return shortened;
  // What is left is bounded by its types but for what a kernel says of itself.
  const { actionsAvailable: _, ...facts } = report.facts;
  return shorten({ ...report, facts: { ...facts, kernel: facts.kernel.slice(0, 64) } });
};

const withMessage = (report: Report, points: readonly string[], kept: number): string => {
  if (report.error === undefined) return JSON.stringify(report);
  const message = kept === points.length ? points.join('') : `${points.slice(0, kept).join('')}…`;
  return JSON.stringify({ ...report, error: { ...report.error, message } });
};
