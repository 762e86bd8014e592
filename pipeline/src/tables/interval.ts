/** The table property that says how long removed files stay for who reads old versions. */
export const FILE_RETENTION = 'delta.deletedFileRetentionDuration';

const MILLISECONDS: Partial<Record<string, number>> = {
  week: 7 * 86_400_000,
  day: 86_400_000,
  hour: 3_600_000,
  minute: 60_000,
  second: 1000,
  millisecond: 1,
};

/**
 * A table property such as `interval 30 days`, in milliseconds.
 * @returns undefined when it is written in a way that is not understood here
 */
export function intervalMilliseconds(text: string): number | undefined {
  const [, number, unit] = /^(?:interval\s+)?(\d+)\s+([a-z]+?)s?$/i.exec(text.trim()) ?? [];
  const milliseconds = MILLISECONDS[unit?.toLowerCase() ?? ''];
  return milliseconds === undefined ? undefined : Number(number) * milliseconds;
}
