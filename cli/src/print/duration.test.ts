import { expect, it } from 'vitest';
import { duration, instant } from './duration.ts';

it.each([
  [0, '0s'],
  [-5_000, '0s'],
  [119_000, '119s'],
  [120_000, '2m'],
  [7_199_000, '119m'],
  [7_200_000, '2h'],
  [172_799_000, '47h'],
  [172_800_000, '2d'],
])('%i ms are %s', (milliseconds, expected) => {
  expect(duration(milliseconds)).toBe(expected);
});

it('an instant says how far it is, ahead or behind', () => {
  const now = new Date('2026-11-23T12:00:00Z');
  expect(instant(new Date('2026-11-23T12:10:00Z'), now)).toBe('2026-11-23T12:10:00Z (in 10m)');
  expect(instant(new Date('2026-11-23T11:50:00Z'), now)).toBe('2026-11-23T11:50:00Z (10m ago)');
});
