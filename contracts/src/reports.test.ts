import { expect, it } from 'vitest';
import { goldenReportSchema } from './golden.ts';
import { shadowReportSchema } from './shadow.ts';

const golden = {
  model: 'shop/retail',
  version: 'v2',
  url: 'http://retail-candidate.shop.svc',
  rows: 1,
  reproduced: 0,
  different: 1,
  unanswered: 0,
  message: 'm'.repeat(500),
};
const figures = { count: 0, p50: null, p99: null };
const shadow = {
  id: 'a',
  url: golden.url,
  model: golden.model,
  version: 'v1',
  candidateVersions: Array.from({ length: 8 }, () => 'v'.repeat(64)),
  since: '2026-11-23T12:00:00.000Z',
  percent: 10,
  replay: { asked: 0, taken: 0, done: 0 },
  requests: { compared: 0, errors: 0, dropped: 0 },
  errors: { connection: 0, timeout: 0, unauthorized: 0, row: 0, busy: 0, status: 0, answer: 0, version: 0 },
  errorRate: null,
  scoreShift: { mean: null, max: null },
  labelFlips: 0,
  latency: { candidate: figures, serving: figures },
  answering: true,
};

it('reports of predictors are bounded: what they tell is kept, and shown in conditions', () => {
  expect(goldenReportSchema.safeParse(golden).success).toBe(true);
  expect(goldenReportSchema.safeParse({ ...golden, message: 'm'.repeat(501) }).success).toBe(false);
  expect(shadowReportSchema.safeParse(shadow).success).toBe(true);
});

it.each([
  { candidateVersions: Array.from({ length: 9 }, () => 'v2') },
  { candidateVersions: ['v'.repeat(65)] },
  { id: 'a'.repeat(129) },
  { url: 'u'.repeat(301) },
  { model: 'm'.repeat(318) },
])('a report of a comparison with more than there can be is none (%#)', (more) => {
  expect(shadowReportSchema.safeParse({ ...shadow, ...more }).success).toBe(false);
});
