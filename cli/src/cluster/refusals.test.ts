import { KubeError } from '@stockout/operator/kube';
import { expect, it } from 'vitest';
import { inWords } from './refusals.ts';

it.each([
  [0, 'Unreachable', 'the API server at http://x does not answer: refused', /is it up/],
  [0, 'NotLoggedIn', 'aws: not found', /^you could not be logged in by the kubeconfig: aws: not found$/],
  [401, 'Unauthorized', 'Unauthorized', /does not know you \(Unauthorized\): sign in/],
  [
    403,
    'Forbidden',
    'pods is forbidden',
    /not do that in namespace shop: pods is forbidden; .*the role view/,
  ],
  [
    404,
    'NotFound',
    'stockoutmodels.stockout.dev "retail" not found',
    /^it is gone from namespace shop: .*"retail"/,
  ],
  [404, 'NotFound', 'the server could not find the requested resource', /stockout is not installed there/],
  [404, 'Unknown', '404 page not found', /stockout is not installed there/],
  [500, 'InternalError', 'etcd is gone', /the API server refuses it: etcd is gone/],
])('an answer of %i is told with what to do', (code, reason, message, words) => {
  const told = inWords(new KubeError(code, reason, message), 'namespace shop');
  expect(told.message).toMatch(words);
  expect(told).toMatchObject({ exitCode: 1 });
});

it('an error of another kind stays what it is', () => {
  const bug = new TypeError('undefined is not a function');
  expect(inWords(bug, 'anywhere')).toBe(bug);
});
