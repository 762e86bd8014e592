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

/** The history that a watch asks for is no longer kept: list again. */
export function isExpired(error: unknown): boolean {
  return error instanceof KubeError && (error.code === 410 || error.reason === 'Expired');
}

export function isNotFound(error: unknown): boolean {
  return error instanceof KubeError && error.code === 404;
}

/** What is to be made is there already. */
export function isAlreadyExists(error: unknown): boolean {
  return error instanceof KubeError && error.code === 409 && error.reason === 'AlreadyExists';
}

/** The object was changed by someone else since it was read. */
export function isConflict(error: unknown): boolean {
  return error instanceof KubeError && error.code === 409 && error.reason !== 'AlreadyExists';
}
