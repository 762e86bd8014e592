import { parseJson } from './parse-json.ts';

/** Drift of the version that serves, from the first sign on: what outlives the operator that saw it. Times are RFC 3339. */
export interface DriftMark {
  /** When it was first seen. */
  since: string;
  /** When it had lasted long enough to count; undefined until then. */
  found?: string | undefined;
  /** The largest indices, in words, and when they were so. */
  figures: string;
  seenAt: string;
}

export function writeDriftMark({ since, found, figures, seenAt }: DriftMark): string {
  return JSON.stringify({ since, found, figures, seenAt });
}

/** One that someone made unreadable counts as absent: what it says is seen again. */
export function readDriftMark(text: string | undefined): DriftMark | undefined {
  const { since, found, figures, seenAt } = (parseJson(text) ?? {}) as Record<string, unknown>;
  if (!isTime(since) || !isTime(seenAt) || typeof figures !== 'string') return undefined;
  return { since, figures, seenAt, ...(isTime(found) ? { found } : {}) };
}

function isTime(value: unknown): value is string {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value));
}
