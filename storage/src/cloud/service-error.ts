/** What went wrong, in what it means for the caller. */
export type FailureKind =
  /** There is no such object. */
  | 'Absent'
  /** Written only if absent, and it is there. */
  | 'Taken'
  /** Another object by now than the one whose first piece was read. */
  | 'Replaced'
  /** The parts of an upload are not there: it was completed, aborted, or undone by another writer's. */
  | 'UploadGone'
  | 'NoContainer'
  /** Known, and not allowed to. */
  | 'Forbidden'
  /** Not known, or a wrong signature. */
  | 'BadCredentials'
  | 'NoCredentials'
  | 'ExpiredCredentials'
  /** The two clocks differ by more than signatures allow. */
  | 'ClockSkew'
  | 'Throttled'
  /** The server's own fault, or two writes at once: to be tried again. */
  | 'ServerFault'
  /** The name is not known, or nobody listens there. */
  | 'Unreachable'
  /** The connection was cut. */
  | 'Cut'
  /** Nothing, or not all, came in time. */
  | 'NoAnswer'
  | 'BadCertificate'
  /** Something else answered in the store's place. */
  | 'NotTheStore'
  /** The store does not honour conditions, on which everything rests. */
  | 'Unsafe'
  | 'Refused';

export interface FailureDetails {
  /** HTTP. */
  status?: number | undefined;
  /** The store's or the system's own name of it. */
  code?: string | undefined;
  /** Milliseconds that the server asks to be left alone. */
  retryAfter?: number | undefined;
  cause?: unknown;
}

/** A request that failed. */
export class ServiceError extends Error {
  override name = 'ServiceError';
  readonly kind: FailureKind;
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly retryAfter: number | undefined;
  /** How often it was sent, this time included, and for how long that took in all. */
  tries = 1;
  seconds = 0;

  constructor(kind: FailureKind, message: string, { status, code, retryAfter, cause }: FailureDetails = {}) {
    super(message, { cause });
    this.kind = kind;
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

export function isFailure(error: unknown, ...kinds: FailureKind[]): error is ServiceError {
  return error instanceof ServiceError && kinds.includes(error.kind);
}

const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|ALTNAME/;
const UNREACHABLE = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH', 'EAI_AGAIN']);
const CUT = new Set([
  'ECONNRESET',
  'EPIPE',
  'EPROTO',
  'ECONNABORTED',
  'ERR_STREAM_PREMATURE_CLOSE',
  'HPE_INVALID_CONSTANT',
]);

/** What an error of the network means, whichever SDK passes it on; undefined when it is none. */
export function failureOfNetwork(error: unknown): ServiceError | undefined {
  const code = codeWithin(error);
  if (code === undefined) return undefined;
  const { message } = error as Error;
  if (UNREACHABLE.has(code)) return new ServiceError('Unreachable', message, { code, cause: error });
  if (code === 'ETIMEDOUT') return new ServiceError('NoAnswer', message, { code, cause: error });
  if (CERTIFICATE.test(code)) return new ServiceError('BadCertificate', message, { code, cause: error });
  if (CUT.has(code) || /^(ERR_SSL|HPE)_/.test(code))
    return new ServiceError('Cut', message, { code, cause: error });
  return undefined;
}

/** SDKs wrap what the system says; of several addresses that were tried it says so of each. */
function codeWithin(error: unknown): string | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; depth++) {
    const { code } = at as NodeJS.ErrnoException;
    if (typeof code === 'string' && /^(E[A-Z]|ERR_|HPE_|CERT|DEPTH|SELF|UNABLE)/.test(code)) return code;
    at = at instanceof AggregateError ? at.errors[0] : at.cause;
  }
  return error instanceof Error && /^(aborted|socket hang up)$/.test(error.message)
    ? 'ECONNRESET'
    : undefined;
}

/** Milliseconds, of a Retry-After header: seconds, or a date. */
export function retryAfterOf(header: string | undefined | null, now = Date.now()): number | undefined {
  if (header === undefined || header === null || header.trim() === '') return undefined;
  const at = /^\s*\d+\s*$/.test(header) ? now + Number(header) * 1000 : Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

/**
 * A proxy's, a captive portal's or another server's page in place of an answer.
 * @param header of the answer, by lower-case name
 */
export function refuseAlien(status: number, header: (name: string) => string | null | undefined): void {
  if (!/^text\/html/i.test(header('content-type') ?? '')) return;
  if ((header('x-ms-request-id') ?? header('x-amz-request-id')) != null) return;
  throw new ServiceError('NotTheStore', `a page of HTML, with the status ${status}`, {
    status,
    retryAfter: retryAfterOf(header('retry-after')),
  });
}
