import { randomBytes } from 'node:crypto';
import { timestamp } from '../timestamp.ts';
import type { JsonObject, KubeObject } from '../types.ts';

export interface EventText {
  type: 'Normal' | 'Warning';
  /** CamelCase, one word for machines. */
  reason: string;
  message: string;
  /** Who says so, such as deployment-controller. */
  component: string;
  host?: string;
  /** Which part, such as spec.containers{app}. */
  fieldPath?: string;
}

/** A v1 Event about an object. @param now milliseconds */
export function eventBody(about: KubeObject, text: EventText, now: number): JsonObject {
  const { type, reason, message, component, host, fieldPath } = text;
  const instant = timestamp(now);
  const { name, namespace, uid, resourceVersion } = about.metadata;
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.${randomBytes(8).toString('hex')}`, namespace: namespace ?? 'default' },
    involvedObject: {
      apiVersion: about.apiVersion,
      kind: about.kind,
      name,
      ...(namespace === undefined ? {} : { namespace }),
      uid,
      resourceVersion,
      ...(fieldPath === undefined ? {} : { fieldPath }),
    },
    type,
    reason,
    message: message.slice(0, 1024),
    source: { component, ...(host === undefined ? {} : { host }) },
    reportingComponent: component,
    reportingInstance: host ?? '',
    firstTimestamp: instant,
    lastTimestamp: instant,
    count: 1,
  };
}

/** The same event again counts up instead of filling the list. */
export function eventKey(about: KubeObject, { type, reason, message, fieldPath = '' }: EventText): string {
  return [about.metadata.uid, type, reason, message, fieldPath].join('|');
}
