import { type GoldenReport, goldenReportSchema } from '@stockout/contracts';
import { expect, it } from 'vitest';
import { refused, RunningPredictor } from '../testing/running.ts';
import { Impostor } from '../testing/shadowing.ts';

function ask({ server }: RunningPredictor, url: string): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return fetch(`${server.adminUrl}/golden`, { method: 'POST', body: JSON.stringify({ url }), headers });
}

async function told(predictor: RunningPredictor, url: string): Promise<GoldenReport> {
  return goldenReportSchema.parse(await (await ask(predictor, url)).json());
}

it('every golden prediction comes back by the way of callers, with the key that they show', async () => {
  await using predictor = await RunningPredictor.ready({ apiKeys: ['secret'] });
  const report = await told(predictor, predictor.server.url);
  expect(report).toMatchObject({ version: 'v1', different: 0, unanswered: 0, message: null });
  expect(report.rows).toBeGreaterThan(0);
  expect(report.reproduced).toBe(report.rows);
});

it('another score of the right version is told of, with both scores', async () => {
  await using predictor = await RunningPredictor.ready();
  await using impostor = await Impostor.start((_, res) => {
    res.setHeader('x-model-version', 'v1');
    res.end(JSON.stringify({ stockout_risk_score: 0.123, stockout_risk_label: 0 }));
  });
  const report = await told(predictor, impostor.url);
  expect(report).toMatchObject({ reproduced: 0, different: report.rows, unanswered: 0 });
  expect(report.message).toMatch(/^golden prediction 0 came back as 0\.123, the version's own is 0\.\d+$/);
});

it.each([
  ['another version', 200, 'v2', 'version'],
  ['a predictor that drains', 503, 'v1', 'busy'],
])('%s answers none of them, and the first few tell enough', async (_, status, version, error) => {
  await using predictor = await RunningPredictor.ready();
  await using impostor = await Impostor.start((_req, res) => {
    res.writeHead(status, { 'x-model-version': version });
    res.end(JSON.stringify({ stockout_risk_score: 0.5, stockout_risk_label: 1 }));
  });
  expect(await told(predictor, impostor.url)).toMatchObject({
    reproduced: 0,
    unanswered: 3,
    message: `golden prediction 0 was not answered: ${error}`,
  });
});

it('nobody at all is no answer, and no other host than the candidate is asked', async () => {
  await using predictor = await RunningPredictor.ready();
  expect(await told(predictor, 'http://127.0.0.1:1')).toMatchObject({ reproduced: 0, unanswered: 3 });
  const problem = await refused(ask(predictor, 'http://example.com'));
  expect(problem.status).toBe(422);
  expect(problem.errors?.[0]?.field).toBe('url');
});

it('asks once at a time', async () => {
  await using predictor = await RunningPredictor.ready();
  const first = Promise.withResolvers<void>();
  await using hanging = await Impostor.start(() => first.resolve());
  const asked = ask(predictor, hanging.url);
  await first.promise;
  expect((await refused(ask(predictor, predictor.server.url))).status).toBe(429);
  expect(await (await asked).json()).toMatchObject({ unanswered: 3 });
});
