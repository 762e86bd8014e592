const DAY = 86_400_000;

/** @param day ISO; so is what comes. Days may be negative. */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(day) + days * DAY).toISOString().slice(0, 10);
}
