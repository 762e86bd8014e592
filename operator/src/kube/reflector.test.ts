import { afterEach, beforeEach, expect, test } from 'vitest';
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

beforeEach(async () => {
  server = new ApiServer();
  client = await server.start();
  store = new Store();
  abort = new AbortController();
  const options = { selection: {}, backoff: { firstMs: 1, maxMs: 5 } };
  reflector = new Reflector(client, CONFIG_MAP, store, options, () => {});
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

const names = (): string[] => Array.from(store.values(), ({ metadata }) => metadata.name).sort();
const valueOf = (name: string): string | undefined => store.get(`shop/${name}`)?.data?.['value'];

test('a store holds what is listed, then follows what is added, changed and deleted', async () => {
  server.put(`${PATH}/a`, aConfigMap('a'));
  await start();
  expect(names()).toEqual(['a']);
  server.put(`${PATH}/b`, aConfigMap('b'));
  server.put(`${PATH}/a`, aConfigMap('a', 'changed'));
  await eventually(() => expect([names(), valueOf('a')]).toEqual([['a', 'b'], 'changed']));
  server.remove(`${PATH}/a`);
  await eventually(() => expect(names()).toEqual(['b']));
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
  expect(server.lists).toBe(1);
});

test('when the history is gone, it lists again and drops what was deleted meanwhile', async () => {
  server.put(`${PATH}/a`, aConfigMap('a'));
  await start();
  server.oldest = Number(server.put(`${PATH}/b`, aConfigMap('b')).metadata.resourceVersion) + 2;
  server.remove(`${PATH}/a`);
  server.put(`${PATH}/c`, aConfigMap('c'));
  server.breakWatches();
  await eventually(() => expect(names()).toEqual(['b', 'c']));
});

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
