import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ConfigMap } from '../api/kubernetes.ts';
import { ApiServer } from '../testing/api-server.ts';
import { eventually } from '../testing/eventually.ts';
import type { KubeClient } from './client.ts';
import { CONFIG_MAP } from './kinds.ts';
import { Reflector } from './reflector.ts';
import { Store } from './store.ts';

const PATH = '/api/v1/namespaces/shop/configmaps';
const aConfigMap = (name: string, value = 'a'): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'shop' },
  data: { value },
});

let server: ApiServer;
let store: Store<ConfigMap>;
let client: KubeClient;
let reflector: Reflector<ConfigMap>;
let abort: AbortController;
let running: Promise<void>;
let told: string[];

beforeEach(async () => {
  server = new ApiServer();
  client = await server.start();
  store = new Store();
  abort = new AbortController();
  const options = { selection: {}, backoff: { firstMs: 1, maxMs: 5 } };
  told = [];
  reflector = new Reflector(client, CONFIG_MAP, store, options, (_, message) => told.push(message));
});

afterEach(async () => {
  abort.abort();
  await running;
  await server.stop();
});

function start(): Promise<void> {
  running = reflector.run(abort.signal);
  return reflector.synced;
}

const withVersion = (object: ConfigMap, resourceVersion: string): ConfigMap => ({
  ...object,
  metadata: { ...object.metadata, resourceVersion },
});

/** `c000` and so on. */
function putMany(count: number): void {
  for (let index = 0; index < count; index++) {
    const name = `c${String(index).padStart(3, '0')}`;
    server.put(`${PATH}/${name}`, aConfigMap(name));
  }
}

const names = (): string[] => Array.from(store.values(), ({ metadata }) => metadata.name).sort();
const valueOf = (name: string): string | undefined => store.get(`shop/${name}`)?.data?.['value'];

test.each([true, false])(
  'a store holds what is there (as a stream: %s), then follows what is added, changed and deleted',
  async (streams) => {
    server.knowsStreams = streams;
    server.put(`${PATH}/a`, aConfigMap('a'));
    await start();
    expect(names()).toEqual(['a']);
    server.put(`${PATH}/b`, aConfigMap('b'));
    server.put(`${PATH}/a`, aConfigMap('a', 'changed'));
    await eventually(() => expect([names(), valueOf('a')]).toEqual([['a', 'b'], 'changed']));
    server.remove(`${PATH}/a`);
    await eventually(() => expect(names()).toEqual(['b']));
  },
);

describe('where the server knows no streams', () => {
  beforeEach(() => void (server.knowsStreams = false));

  test('it is listed at once, and nobody is told of trouble', async () => {
    server.put(`${PATH}/a`, aConfigMap('a'));
    await start();
    expect(names()).toEqual(['a']);
    expect({ lists: server.lists, told }).toEqual({ lists: 1, told: [] });
  });

  test('a list of several pages is whole, and what happens meanwhile is seen by the watch that follows', async () => {
    putMany(250);
    let pages = 1;
    server.betweenPages = () => {
      if (++pages > 2) return;
      server.put(`${PATH}/c000`, aConfigMap('c000', 'changed'));
      server.remove(`${PATH}/c249`);
      server.put(`${PATH}/c250`, aConfigMap('c250'));
    };
    await start();
    await eventually(() => expect([valueOf('c000'), names().at(-1)]).toEqual(['changed', 'c250']));
    expect(names()).toHaveLength(250);
    expect(names()).not.toContain('c249');
    expect({ pages, lists: server.lists }).toEqual({ pages: 3, lists: 1 });
  });

  test('a list whose history is gone in the middle begins anew, and nothing of its half is kept', async () => {
    putMany(150);
    server.expiringLists = 1;
    const held: number[] = [];
    server.betweenPages = () => {
      held.push(names().length);
      server.remove(`${PATH}/c000`);
    };
    await start();
    expect(names()).toHaveLength(149);
    expect(names()).not.toContain('c000');
    expect({ held, lists: server.lists }).toEqual({ held: [0, 0], lists: 2 });
  });
});

test('a stream that breaks off before all is there leaves the store as it was, and a list follows', async () => {
  await start();
  server.put(`${PATH}/a`, aConfigMap('a'));
  await eventually(() => expect(names()).toEqual(['a']));
  const seen: string[][] = [];
  store.onChange(() => seen.push(names()));
  server.breakingStreams = 1;
  server.oldest = Number(server.put(`${PATH}/a`, aConfigMap('a', 'lost')).metadata.resourceVersion) + 3;
  seen.length = 0;
  putMany(2);
  server.remove(`${PATH}/a`);
  server.breakWatches();
  await eventually(() => expect(names()).toEqual(['c000', 'c001']));
  expect({ streams: server.streams, lists: server.lists }).toEqual({ streams: 2, lists: 1 });
});

