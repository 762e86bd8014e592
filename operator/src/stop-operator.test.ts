import type { StockoutModel } from '@stockout/crds';
import { expect, test } from 'vitest';
import type { Lease } from './api/kubernetes.ts';
import { aModel } from './testing/builders.ts';
import { eventually } from './testing/eventually.ts';
import { testOperators } from './testing/test-operators.ts';

/** Less than a request would wait for its answer. */
const IN_TIME = { timeout: 25_000 };
const MODEL = '/apis/stockout.dev/v1alpha1/namespaces/shop/stockoutmodels/retail';
const JOBS = '/apis/batch/v1/namespaces/shop/jobs';
const LEASE = '/apis/coordination.k8s.io/v1/namespaces/shop/leases/stockout-operator';

const place = testOperators();
const { start } = place;

test(
  'one that stops beside an API server that no longer answers gives up what it asked, and gives back the Lease last',
  IN_TIME,
  async () => {
    const operator = await start({ leaseNamespace: 'shop' });
    await eventually(() =>
      expect((place.server.get(LEASE) as Lease | undefined)?.spec.holderIdentity).toBeTruthy(),
    );
    place.server.silence = { about: /\/(jobs|stockoutmodels)/ };
    place.server.put(MODEL, aModel());
    await eventually(() => expect(place.server.unanswered).toBeGreaterThan(0));
    await operator.stop();
    expect((place.server.get(LEASE) as Lease).spec.holderIdentity).toBe('');
    expect(place.server.writes.at(-1)).toBe(`PUT ${LEASE}`);
  },
);

test('one that never got an answer stops', IN_TIME, async () => {
  place.server.silence = { about: /./ };
  const operator = await start();
  await eventually(() => expect(place.server.unanswered).toBeGreaterThan(1));
  await operator.stop();
  await expect(fetch(operator.adminUrl)).rejects.toThrow();
});

test('one that stops finishes what it is at while the API server answers', async () => {
  const operator = await start();
  const answers = Promise.withResolvers<void>();
  place.server.silence = { about: /shop\/jobs$/, until: answers.promise };
  place.server.put(MODEL, aModel());
  await eventually(() => expect(place.server.writes).toContain(`POST ${JOBS}`));
  const stopped = operator.stop();
  answers.resolve();
  await stopped;
  const { status } = place.server.get(MODEL) as StockoutModel;
  expect(status?.conditions?.find(({ type }) => type === 'Ready')?.reason).toBe('Training');
});
