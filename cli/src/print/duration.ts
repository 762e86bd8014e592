const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
] as const;

/** How long, as kubectl tells ages: 45s, 9m, 3h, 5d. The largest unit alone, but two of it at least. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const [unit, size] = UNITS.find(([, each]) => seconds >= 2 * each) ?? ['s', 1];
  return `${Math.floor(seconds / size)}${unit}`;
}

/** An instant beside how far it is from now: 2026-11-23T12:10:00Z (in 9m). */
export function instant(at: Date, now: Date): string {
  const time = at.toISOString().replace(/\.\d+Z$/, 'Z');
  const left = at.getTime() - now.getTime();
  return `${time} (${left >= 0 ? `in ${duration(left)}` : `${duration(-left)} ago`})`;
}