test('what changes while a stream brings what is there is not lost', async () => {
  const events = [
    { type: 'ADDED', object: withVersion(aConfigMap('a'), '1') },
    { type: 'ADDED', object: withVersion(aConfigMap('b'), '2') },
    { type: 'MODIFIED', object: withVersion(aConfigMap('a', 'changed'), '3') },
    { type: 'BOOKMARK', object: { metadata: { resourceVersion: '3' } } },
    { type: 'DELETED', object: withVersion(aConfigMap('b'), '4') },
    {
      type: 'BOOKMARK',
      object: { metadata: { resourceVersion: '4', annotations: { 'k8s.io/initial-events-end': 'true' } } },
    },
  ];
  const streaming = {
    async *watch(_kind: unknown, _selection: unknown, signal: AbortSignal) {
      yield* events;
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
    },
  } as unknown as KubeClient;
  const other = new Reflector(streaming, CONFIG_MAP, store, { selection: {} }, () => {});
  const following = other.run(abort.signal);
  await other.synced;
  expect([names(), valueOf('a')]).toEqual([['a'], 'changed']);
  abort.abort();
  await following;
});

test('who set which field is kept only where it is asked for', async () => {
  const managedFields = [{ manager: 'kubectl', fieldsV1: { 'f:data': {} } }];
  const written = { ...aConfigMap('a'), metadata: { ...aConfigMap('a').metadata, managedFields } };
  server.put(`${PATH}/a`, written);
  await start();
  expect(store.get('shop/a')?.metadata).not.toHaveProperty('managedFields');
  const changed: ConfigMap = { ...written, data: { value: 'b' } };
  server.put(`${PATH}/a`, changed);
  await eventually(() => expect(valueOf('a')).toBe('b'));
  expect(store.get('shop/a')?.metadata).not.toHaveProperty('managedFields');

  const keeping = new Reflector(
    client,
    CONFIG_MAP,
    store,
    { selection: {}, trim: (object) => object },
    () => {},
  );
  const kept = keeping.run(abort.signal);
  await keeping.synced;
  expect(store.get('shop/a')?.metadata.managedFields).toEqual(managedFields);
  abort.abort();
  await kept;
});

test('what objects have in common is kept once, whether they were listed or came later', async () => {
  server.put(`${PATH}/a`, aConfigMap('a'));
  server.put(`${PATH}/b`, aConfigMap('b'));
  await start();
  server.put(`${PATH}/c`, aConfigMap('c'));
  await eventually(() => expect(names()).toEqual(['a', 'b', 'c']));
  const [first, ...others] = Array.from(store.values(), ({ data }) => data);
  expect(first).toEqual({ value: 'a' });
  for (const data of others) expect(data).toBe(first);
});

test('objects of built-in kinds, which a list returns without their kind, have it', async () => {
  const { apiVersion: _, kind: __, ...bare } = aConfigMap('a');
  server.put(`${PATH}/a`, bare as ConfigMap);
  await start();
  expect(store.get('shop/a')).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' });
});

test('a broken watch goes on where it stood: nothing is missed, nothing is listed again', async () => {
  await start();
  server.put(`${PATH}/a`, aConfigMap('a'));
  await eventually(() => expect(names()).toEqual(['a']));
  server.breakWatches();
  server.put(`${PATH}/b`, aConfigMap('b'));
  await eventually(() => expect(names()).toEqual(['a', 'b']));
  expect({ streams: server.streams, lists: server.lists }).toEqual({ streams: 1, lists: 0 });
});

test.each([true, false])(
  'when the history is gone, what is there comes anew (as a stream: %s), and what was deleted meanwhile is dropped',
  async (streams) => {
    server.knowsStreams = streams;
    server.put(`${PATH}/a`, aConfigMap('a'));
    await start();
    server.oldest = Number(server.put(`${PATH}/b`, aConfigMap('b')).metadata.resourceVersion) + 2;
    server.remove(`${PATH}/a`);
    server.put(`${PATH}/c`, aConfigMap('c'));
    server.breakWatches();
    await eventually(() => expect(names()).toEqual(['b', 'c']));
  },
);

test.each([
  ['too many requests', 429, 'TooManyRequests'],
  ['a fault of the server', 500, 'InternalError'],
  ['no permission', 403, 'Forbidden'],
  ['a kind that is not installed yet', 404, 'NotFound'],
])('it survives %s, and is synced only after the first list', async (_name, code, reason) => {
  server.failure = { code, body: { kind: 'Status', code, reason, message: 'no' } };
  const synced = start();
  expect(reflector.hasSynced).toBe(false);
  server.put(`${PATH}/a`, aConfigMap('a'));
  server.failure = undefined;
  await synced;
  expect(names()).toEqual(['a']);
});

test('it survives an API server that is away for a while', async () => {
  await start();
  server.failure = { code: 503, body: 'not JSON at all' };
  server.breakWatches();
  server.put(`${PATH}/a`, aConfigMap('a'));
  server.failure = undefined;
  await eventually(() => expect(names()).toEqual(['a']));
});
