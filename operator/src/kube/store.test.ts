import { expect, test } from 'vitest';
import type { KubeObject } from '../api/kubernetes.ts';
import { Store } from './store.ts';

const object = (name: string, owner: string, resourceVersion: string, namespace = 'shop'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace, resourceVersion, labels: { owner } },
});
const create = () => new Store<KubeObject>(({ metadata }) => metadata.labels?.['owner']);
const namesIn = (store: Store<KubeObject>, group: string): string[] =>
  store.inGroup(group).map(({ metadata }) => metadata.name);

test('objects are found by their group, also after they changed it', () => {
  const store = create();
  store.set(object('a', 'x', '1'));
  store.set(object('b', 'x', '2'));
  store.set(object('a', 'y', '3'));
  expect(namesIn(store, 'x')).toEqual(['b']);
  expect(namesIn(store, 'y')).toEqual(['a']);
  store.delete(object('a', 'y', '4'));
  expect(namesIn(store, 'y')).toEqual([]);
});

test('a change is told once, and not when a list brings nothing new', () => {
  const store = create();
  const told: string[] = [];
  store.onChange(({ metadata }) => told.push(`${metadata.name}@${metadata.resourceVersion}`));
  store.set(object('a', 'x', '1'));
  store.replace([object('a', 'x', '1'), object('b', 'x', '2')]);
  store.replace([object('b', 'x', '3')]);
  store.delete(object('unknown', 'x', '4'));
  expect(told).toEqual(['a@1', 'b@2', 'a@1', 'b@3']);
});

test('the list of one namespace leaves those of others alone', () => {
  const store = create();
  store.set(object('a', 'x', '1', 'one'));
  store.set(object('b', 'x', '2', 'two'));
  store.replace([], 'one');
  expect(namesIn(store, 'x')).toEqual(['b']);
});
