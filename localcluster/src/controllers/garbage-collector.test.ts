import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../../test/conformance/until.ts';
import type { KubeObject } from '../types.ts';
import { ControlPlane } from './control-plane.ts';

let plane: ControlPlane;

beforeEach(() => {
  plane = new ControlPlane();
});

afterEach(() => plane.stop());

const configMap = (name: string, more: object = {}): KubeObject =>
  plane.cluster.create('ConfigMap', 'default', { metadata: { name, ...more } });
const reference = ({ metadata: { name, uid } }: KubeObject, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  name,
  uid,
  ...more,
});
const there = (name: string): boolean => plane.cluster.find('ConfigMap', 'default', name) !== undefined;

describe('garbage collection', () => {
  it('deletes what has lost its last owner, and keeps what has another one', async () => {
    const [one, two] = [configMap('one'), configMap('two')];
    configMap('of-one', { ownerReferences: [reference(one)] });
    configMap('of-both', { ownerReferences: [reference(one), reference(two)] });
    plane.cluster.delete('ConfigMap', one);
    await until('the dependent is gone', () => !there('of-one'));
    expect(plane.cluster.find('ConfigMap', 'default', 'of-both')?.metadata.ownerReferences).toEqual([
      reference(two),
    ]);
  });

  it('deletes an object that is made for an owner who was replaced', async () => {
    const before = configMap('owner');
    plane.cluster.delete('ConfigMap', before);
    configMap('owner');
    configMap('late', { ownerReferences: [reference(before)] });
    await until('it is gone', () => !there('late'));
    expect(there('owner')).toBe(true);
  });

  it('in the foreground lets the owner go last', async () => {
    const owner = configMap('owner');
    const block = { blockOwnerDeletion: true };
    configMap('held', { ownerReferences: [reference(owner, block)], finalizers: ['example.com/hold'] });
    plane.cluster.delete('ConfigMap', owner, { propagationPolicy: 'Foreground' });
    await until(
      'the dependent is asked to go',
      () => plane.cluster.find('ConfigMap', 'default', 'held')?.metadata.deletionTimestamp,
    );
    expect(there('owner')).toBe(true);
    plane.cluster.patch('ConfigMap', plane.cluster.find('ConfigMap', 'default', 'held') as KubeObject, {
      metadata: { finalizers: null },
    });
    await until('both are gone', () => !there('held') && !there('owner'));
  });

  it('leaves orphans alone', async () => {
    const owner = configMap('owner');
    configMap('orphan', { ownerReferences: [reference(owner)] });
    plane.cluster.delete('ConfigMap', owner, { propagationPolicy: 'Orphan' });
    await until('the owner is gone', () => !there('owner'));
    expect(plane.cluster.find('ConfigMap', 'default', 'orphan')?.metadata.ownerReferences).toBeUndefined();
  });
});
