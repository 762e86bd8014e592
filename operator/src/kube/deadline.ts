/**
 * Work that is wanted for so long, and until one of the signals. Its signal outlives it by nothing: with `AbortSignal.timeout`
 * each request's timer would be kept for its whole time, however soon the answer came.
 */
export async function within<T>(
  ms: number,
  signals: readonly (AbortSignal | undefined)[],
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const wanted = new AbortController();
  const timer = setTimeout(() => wanted.abort(new Error(`no answer within ${ms / 1000} s`)), ms);
  const leave = signals.map((signal) => signal && forward(signal, wanted));
  try {
    return await work(wanted.signal);
  } finally {
    clearTimeout(timer);
    for (const each of leave) each?.();
  }
}

/** @returns what ends it */
function forward(signal: AbortSignal, to: AbortController): () => void {
  const abort = (): void => to.abort(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  return () => signal.removeEventListener('abort', abort);
}

/**
 * The work's outcome, or the signal's reason as soon as it aborts, whether the work heeds it or not.
 * @throws the signal's reason, or what the work throws
 */
export async function orAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([aborted.promise, work]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
