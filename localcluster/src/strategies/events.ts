import type { Strategy } from '../registry/resource.ts';
import type { JsonObject, KubeObject } from '../types.ts';

type Fields = KubeObject & JsonObject;

/** Fields of v1 Events and what events.k8s.io/v1 calls them. */
const RENAMED: [core: string, events: string][] = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['reportingComponent', 'reportingController'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
];

function rename(object: KubeObject, apiVersion: string, names: [from: string, to: string][]): KubeObject {
  const from = new Map(names);
  const entries = Object.entries(object as Fields).map(([name, value]) => [from.get(name) ?? name, value]);
  return { ...Object.fromEntries(entries), apiVersion } as KubeObject;
}

/** events.k8s.io/v1 is another view of the same objects, which are stored as v1 Events. */
export const eventsViewStrategy: Strategy = {
  store: (object) =>
    rename(
      object,
      'v1',
      RENAMED.map(([core, events]) => [events, core]),
    ),
  show: (object) => rename(object, 'events.k8s.io/v1', RENAMED),
};
