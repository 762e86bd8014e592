import type { KubeClient, List, WatchEvent } from '@stockout/localcluster/client';
import type { KubeObject } from '../../localcluster/src/types.ts';

type Reader = Pick<KubeClient, 'get'>;
type Events = WatchEvent<KubeObject>[];

export interface Chapter {
  events: Events;
  /** Up to which all is known. */
  revision: number;
}

/**
 * What happened in a collection after a revision, read revision by revision. A server that has just started cannot tell a
 * watcher of what was before; etcd still has each state.
 * @param path of the collection, without a query
 * @throws ApiError 410 when etcd has forgotten it
 */
export async function readHistory(client: Reader, path: string, after: number): Promise<Chapter> {
  const { metadata } = await client.get<List<KubeObject>>(path);
  const revision = Number(metadata.resourceVersion);
  const events: Events = [];
  let before = await stateAt(client, path, after);
  for (let at = after + 1; at <= revision; at++) {
    const state = await stateAt(client, path, at);
    events.push(...changes(before, state, at));
    before = state;
  }
  return { events, revision };
}

type State = ReadonlyMap<string, KubeObject>;

async function stateAt(client: Reader, path: string, revision: number): Promise<State> {
  const list = await client.get<List<KubeObject>>(
    `${path}?resourceVersion=${revision}&resourceVersionMatch=Exact`,
  );
  return new Map(list.items.map((item) => [item.metadata.uid, item]));
}

/** As a watch would tell them. */
function changes(before: State, state: State, revision: number): Events {
  const set = [...state.values()]
    .filter(
      (item) => before.get(item.metadata.uid)?.metadata.resourceVersion !== item.metadata.resourceVersion,
    )
    .map((object) => ({
      type: before.has(object.metadata.uid) ? ('MODIFIED' as const) : ('ADDED' as const),
      object,
    }));
  const gone = [...before.values()]
    .filter((item) => !state.has(item.metadata.uid))
    .map((item) => ({
      type: 'DELETED' as const,
      object: { ...item, metadata: { ...item.metadata, resourceVersion: String(revision) } },
    }));
  return [...set, ...gone];
}
