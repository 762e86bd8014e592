import { type ProblemError, wrongFields } from './problem.ts';

/** How many contributions the caller wants to see: 0 for no explanation, Infinity for all. */
export interface ExplainQuery {
  explain: number;
}

/** `?explain=true`, or `?explain=3` for the three largest contributions. */
export const EXPLAIN = {
  absent: 0,
  takes: 'true, false or how many contributions to list: a whole number from 1 to 9999',
  parse(text: string): number | undefined {
    if (text === 'true') return Infinity;
    if (text === 'false') return 0;
    return /^[1-9]\d{0,3}$/.test(text) ? Number(text) : undefined;
  },
} as const;

export function explainsJsonOnly(): ProblemError {
  const message =
    'is answered to rows of JSON only: send application/json or application/x-ndjson, or leave it out';
  return wrongFields([{ field: '?explain', message }]);
}
