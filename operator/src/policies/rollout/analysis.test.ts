import { expect, it } from 'vitest';
import { aModel } from '../../testing/builders.ts';
import { ANALYSIS_DEFAULTS, analysisOf, faultsOf } from './analysis.ts';

const GOOD = { requests: 500, errorRate: 0, p99: 5, scoreShift: 0.01 };

it('has the defaults that the API server fills in', () => {
  const rollout = { shadow: {}, analysis: {} };
  const filledIn = aModel({ serving: { rollout } }).spec.serving.rollout;
  expect(filledIn).toMatchObject(ANALYSIS_DEFAULTS);
});

it('either of both fields asks for it, neither for none', () => {
  expect(analysisOf(aModel())).toBeUndefined();
  const shadow = { percent: 50, replay: 0 };
  expect(analysisOf(aModel({ serving: { rollout: { shadow } } }))).toEqual({ ...ANALYSIS_DEFAULTS, shadow });
});

it.each([
  [{}, undefined],
  [{ errorRate: 0.01, p99: 50, scoreShift: 0.1 }, undefined],
  [{ errorRate: 0.0123456 }, 'of 500 requests error rate 0.01235 is above 0.01; p99 5 ms, score shift 0.01'],
  [{ p99: 51 }, 'of 500 requests p99 51 ms is above 50 ms; error rate 0, score shift 0.01'],
  [
    { scoreShift: 0.4, p99: 70 },
    'of 500 requests p99 70 ms is above 50 ms, score shift 0.4 is above 0.1; error rate 0',
  ],
  [
    { scoreShift: Number.NaN },
    'of 500 requests score shift cannot be told (at most 0.1 is allowed); error rate 0, p99 5 ms',
  ],
])('%j: %s', (changes, expected) => {
  expect(faultsOf({ ...GOOD, ...changes }, ANALYSIS_DEFAULTS)).toBe(expected);
});
