import { createHash } from 'node:crypto';
import type { Condition } from '@stockout/crds';
import type { KubeEvent, KubeObject } from './api/kubernetes.ts';
import { type Finding, isTrouble } from './conditions.ts';
import { OPERATOR } from './resources/names.ts';

export interface Announcement extends Finding {
  type: 'Normal' | 'Warning';
}

/**
 * What is worth an Event: a condition that says something else than before. Told once, since status is written once.
 * @param types in the order of the story: a version is trained before it rolls out
 */
export function announcementsOf(
  before: readonly Condition[],
  after: readonly Condition[],
  types: readonly string[],
): Announcement[] {
  const told = new Map<string, Announcement>();
  const inOrder = types.flatMap((type) => after.filter((condition) => condition.type === type));
  for (const { type, status, reason, message } of inOrder) {
    const old = before.find((condition) => condition.type === type);
    const isNews = status !== 'Unknown' && (old?.status !== status || old.reason !== reason);
    if (!isNews) continue;
    told.set(`${reason} ${message}`, { type: isTrouble(reason) ? 'Warning' : 'Normal', reason, message });
  }
  return [...told.values()];
}

/**
 * The Event's name depends on what it says and of whom, so that two operators tell it once. It begins with the time and
 * the place among those told at once: kubectl shows Events of one second in the order of their names.
 * @param place from 0 on
 */
export function buildEvent(
  about: KubeObject,
  announcement: Announcement,
  identity: string,
  now: Date,
  place: number,
): KubeEvent {
  const { name, namespace, uid, generation } = about.metadata;
  const { type, reason, message } = announcement;
  const time = now.toISOString().replace(/\.\d+Z$/, 'Z');
  const order = `${Math.floor(now.getTime() / 1000).toString(16)}${place.toString(16)}`;
  const digest = createHash('sha256')
    .update(JSON.stringify([uid, generation, reason, message, time]))
    .digest('hex')
    .slice(0, 16);
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.${order}${digest}`, namespace },
    involvedObject: { apiVersion: about.apiVersion, kind: about.kind, namespace, name, uid },
    type,
    reason,
    message: message.slice(0, 1024),
    source: { component: OPERATOR },
    reportingComponent: OPERATOR,
    reportingInstance: identity,
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
  };
}
