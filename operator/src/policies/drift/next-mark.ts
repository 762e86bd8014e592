import type { DriftMark } from '../../resources/drift-mark.ts';
import { timestamp } from '../../set-conditions.ts';
import type { DriftSeen } from './drift-seen.ts';

/** Drift that is over sooner is no finding: a batch of odd rows, or a caller's mistake that was mended. */
export const LASTING_MS = 600_000;
/** Figures of drift that lasts are seen anew so often. */
const FIGURES_MS = 3_600_000;
/** Once seen it lasts until the index is this much below the threshold, so that one about the threshold does not come and go. */
export const RELEASE = 0.9;

/** Above this an index counts, drift being marked already or not. */
export function boundOf(threshold: number, mark: DriftMark | undefined): number {
  return mark === undefined ? threshold : threshold * RELEASE;
}

/** What is to stand on the record of the version that serves: undefined where there is no drift. */
export function nextMark(mark: DriftMark | undefined, seen: DriftSeen, now: Date): DriftMark | undefined {
  switch (seen.is) {
    case 'awaited':
      return mark;
    case 'untold':
      // What was found stays found until enough rows show otherwise; a mere sign has to begin anew.
      return mark?.found === undefined ? undefined : mark;
    case 'alike':
      return undefined;
    case 'moved':
      return markOf(mark, seen.figures, now);
  }
}

function markOf(mark: DriftMark | undefined, figures: string, now: Date): DriftMark {
  const seenAt = timestamp(now);
  // One of the future is of a clock that was set back since.
  if (mark === undefined || isBefore(now, mark.since)) return { since: seenAt, figures, seenAt };
  if (mark.found === undefined) {
    const isLasting = now.getTime() - Date.parse(mark.since) >= LASTING_MS;
    return isLasting ? { ...mark, found: seenAt, figures, seenAt } : mark;
  }
  const isOld = now.getTime() - Date.parse(mark.seenAt) >= FIGURES_MS;
  return isOld && figures !== mark.figures ? { ...mark, figures, seenAt } : mark;
}

function isBefore(now: Date, time: string): boolean {
  return now.getTime() < Date.parse(time);
}
