import { expect, it } from 'vitest';
import { aShadowReport } from '../../testing/played-answers.ts';
import { addUp } from './shadow-figures.ts';

const latency = (count: number, p99: number | null) => ({
  candidate: { count, p50: p99, p99 },
  serving: { count: 0, p50: null, p99: null },
});

it('pods weigh as many requests as they compared, and the slowest counts', () => {
  const figures = addUp([
    aShadowReport({
      requests: { compared: 90, errors: 0, dropped: 9 },
      scoreShift: { mean: 0.1, max: 0.5 },
      latency: latency(90, 4),
    }),
    aShadowReport({
      requests: { compared: 30, errors: 80, dropped: 0 },
      scoreShift: { mean: 0.5, max: 0.6 },
      latency: latency(110, 9),
    }),
  ]);
  expect(figures.requests).toBe(200);
  expect(figures.errorRate).toBeCloseTo(0.4);
  expect(figures.scoreShift).toBeCloseTo(0.2);
  expect(figures.p99).toBe(9);
});

it('a pod that saw no request yet says nothing of those of others', () => {
  const idle = aShadowReport({
    requests: { compared: 0, errors: 0, dropped: 0 },
    scoreShift: { mean: null, max: null },
    latency: latency(0, null),
  });
  expect(addUp([idle, aShadowReport()])).toEqual(addUp([aShadowReport()]));
  expect(addUp([idle])).toEqual({
    requests: 0,
    errorRate: Number.NaN,
    p99: Number.NaN,
    scoreShift: Number.NaN,
  });
});

it('a figure that is missing where there were requests cannot be told', () => {
  const odd = aShadowReport({ scoreShift: { mean: null, max: null }, latency: latency(500, null) });
  expect(addUp([aShadowReport(), odd])).toMatchObject({ scoreShift: Number.NaN, p99: Number.NaN });
});
