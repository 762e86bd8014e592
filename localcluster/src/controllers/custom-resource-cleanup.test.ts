import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../../test/conformance/until.ts';
import { widgetCrd } from '../../../test/conformance/widget-crd.ts';
import type { Condition, JsonObject, KubeObject } from '../types.ts';
import { ControlPlane } from './control-plane.ts';

let plane: ControlPlane;

beforeEach(() => {
  plane = new ControlPlane();
});

afterEach(() => plane.stop());

const widgets = () => plane.registry.kinds.byKind('conformance.stockout.dev/v1', 'Widget');
const createWidget = (name: string, more: object = {}): KubeObject => {
  const kind = widgets();
  if (!kind) throw new Error('not served');
  const body = { metadata: { name, ...more }, spec: { size: 1 } } as JsonObject;
  return plane.registry.create(kind, 'default', body, { manager: 'test' });
};
const define = (): KubeObject => plane.cluster.create('CustomResourceDefinition', undefined, widgetCrd);

describe('definitions', () => {
  it('take their objects along, so that none comes back with the definition', async () => {
    const definition = define();
    createWidget('w');
    plane.cluster.delete('CustomResourceDefinition', definition);
    await until('the kind is not served any more', () => !widgets());
    define();
    const kind = widgets();
    expect(kind && plane.registry.list(kind)).toEqual([]);
  });

  it('take along what their objects own', async () => {
    const definition = define();
    const { metadata } = createWidget('owner');
    const owner = {
      apiVersion: 'conformance.stockout.dev/v1',
      kind: 'Widget',
      name: 'owner',
      uid: metadata.uid,
    };
    const owned = { name: 'owned', ownerReferences: [owner] };
    plane.cluster.create('ConfigMap', 'default', { metadata: owned });
    plane.cluster.delete('CustomResourceDefinition', definition);
    await until('it is gone', () => !plane.cluster.find('ConfigMap', 'default', 'owned'));
  });

  it('wait for an object that a finalizer holds, and let none be made meanwhile', async () => {
    const definition = define();
    createWidget('held', { finalizers: ['example.com/hold'] });
    plane.cluster.delete('CustomResourceDefinition', definition);
    const { name } = definition.metadata;
    const found = () =>
      plane.cluster.find<KubeObject & { status: { conditions: Condition[] } }>(
        'CustomResourceDefinition',
        undefined,
        name,
      );
    await until('it says so', () => found()?.status.conditions.some(({ type }) => type === 'Terminating'));
    expect(() => createWidget('late')).toThrow(
      'widgets.conformance.stockout.dev "late" is forbidden: create not allowed while custom resource definition is terminating',
    );
    const kind = widgets();
    if (kind) {
      const patch = { metadata: { finalizers: null } };
      plane.registry.patch(kind, { namespace: 'default', name: 'held' }, 'merge', patch, { manager: 'test' });
    }
    await until('it is gone', () => !found());
  });
});
