const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

/** A span of time as kubectl prints it, two units at most: 45s, 5m12s, 3h, 2d4h. @param span milliseconds */
export function humanDuration(span: number): string {
  if (Number.isNaN(span) || span < -SECOND) return '<invalid>';
  if (span < 2 * MINUTE) return `${Math.max(0, Math.floor(span / SECOND))}s`;
  if (span < 10 * MINUTE) return two(span, MINUTE, 'm', SECOND, 's');
  if (span < 3 * HOUR) return `${Math.floor(span / MINUTE)}m`;
  if (span < 8 * HOUR) return two(span, HOUR, 'h', MINUTE, 'm');
  if (span < 2 * DAY) return `${Math.floor(span / HOUR)}h`;
  if (span < 8 * DAY) return two(span, DAY, 'd', HOUR, 'h');
  if (span < 2 * YEAR) return `${Math.floor(span / DAY)}d`;
  if (span < 8 * YEAR) return two(span, YEAR, 'y', DAY, 'd');
  return `${Math.floor(span / YEAR)}y`;
}

function two(span: number, large: number, largeName: string, small: number, smallName: string): string {
  const rest = Math.floor((span % large) / small);
  return `${Math.floor(span / large)}${largeName}${rest === 0 ? '' : `${rest}${smallName}`}`;
}

/** How long ago an instant was; `<unknown>` without one. */
export function age(instant: string | undefined): string {
  return instant ? humanDuration(Date.now() - Date.parse(instant)) : '<unknown>';
}
