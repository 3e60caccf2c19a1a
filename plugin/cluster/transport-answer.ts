// Reading what the API server answered: bodies within limits, refusals as ApiError, warnings.
import { SeccompError } from '../../src/error.ts';
import { ApiError } from './api.ts';
import type { WireResponse } from './transport.ts';
import { type Place, renderServer } from './transport-errors.ts';

/** A page of 500 of the largest objects fits in; an endless body doesn't. */
const JSON_LIMIT_BYTES = 128 << 20;
const REFUSAL_LIMIT_BYTES = 1 << 20;
/** Of a refusal that is no Status object, such as a proxy's page. */
const QUOTE_LENGTH = 300;

/** Reads a JSON body; throws SeccompError `api` where it is none or larger than 128 MiB. */
export const readJson = async <T>(response: WireResponse, what: string): Promise<T> => {
  const { bytes, isCut } = await readUpTo(response.body, JSON_LIMIT_BYTES);
  if (isCut)
    throw new SeccompError('api', `the answer to ${what} is larger than ${JSON_LIMIT_BYTES >> 20} MiB`);
  try {
    return JSON.parse(bytes.toString('utf8')) as T;
  } catch (cause) {
    throw new SeccompError('api', `the answer to ${what} is not JSON`, {
      hint: 'Check that the address is that of a Kubernetes API server.',
      cause,
    });
  }
};

/** Reads text up to a limit; a character that the limit cuts is dropped. */
export const readText = async (response: WireResponse, limitBytes: number): Promise<string> => {
  const { bytes } = await readUpTo(response.body, limitBytes);
  return new TextDecoder().decode(bytes, { stream: true });
};

const readUpTo = async (
  body: AsyncIterable<Uint8Array>,
  limitBytes: number,
): Promise<{ readonly bytes: Buffer; readonly isCut: boolean }> => {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    sizeBytes += chunk.length;
    // Leaving the loop closes the connection: nothing more is downloaded.
    if (sizeBytes > limitBytes) return { bytes: Buffer.concat(chunks).subarray(0, limitBytes), isCut: true };
  }
  return { bytes: Buffer.concat(chunks), isCut: false };
};

interface StatusObject {
  readonly kind?: unknown;
  readonly message?: unknown;
  readonly reason?: unknown;
  readonly code?: unknown;
  readonly details?: { readonly retryAfterSeconds?: unknown };
}

/** Reads the body of a status of 400 and above, or of an unexpected redirection, into the error it means. */
export const readRefusal = async (
  response: WireResponse,
  what: string,
  place: Place,
  wallClockMs: number,
): Promise<ApiError> => {
  const text = await readText(response, REFUSAL_LIMIT_BYTES);
  const status = parseStatus(text);
  const retryAfterMs = parseRetryAfter(response.headers['retry-after'], wallClockMs);
  if (status !== undefined) return toApiError(status, what, place, response.status, retryAfterMs);
  const quote = text.trim().slice(0, QUOTE_LENGTH);
  return toApiError(
    { message: quote === '' ? undefined : `${what}: ${quote}` },
    what,
    place,
    response.status,
    retryAfterMs,
  );
};

/** Turns a Status object, of a body or of a watch event, into the error it means. */
export const toApiError = (
  status: StatusObject,
  what: string,
  place: Place,
  httpStatus?: number,
  retryAfterMs?: number,
): ApiError => {
  const code = httpStatus ?? (typeof status.code === 'number' ? status.code : 500);
  const reason =
    typeof status.reason === 'string' && status.reason !== '' ? status.reason : (REASONS[code] ?? 'Unknown');
  const message =
    typeof status.message === 'string' && status.message !== ''
      ? status.message
      : `${what}: refused with status ${code}`;
  const seconds = status.details?.retryAfterSeconds;
  const waitMs = retryAfterMs ?? (typeof seconds === 'number' && seconds > 0 ? seconds * 1000 : undefined);
  return new ApiError(code, reason, message, status, {
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
    ...(code === 401 && {
      hint: `The server at ${renderServer(place.server)} does not accept the credentials of ${place.source}; log in again.`,
    }),
  });
};

const REASONS: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  409: 'Conflict',
  410: 'Gone',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

const parseStatus = (text: string): StatusObject | undefined => {
  try {
    const value = JSON.parse(text) as StatusObject | null;
    return typeof value === 'object' && value?.kind === 'Status' ? value : undefined;
  } catch {
    return undefined; // a proxy's page, or plain text
  }
};

/** Parses seconds or an HTTP date (RFC 9110, 10.2.3) into milliseconds from now. */
export const parseRetryAfter = (header: string | undefined, wallClockMs: number): number | undefined => {
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - wallClockMs);
};

/** Parses `Warning: 299 - "text", …` (RFC 7234, 5.5) into the texts; what doesn't parse is left out. */
export const parseWarnings = (header: string | string[] | undefined): readonly string[] =>
  [
    ...[header ?? '']
      .flat()
      .join(', ')
      .matchAll(/299 [^\s"]+ "((?:[^"\\]|\\.)*)"/g),
  ].map((match) => match[1]!.replace(/\\(.)/g, '$1'));
