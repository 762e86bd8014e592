import { isDeepStrictEqual } from 'node:util';
import { array, assert, constantFrom, jsonValue, object, property } from 'fast-check';
import { expect, test } from 'vitest';
import type { KubeObject } from '../api/kubernetes.ts';
import { SharedParts, shareParts } from './shared-parts.ts';

const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

interface Made extends KubeObject {
  spec: { replicas: number; template: { securityContext: object; args: string[] } };
}

function made(name: string, component: string, replicas = 2): Made {
  const labels = { 'app.kubernetes.io/component': component };
  const template = { securityContext: { runAsNonRoot: true }, args: ['serve', name] };
  return copy({
    apiVersion: 'apps/v1',
    kind: 'Made',
    metadata: { name, namespace: 'shop', labels },
    spec: { replicas, template },
  });
}

/** Of so few keys and values that two of them have much in common. */
const few = object({
  key: constantFrom('a', 'b', '__proto__'),
  values: [constantFrom(0, 1, 'x', null), array(constantFrom('x', 'y'), { maxLength: 3 })],
  maxDepth: 4,
});

test('whatever two values are, one that takes over parts of the other stays what it was, and the other does too', () => {
  assert(
    property(few.map(copy), few.map(copy), (value, like) => {
      const [before, likeBefore] = [copy(value), JSON.stringify(like)];
      // The order of keys does not count.
      expect(isDeepStrictEqual(shareParts(value, like), before)).toBe(true);
      expect(JSON.stringify(like)).toBe(likeBefore);
    }),
  );
});

test('of equal values the one that was there first is kept', () => {
  assert(
    property(jsonValue({ maxDepth: 4 }), (like) => {
      expect(shareParts(copy(like), like)).toBe(like);
    }),
  );
});

test('a list that is longer or shorter is another list, of which the equal items are shared', () => {
  const like = [{ a: 1 }, { b: 1 }];
  const longer = shareParts([{ a: 1 }, { b: 2 }, { c: 3 }], like);
  expect(longer).toEqual([{ a: 1 }, { b: 2 }, { c: 3 }]);
  expect(longer[0]).toBe(like[0]);
  expect(shareParts([{ a: 1 }], like)).toEqual([{ a: 1 }]);
});

test('a field that only one of both has makes them differ, whatever every object inherits', () => {
  const like = JSON.parse('{"a":{}}') as object;
  expect(shareParts(JSON.parse('{"__proto__":{},"a":{}}'), like)).not.toBe(like);
  expect(shareParts({ a: {}, toString: {} }, like)).toHaveProperty('toString', {});
  expect(shareParts({ a: {}, b: null }, like)).toEqual({ a: {}, b: null });
});

test('objects of one component share what they have in common, and only with each other', () => {
  const parts = new SharedParts<Made>();
  const first = parts.take(made('a', 'training'), undefined);
  const other = parts.take(made('b', 'scoring', 3), undefined);
  const second = parts.take(made('c', 'training'), undefined);
  expect(second).toEqual(made('c', 'training'));
  expect(second.spec.template.securityContext).toBe(first.spec.template.securityContext);
  expect(other.spec.template.securityContext).not.toBe(first.spec.template.securityContext);
});

test('an object that changed shares with what it was', () => {
  const parts = new SharedParts<Made>();
  const before = parts.take(made('a', 'training'), undefined);
  parts.take(made('b', 'training', 5), undefined);
  const after = parts.take(made('a', 'training', 3), before);
  expect(after).toEqual(made('a', 'training', 3));
  expect(after.spec.template).toBe(before.spec.template);
});
