import { afterEach, beforeEach, expect, it } from 'vitest';
import type { KubeObject } from '../types.ts';
import { ControlPlane } from './control-plane.ts';
import { eventExpiry } from './event-expiry.ts';
import { keyOfObject } from './manager.ts';

const HOUR = 3_600_000;

let plane: ControlPlane;

beforeEach(() => {
  plane = new ControlPlane();
});

afterEach(() => plane.stop());

it('an event is forgotten an hour after it was last told', () => {
  const about = plane.cluster.find('Namespace', undefined, 'default') as KubeObject;
  plane.cluster.event(about, { type: 'Normal', reason: 'Told', message: 'something' });
  const events = (): KubeObject[] => plane.cluster.list('Event', 'default');
  const [event] = events() as [KubeObject];
  const { watches, reconcile } = eventExpiry(plane.cluster);
  watches.Event?.(event);
  plane.now += HOUR - 1;
  expect(reconcile(keyOfObject(event))).toBe(1);
  watches.Event?.(event);
  plane.now += 1;
  expect(reconcile(keyOfObject(event))).toBe(HOUR - 1);
  plane.now += HOUR - 1;
  expect(reconcile(keyOfObject(event))).toBeUndefined();
  expect(events()).toEqual([]);
});
