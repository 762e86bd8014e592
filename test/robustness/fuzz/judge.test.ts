import { expect, it } from 'vitest';
import { SCORING } from './calls.ts';
import type { HttpRequest } from './http-requests.ts';
import { complaintOf } from './judge.ts';

const request: HttpRequest = { kind: 'http', ...SCORING[0]!, how: 'length' };
const answer = (status: number, body: string, type = 'application/json') =>
  complaintOf(request, { kind: 'answered', status, type, body: Buffer.from(body) });

it.each([
  [200, '{"stockout_risk_score":0.5}', 'application/json', undefined],
  [422, '{"detail":"must be a number, not NaN"}', 'application/problem+json', undefined],
  [500, '{}', 'application/problem+json', 'status 500: {}'],
  [503, '{}', 'application/problem+json', 'status 503: {}'],
  [200, '{"stockout_risk_score":NaN}', 'application/json', 'not JSON'],
  [200, '{"stockout_risk_score":null}', 'application/json', 'a score is null'],
  [200, '{"stockout_risk_score":1.5}', 'application/json', 'a score is 1.5'],
  [200, '{}', 'application/json', 'a score is undefined'],
  [200, 'stockout_risk_score\nNaN\n', 'text/csv', 'the answer holds a NaN'],
])('of a %s with %s (%s) it says %s', (status, body, type, expected) => {
  const complaint = answer(status, body, type);
  if (expected === undefined) expect(complaint).toBeUndefined();
  else expect(complaint).toContain(expected);
});

it('complains of a lost answer, of 5xx on a bare connection, and of a call that failed', () => {
  expect(complaintOf(request, { kind: 'lost', why: 'socket hang up' })).toBe('socket hang up');
  expect(complaintOf(request, { kind: 'received', bytes: Buffer.from('HTTP/1.1 500 x\r\n') })).toBe(
    'status 500',
  );
  expect(
    complaintOf(request, { kind: 'received', bytes: Buffer.from('HTTP/1.1 400 x\r\n') }),
  ).toBeUndefined();
  expect(complaintOf(request, { kind: 'status', code: 13, details: 'it failed' })).toBe(
    'status INTERNAL: it failed',
  );
  expect(complaintOf(request, { kind: 'status', code: 3, details: 'no' })).toBeUndefined();
});
