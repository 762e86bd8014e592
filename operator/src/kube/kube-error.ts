/** An answer of the API server other than 2xx, or no answer at all (`code` 0). */
export class KubeError extends Error {
  override name = 'KubeError';
  readonly code: number;
  /** Of the Status object: AlreadyExists, Conflict, NotFound, Forbidden, Expired, ... */
  readonly reason: string;

  constructor(code: number, reason: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.reason = reason;
  }
}

/** The reason of an error without an answer: there was nothing to be let in with, so that nothing was asked. */
export const NOT_LOGGED_IN = 'NotLoggedIn';

/** The reason of an error without an answer: who asked is about to end, and waits for none. */
export const STOPPED = 'Stopped';

/** The history that a watch asks for is no longer kept: list again. */
export function isExpired(error: unknown): boolean {
  return error instanceof KubeError && (error.code === 410 || error.reason === 'Expired');
}

export function isNotFound(error: unknown): boolean {
  return error instanceof KubeError && error.code === 404;
}

/** The server does not know what it is asked for in this way. */
export function isNotUnderstood(error: unknown): boolean {
  return error instanceof KubeError && (error.code === 400 || error.code === 422);
}

/** What is to be made is there already. */
export function isAlreadyExists(error: unknown): boolean {
  return error instanceof KubeError && error.code === 409 && error.reason === 'AlreadyExists';
}

export function isGivenUp(error: unknown): boolean {
  return error instanceof KubeError && error.reason === STOPPED;
}

/** The object was changed by someone else since it was read. */
export function isConflict(error: unknown): boolean {
  return error instanceof KubeError && error.code === 409 && error.reason !== 'AlreadyExists';
}
