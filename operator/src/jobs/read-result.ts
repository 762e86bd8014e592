import { type RunResult, runResultSchema } from '@stockout/contracts';
import { parseJson } from '../resources/parse-json.ts';

/** What a pod that ended well left, and why it says nothing. */
export interface Unreadable {
  kind: 'unreadable';
  why: string;
}

/** @param message the termination message of a container that exited with 0 */
export function readResult(message: string | undefined): RunResult | Unreadable {
  if (message === undefined || message.trim() === '') return unreadable('its termination message is empty');
  const json = parseJson(message);
  // JSON knows no NaN: a result with one ends here.
  if (json === undefined) return unreadable('its termination message is not JSON');
  const parsed = runResultSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') ?? '';
  return unreadable(`${field === '' ? 'its termination message' : field}: ${issue?.message}`);
}

function unreadable(why: string): Unreadable {
  return { kind: 'unreadable', why };
}
