import { ApiError } from '@stockout/localcluster/client';

/** Whether the server was down or unwell: nothing is known of what it did, and it is asked again. */
export function isAway(error: unknown): boolean {
  if (error instanceof ApiError) return error.code >= 500 || error.code === 429;
  // Half an answer; or no connection, which has the system's code.
  return error instanceof SyntaxError || typeof (error as NodeJS.ErrnoException).code === 'string';
}
