import { expect, test } from 'vitest';
import { Leadership } from './leadership.ts';

const LEASE = '/apis/coordination.k8s.io/v1/namespaces/shop/leases/stockout-operator';
const MODEL = '/apis/stockout.dev/v1alpha1/namespaces/shop/stockoutmodels/retail/status';

/** Someone asks, and is answered. */
function ask(leadership: Leadership, who: string, path: string, code = 200, body: object = {}): void {
  const asked = { method: 'PUT', path, query: new URLSearchParams() };
  leadership.watch(who).answered?.(asked, code, Buffer.from(JSON.stringify(body)));
}

const takes = (leadership: Leadership, who: string, holderIdentity = who): void =>
  ask(leadership, who, LEASE, 200, { spec: { holderIdentity } });

test('who takes the Lease leads, until another one does', () => {
  const leadership = new Leadership();
  takes(leadership, 'first');
  takes(leadership, 'first');
  takes(leadership, 'first', '');
  takes(leadership, 'second');
  expect(leadership.holders).toEqual(['first', 'second']);
  expect(leadership.heldSince('first')).toBeUndefined();
  expect(leadership.heldSince('second')).toBeTypeOf('number');
});

test('a write of somebody else is that of a stranger, unless the server refused it', () => {
  const leadership = new Leadership();
  takes(leadership, 'first');
  ask(leadership, 'first', MODEL);
  takes(leadership, 'second');
  ask(leadership, 'first', MODEL, 409);
  expect(leadership.strangers).toEqual([]);
  ask(leadership, 'first', MODEL);
  expect(leadership.strangers).toEqual([`first: PUT ${MODEL} in the reign of second`]);
});
