import { describe, expect, it } from 'vitest';
import { RouteTable } from './route-table.ts';
import type { ScoringRoute } from './scoring-route.ts';

const route = (...paths: string[]): ScoringRoute => ({ paths, method: 'POST', answer: () => {} });

describe('the route table', () => {
  const predict = route('/predict');
  const infer = route('/v2/models/{model}/infer', '/v2/models/{model}/versions/{version}/infer');
  const table = new RouteTable([predict, infer]);

  it('finds an exact path', () => {
    expect(table.find('/predict')).toMatchObject({ route: predict, path: '/predict', params: {} });
  });

  it('finds a pattern, and decodes what stands in its places', () => {
    expect(table.find('/v2/models/a%20b/versions/v1/infer')).toMatchObject({
      route: infer,
      path: '/v2/models/{model}/versions/{version}/infer',
      params: { model: 'a b', version: 'v1' },
    });
  });

  it('leaves a name that is wrongly encoded as it is', () => {
    expect(table.find('/v2/models/%zz/infer')?.params).toEqual({ model: '%zz' });
  });

  it.each(['/predict/', '/', '/v2/models//infer', '/v2/models/a/b/infer', 'x/v2/models/a/infer'])(
    'finds nothing for %s',
    (path) => expect(table.find(path)).toBeUndefined(),
  );

  it('refuses two routes with one path', () => {
    expect(() => new RouteTable([predict, route('/predict')])).toThrow('two routes have the path /predict');
  });
});
