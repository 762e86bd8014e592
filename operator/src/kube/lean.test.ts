import { expect, test } from 'vitest';
import { lean } from './lean.ts';

const object = (...managedFields: object[]) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'retail-blue', namespace: 'shop', managedFields },
});

test('who owns replicas is kept, and nothing else of who set what', () => {
  const fieldsV1 = { 'f:spec': { 'f:replicas': {}, 'f:template': {} }, 'f:metadata': {} };
  const held = lean(
    object(
      { manager: 'stockout-operator', operation: 'Apply', time: '2026-11-28T12:00:00Z', fieldsV1 },
      { manager: 'kube-controller-manager', subresource: 'status', fieldsV1: { 'f:status': {} } },
    ),
  );
  expect(held.metadata.managedFields).toEqual([
    { manager: 'stockout-operator', fieldsV1: { 'f:spec': { 'f:replicas': {} } } },
  ]);
});

test('where nobody owns replicas nothing is kept', () => {
  expect(lean(object({ manager: 'any', fieldsV1: { 'f:spec': { 'f:selector': {} } } })).metadata).toEqual({
    name: 'retail-blue',
    namespace: 'shop',
  });
});
