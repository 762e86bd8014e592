import { expect, it } from 'vitest';
import { countsSince, readRequestCounts } from './request-counts.ts';

it('counts requests of all routes, and those that failed, and nothing else', () => {
  const metrics = [
    '# TYPE http_request_duration_seconds histogram',
    'http_request_duration_seconds_bucket{le="+Inf",route="/predict",code="200"} 90',
    'http_request_duration_seconds_count{route="/predict",code="200"} 90',
    'http_request_duration_seconds_count{route="/predict",code="422"} 5',
    'http_request_duration_seconds_count{route="/predict/batch",code="503"} 3',
    'http_request_duration_seconds_count{code="500",route="/predict"} 2',
    'http_request_duration_seconds_sum{route="/predict",code="500"} 500',
  ].join('\n');
  expect(readRequestCounts(metrics)).toEqual({ total: 100, errors: 5 });
  expect(readRequestCounts('')).toEqual({ total: 0, errors: 0 });
});

it('a count that is no number is refused', () => {
  expect(() => readRequestCounts('http_request_duration_seconds_count{code="200"} NaN')).toThrow(/not what/);
});

it('a process that was started anew has counted all of it since', () => {
  expect(countsSince({ total: 10, errors: 1 }, { total: 15, errors: 1 })).toEqual({ total: 5, errors: 0 });
  expect(countsSince({ total: 10, errors: 1 }, { total: 4, errors: 2 })).toEqual({ total: 4, errors: 2 });
});

it('text that is made to be slow to read is read like any other', () => {
  const line = 'http_request_duration_seconds_count{';
  expect(readRequestCounts(`${line}\n`.repeat(2 ** 20 / line.length))).toEqual({ total: 0, errors: 0 });
});
