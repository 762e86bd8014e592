import { parseJson } from './parse-json.ts';

/** Why a version was refused as a candidate, or gone back from: what outlives its Deployment, which the next one takes. */
export interface RefusalMark {
  /** In one word, as the condition RolledOut had it. */
  reason: string;
  message: string;
  /** RFC 3339. */
  at: string;
}

export function writeRefusalMark({ reason, message, at }: RefusalMark): string {
  return JSON.stringify({ reason, message, at });
}

/** One that someone made unreadable counts as absent. */
export function readRefusalMark(text: string | undefined): RefusalMark | undefined {
  const { reason, message, at } = (parseJson(text) ?? {}) as Record<string, unknown>;
  if (typeof reason !== 'string' || reason === '') return undefined;
  return typeof message === 'string' && typeof at === 'string' ? { reason, message, at } : undefined;
}
