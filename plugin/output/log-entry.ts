// One line of `-v`, in the form of klog, which kubectl writes and log readers know.
import { sanitizeLine } from './sanitize.ts';

/** Writes `I1123 15:54:16.462888    3250 NAME:0] "MESSAGE" field="value" …`; several lines of a value are indented. */
export const renderLogEntry = (
  { message, fields }: LogLine,
  {
    nowMs,
    processId,
    source,
  }: { readonly nowMs: number; readonly processId: number; readonly source: string },
): string => {
  const values = fields.map(([name, value]) => ` ${sanitizeLine(name)}=${renderValue(value)}`).join('');
  return `I${renderTime(new Date(nowMs))} ${String(processId).padStart(7)} ${source}:0] ${quote(message)}${values}\n`;
};

export interface LogLine {
  readonly message: string;
  readonly fields: readonly (readonly [name: string, value: string | number])[];
}

const two = (value: number): string => String(value).padStart(2, '0');

/** By the local clock, as klog has it; a JavaScript clock knows no microseconds. */
const renderTime = (at: Date): string => {
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':');
  return `${two(at.getMonth() + 1)}${two(at.getDate())} ${time}.${String(at.getMilliseconds()).padStart(3, '0')}000`;
};

const renderValue = (value: string | number): string => {
  if (typeof value === 'number') return String(value);
  if (!value.includes('\n')) return quote(value);
  const lines = value.replace(/\n$/, '').split('\n');
  return `<\n${lines.map((line) => `\t${sanitizeLine(line)}\n`).join('')} >`;
};

const quote = (text: string): string => sanitizeLine(JSON.stringify(text));
