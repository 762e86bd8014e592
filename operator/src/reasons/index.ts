import { SCORING } from './scoring.ts';
import { SERVING } from './serving.ts';
import { SHARED } from './shared.ts';
import { VERSIONS } from './versions.ts';
import type { Reason, ReasonWords } from './words.ts';

export { CONDITION_WORDS } from './condition-words.ts';
export type { ReasonWords, Standing } from './words.ts';

/** What people are told of every reason. One that is new does not compile before it has its words in one of the four. */
const WORDS: Record<Reason, ReasonWords> = { ...SHARED, ...SERVING, ...VERSIONS, ...SCORING };

/** In the order of the reference. */
export const REASON_GROUPS: readonly { title: string; reasons: Partial<typeof WORDS> }[] = [
  { title: 'A model that serves', reasons: SERVING },
  { title: "A model's versions", reasons: VERSIONS },
  { title: 'A ScoringJob and its runs', reasons: SCORING },
  { title: 'Both kinds', reasons: SHARED },
];

/** Undefined for a reason of the API server's own, such as Forbidden. */
export function wordsOf(reason: string): ReasonWords | undefined {
  return Object.hasOwn(WORDS, reason) ? WORDS[reason as Reason] : undefined;
}
