import { Cron } from 'croner';

/** When something is due. Times are whole minutes. */
export interface Schedule {
  /** The last time up to and including this moment; undefined where there was none. */
  latest(now: Date): Date | undefined;
  /** The first time after this moment. */
  next(after: Date): Date | undefined;
}

const MINUTE_MS = 60_000;
/** A timer does not notice that the clock is set forward: it is looked at again after this at the latest. */
const LONGEST_WAIT_MS = 5 * MINUTE_MS;

/** Milliseconds until something is worth another look. */
export function waitFor(next: Date | undefined, now: Date): number | undefined {
  return next && Math.min(next.getTime() - now.getTime(), LONGEST_WAIT_MS);
}

/**
 * A cron schedule of five fields, or one such as @daily, on the clocks of a time zone. A time that the clocks skip in
 * spring is due when they have been put forward; one that they show twice in autumn is due the first time, unless the
 * schedule has a time for every hour or several in one: those go on in step.
 * @param timeZone an IANA name
 * @throws RangeError that names the field, `schedule` or `timeZone`, and says what is wrong with it
 */
export function parseSchedule(expression: string, timeZone = 'UTC'): Schedule {
  requireTimeZone(timeZone);
  const cron = parseCron(expression, timeZone);
  if (cron.nextRun(new Date(0)) === null) {
    throw new RangeError(`schedule: ${expression} names a day that no year has`);
  }
  return {
    latest: (now) => {
      // Times before the given one are found: the minute that has begun is to be among them.
      const [found] = cron.previousRuns(
        1,
        new Date(Math.floor(now.getTime() / MINUTE_MS) * MINUTE_MS + 1000),
      );
      return found;
    },
    next: (after) => cron.nextRun(after) ?? undefined,
  };
}

function parseCron(expression: string, timezone: string): Cron {
  try {
    // Sloppy ranges are those that CronJobs take: 5/15 for 5-59/15.
    return new Cron(expression, { timezone, mode: '5-part', sloppyRanges: true, paused: true });
  } catch (error) {
    const why = (error instanceof Error ? error.message : String(error)).replace(/^CronPattern: /, '');
    throw new RangeError(`schedule: ${expression} is no cron schedule of five fields: ${why}`, {
      cause: error,
    });
  }
}

function requireTimeZone(timeZone: string): void {
  try {
    Intl.DateTimeFormat('en', { timeZone });
  } catch (error) {
    throw new RangeError(
      `timeZone: there is no time zone ${timeZone}, use an IANA name such as Europe/Madrid`,
      { cause: error },
    );
  }
}
