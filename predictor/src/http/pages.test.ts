import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tinyManifest, tinyRow } from '../testing/fixture.ts';
import { RunningPredictor } from '../testing/running.ts';

interface Operation {
  post: {
    requestBody: { content: { 'application/json': { example: unknown } } };
    security: object[];
    responses: object;
    parameters?: object[];
  };
}

interface Api {
  openapi: string;
  paths: Record<'/predict' | '/predict/batch' | '/invocations' | '/v2/models/tiny/infer', Operation>;
  components: {
    securitySchemes?: object;
    schemas: {
      Prediction: { properties: { explanation?: { required: string[] } } };
      Row: {
        required: string[];
        additionalProperties: boolean;
        properties: Record<string, { description: string }>;
      };
    };
  };
}

function toFloats(row: unknown): (number | null)[] {
  return Object.values(row as Record<string, number | null>).map((value) => value && Math.fround(value));
}

let running: RunningPredictor;
beforeAll(async () => {
  running = await RunningPredictor.ready();
});
afterAll(() => running.server.stop());

describe('the public port', () => {
  it('says in /health what is served', async () => {
    const { digest } = await tinyManifest();
    const health = await (await running.get('/health')).json();
    expect(health).toMatchObject({
      status: 'ok',
      model: 'default/tiny',
      version: 'v1',
      digest,
      threshold: 0.5,
    });
  });

  it.each(['/', '/docs'])(
    'serves the page %s and everything that it names, with no inline script or style',
    async (path) => {
      const page = await running.get(path);
      expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(page.headers.get('content-security-policy')).toContain(
        "default-src 'none'; script-src 'self'; style-src 'self'",
      );
      const html = await page.text();
      expect(html).not.toMatch(/<script(?![^>]*src=)|<style|style=|onclick|https?:\/\//);
      const names = [...html.matchAll(/(?:src|href)="([^"#]+)"/g)].map(([, name]) => name as string);
      for (const name of names)
        expect([name, (await fetch(new URL(name, page.url))).status]).toEqual([name, 200]);
    },
  );

  it('serves the modules that the page imports', async () => {
    const script = await (await running.get('/assets/try.js')).text();
    const names = [...script.matchAll(/from '\.\/([^']+)'/g)].map(([, name]) => name as string);
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expect((await running.get(`/assets/${name}`)).status).toBe(200);
  });

  it('brings /docs/ to /docs', async () => {
    expect((await running.get('/docs/')).url).toBe(`${running.server.url}/docs`);
  });

  it('describes the API and the features of the model in /openapi.json', async () => {
    const api = (await (await running.get('/openapi.json')).json()) as Api;
    const { features } = await tinyManifest();
    expect(api.openapi).toBe('3.1.0');
    const { Row } = api.components.schemas;
    expect(Row.required).toEqual(features.map(({ name }) => name));
    expect(Row.additionalProperties).toBe(false);
    expect(Row.properties['inventory']).toMatchObject({ type: ['number', 'null'] });
    expect(Row.properties['price']?.description).toBe(
      'Price on the day. Seen in training: 45.009 to 499.94.',
    );
    const { post } = api.paths['/predict'];
    const { example } = post.requestBody.content['application/json'];
    expect(toFloats(example)).toEqual(toFloats(await tinyRow()));
    expect(JSON.stringify(example)).not.toMatch(/\d{9}/);
    expect(post.security).toEqual([]);
  });

  it('is valid OpenAPI 3.1, with every reference in its place', async () => {
    const validator = new Validator();
    const result = await validator.validate(
      (await (await running.get('/openapi.json')).json()) as Record<string, string>,
    );
    expect(result.errors ?? []).toEqual([]);
    expect([result.valid, validator.version]).toEqual([true, '3.1']);
    expect(() => validator.resolveRefs()).not.toThrow();
  });

  it('documents ?explain and what it answers in /openapi.json', async () => {
    const api = (await (await running.get('/openapi.json')).json()) as Api;
    for (const path of ['/predict', '/predict/batch', '/invocations', '/v2/models/tiny/infer'] as const) {
      expect(api.paths[path].post.parameters).toMatchObject([
        { name: 'explain', in: 'query', required: false },
      ]);
    }
    const { explanation } = api.components.schemas.Prediction.properties;
    expect(explanation?.required).toEqual(['margin', 'bias', 'contributions', 'rest', 'sentence']);
  });

  it.each([
    [true, [{ apiKey: [] }], ['apiKey']],
    [false, [], []],
  ])('asks for a key in /openapi.json where one is needed: %s', async (needed, security, schemes) => {
    await using asked = await RunningPredictor.ready({ apiKeys: needed ? ['secret'] : [] });
    const api = (await (await asked.get('/openapi.json')).json()) as Api;
    const { post } = api.paths['/predict'];
    expect([post.security, Object.keys(api.components.securitySchemes ?? {})]).toEqual([security, schemes]);
    expect('401' in post.responses).toBe(needed);
  });

  it('has its own example scored', async () => {
    const api = (await (await running.get('/openapi.json')).json()) as Api;
    for (const path of ['/predict', '/predict/batch'] as const) {
      const { example } = api.paths[path].post.requestBody.content['application/json'];
      expect((await running.post(path, example)).status).toBe(200);
    }
  });

  it.each([
    ['/nope', 404],
    ['/predict/', 404],
    ['/metrics', 404],
    ['/docs/package.json', 404],
    ['/assets/../index.ts', 404],
    ['/assets/%2e%2e/index.ts', 404],
    ['/%zz', 404],
  ])('answers %s with a problem %d', async (path, status) => {
    const response = await running.get(path);
    expect([response.status, response.headers.get('content-type')]).toEqual([
      status,
      'application/problem+json; charset=utf-8',
    ]);
  });

  it('answers 405 to another method on a page', async () => {
    const response = await fetch(`${running.server.url}/health`, { method: 'DELETE' });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });
});

describe('the admin port', () => {
  it('serves the probes and nothing to score with', async () => {
    for (const path of ['/livez', '/readyz', '/health'])
      expect((await running.get(path, true)).status).toBe(200);
    expect((await running.get('/predict', true)).status).toBe(404);
    const posted = await fetch(`${running.server.adminUrl}/livez`, { method: 'POST' });
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('counts what was scored, by label, version and route', async () => {
    await using counted = await RunningPredictor.ready();
    const row = await tinyRow();
    await counted.post('/predict', row);
    await counted.post('/predict', {});
    await counted.post('/predict/batch', [
      row,
      { ...row, inventory: 600, inv_to_sales_ratio: 90, low_inventory_flag: 0 },
    ]);
    await counted.post(
      '/predict/batch',
      Array.from({ length: 300 }, () => row),
    );
    await counted.get('/no/such/page');
    const response = await counted.get('/metrics', true);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const metrics = await response.text();
    const { digest } = await tinyManifest();
    const lines = [
      'stockout_predictions_total{model="default/tiny",version="v1",label="0"} 1',
      'stockout_predictions_total{model="default/tiny",version="v1",label="1"} 302',
      'stockout_prediction_score_count 303',
      'stockout_prediction_score_bucket{le="+Inf"} 303',
      'stockout_prediction_duration_seconds_count 3',
      `stockout_model_info{model="default/tiny",version="v1",digest="${digest}"} 1`,
      'http_request_duration_seconds_count{route="/predict",code="200"} 1',
      'http_request_duration_seconds_count{route="/predict",code="422"} 1',
      'http_request_duration_seconds_count{route="/predict/batch",code="200"} 2',
      'http_request_duration_seconds_count{route="other",code="404"} 1',
    ];
    for (const line of lines) expect(metrics.split('\n')).toContain(line);
    expect(metrics).toContain('nodejs_eventloop_lag_seconds');
  });
});
