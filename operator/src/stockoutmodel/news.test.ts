import type { Condition, StockoutModelStatus } from '@stockout/crds';
import { expect, test } from 'vitest';
import { aModel } from '../testing/builders.ts';
import { newsOf } from './news.ts';

const UNKNOWN = drift('Unknown', 'DriftUnknown');
const NONE = drift('False', 'NoDrift');
const SIGN = drift('False', 'DriftSuspected');
const FOUND = drift('True', 'DriftDetected');

function drift(status: Condition['status'], reason: string): StockoutModelStatus {
  const lastTransitionTime = '2026-11-23T12:00:00Z';
  return {
    conditions: [{ type: 'DriftDetected', status, reason, message: 'why', lastTransitionTime }],
  };
}

test.each<[string, StockoutModelStatus, StockoutModelStatus, string[]]>([
  ['drift that is found is a warning', SIGN, FOUND, ['Warning DriftDetected']],
  ['that it is over is told', FOUND, NONE, ['Normal NoDrift']],
  ['that there is none is no news', UNKNOWN, NONE, []],
  ['nor is a sign', NONE, SIGN, []],
  ['nor new figures', FOUND, { conditions: [{ ...FOUND.conditions![0]!, message: 'others' }] }, []],
  ['nor another version, of which nothing is known', FOUND, UNKNOWN, []],
])('%s', (_, before, after, told) => {
  const news = newsOf({ ...aModel(), status: before }, after);
  expect(news.map(({ type, reason }) => `${type} ${reason}`)).toEqual(told);
});
