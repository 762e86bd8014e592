import { REASON } from './conditions.ts';
import { isConflict, isGivenUp, KubeError } from './kube/kube-error.ts';

/** Trying again may help: a back-off, and a word in the status unless it is a matter of milliseconds. */
export class TransientError extends Error {
  override name = 'TransientError';
  readonly reason: string;
  /** A stale read: the next try sees the newer object, and nobody needs to hear of it. */
  readonly silent: boolean;

  constructor(reason: string, message: string, options?: ErrorOptions & { silent?: boolean }) {
    super(message, options);
    this.reason = reason;
    this.silent = options?.silent ?? false;
  }
}

/** Someone else has to act, and the API server will not tell when: looked at again after a while. */
export class WaitingError extends Error {
  override name = 'WaitingError';
  readonly reason: string;
  readonly afterMs: number;

  constructor(reason: string, message: string, afterMs: number) {
    super(message);
    this.reason = reason;
    this.afterMs = afterMs;
  }
}

/** Nothing helps until the spec changes. */
export class StalledError extends Error {
  override name = 'StalledError';
  readonly reason: string;

  constructor(reason: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

export type ReconcileError = TransientError | WaitingError | StalledError;

/** The one place that says what an error means for the object and for the queue. */
export function toReconcileError(error: unknown): ReconcileError {
  if (error instanceof TransientError || error instanceof WaitingError || error instanceof StalledError) {
    return error;
  }
  if (error instanceof KubeError) return fromKube(error);
  const message = error instanceof Error ? error.message : String(error);
  return new TransientError(REASON.internalError, message, { cause: error });
}

function fromKube(error: KubeError): ReconcileError {
  const { code, message } = error;
  if (code === 422 || code === 400) {
    return new StalledError(REASON.childRefused, `the API server refuses it: ${message}`, { cause: error });
  }
  // Admission webhooks write whole sentences there, which no condition may have for a reason.
  const reason = /^[A-Z][A-Za-z]{0,63}$/.test(error.reason) ? error.reason : REASON.requestFailed;
  return new TransientError(reason, message, { cause: error, silent: isConflict(error) || isGivenUp(error) });
}

/** Nobody needs to hear of it. */
export function isSilent(error: ReconcileError): boolean {
  return error instanceof TransientError && error.silent;
}

/** Of several the one that is tried again soonest: the others come up again then. Silent ones come last. */
export function mostPressing(errors: readonly ReconcileError[]): ReconcileError | undefined {
  const rank = (error: ReconcileError): number => {
    if (isSilent(error)) return 3;
    return error instanceof TransientError ? 0 : error instanceof WaitingError ? 1 : 2;
  };
  return errors.toSorted((a, b) => rank(a) - rank(b))[0];
}

export type Requeue = { after: 'backoff' } | { after: 'change' } | { after: 'ms'; ms: number };

export function requeueOf(error: ReconcileError): Requeue {
  if (error instanceof WaitingError) return { after: 'ms', ms: error.afterMs };
  return { after: error instanceof StalledError ? 'change' : 'backoff' };
}
