import { expect, test } from 'vitest';
import { readDriftMark, writeDriftMark } from './drift-mark.ts';

const MARK = { since: '2026-11-23T12:00:00Z', figures: 'price 0.88', seenAt: '2026-11-23T12:00:00Z' };
const FOUND = { ...MARK, found: '2026-11-23T12:10:00Z' };

test('what was written is read again', () => {
  for (const mark of [MARK, FOUND]) expect(readDriftMark(writeDriftMark(mark))).toEqual(mark);
});

test.each<[string, string | undefined]>([
  ['nothing', undefined],
  ['no JSON', '{'],
  ['null', 'null'],
  ['no object', '"yes"'],
  ['no time', JSON.stringify({ ...MARK, since: 'yesterday' })],
  ['no figures', JSON.stringify({ ...MARK, figures: 1 })],
])('%s counts as no mark', (_, text) => {
  expect(readDriftMark(text)).toBeUndefined();
});

test('a finding without a time is a mere sign', () => {
  expect(readDriftMark(JSON.stringify({ ...FOUND, found: 'soon' }))).toEqual(MARK);
});
