import { expect, test } from 'vitest';
import type { DriftMark } from '../../resources/drift-mark.ts';
import type { DriftSeen } from './drift-seen.ts';
import { boundOf, nextMark } from './next-mark.ts';

const at = (time: string): string => `2026-11-23T${time}Z`;
const SIGN: DriftMark = { since: at('12:00:00'), figures: 'price 0.30', seenAt: at('12:00:00') };
const FOUND: DriftMark = { ...SIGN, found: at('12:10:00'), seenAt: at('12:10:00') };
const moved = (figures = 'price 0.40'): DriftSeen => ({ is: 'moved', figures });
const untold: DriftSeen = { is: 'untold', why: 'no rows' };

test.each<[string, DriftMark | undefined, DriftSeen, string, DriftMark | undefined]>([
  ['a first sign is dated', undefined, moved('price 0.30'), '12:00:00', SIGN],
  ['a sign is kept as it was', SIGN, moved(), '12:09:59', SIGN],
  [
    'one that lasts is found, with the figures of then',
    SIGN,
    moved(),
    '12:10:00',
    { ...SIGN, found: at('12:10:00'), figures: 'price 0.40', seenAt: at('12:10:00') },
  ],
  ['a sign that is gone is forgotten', SIGN, { is: 'alike' }, '12:05:00', undefined],
  ['so is a finding', FOUND, { is: 'alike' }, '12:15:00', undefined],
  ['a sign is forgotten when nothing can be told', SIGN, untold, '12:05:00', undefined],
  ['a finding is not', FOUND, untold, '23:00:00', FOUND],
  ['while nobody knows a sign stays', SIGN, { is: 'awaited' }, '23:00:00', SIGN],
  ['new figures wait for an hour', FOUND, moved(), '13:09:59', FOUND],
  [
    'then they are told',
    FOUND,
    moved(),
    '13:10:00',
    { ...FOUND, figures: 'price 0.40', seenAt: at('13:10:00') },
  ],
  ['the same figures are not told again', FOUND, moved('price 0.30'), '23:00:00', FOUND],
  [
    'a sign of the future begins now',
    SIGN,
    moved('price 0.30'),
    '11:00:00',
    { ...SIGN, since: at('11:00:00'), seenAt: at('11:00:00') },
  ],
  ['where nothing was, nothing is', undefined, untold, '12:00:00', undefined],
])('%s', (_, mark, seen, time, expected) => {
  expect(nextMark(mark, seen, new Date(at(time)))).toEqual(expected);
});

test('once seen it counts until it is a tenth below the threshold', () => {
  expect(boundOf(0.2, undefined)).toBe(0.2);
  expect(boundOf(0.2, SIGN)).toBeCloseTo(0.18, 12);
});
