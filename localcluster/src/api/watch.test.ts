import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../../test/conformance/until.ts';
import { connect, type KubeClient, type List, type WatchEvent } from '../client/index.ts';
import { corePath } from '../client/kube-client.ts';
import { ControlPlane } from '../controllers/control-plane.ts';
import { type LocalCluster, startLocalCluster } from '../index.ts';
import type { KubeObject } from '../types.ts';
import { serveWatch } from './watch.ts';

const CONFIG = corePath('configmaps', 'default');

let stateDir: string;
let cluster: LocalCluster;
let client: KubeClient;

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'stockout-watch-'));
  cluster = await startLocalCluster({ stateDir });
  client = await connect(cluster.kubeconfigPath);
});

afterAll(async () => {
  client.close();
  await cluster.stop();
  await rm(stateDir, { recursive: true, force: true });
});

const create = (name: string, labels: object = {}): Promise<KubeObject> =>
  client.post(CONFIG, { metadata: { name, labels } });

/** Watches until the signal; what was heard grows meanwhile: `ADDED a`. */
function hear(query: string, signal: AbortSignal): { heard: string[]; over: Promise<unknown> } {
  const heard: string[] = [];
  const seen = ({ type, object: { metadata } }: WatchEvent<KubeObject>): void => {
    const initial = metadata.annotations?.['k8s.io/initial-events-end'] ? ' after the list' : '';
    heard.push(type === 'BOOKMARK' ? `BOOKMARK${initial}` : `${type} ${metadata.name}`);
  };
  const over = client
    .watch<KubeObject>(`${CONFIG}?watch=1&${query}`, signal, seen)
    .catch((error: unknown) => error);
  return { heard, over };
}

describe('a watch', () => {
  it('tells an object that leaves its selector as deleted, and one that enters as added', async () => {
    await create('moving', { tier: 'a' });
    const end = new AbortController();
    const { heard } = hear('labelSelector=tier%3Da', end.signal);
    await until('the state', () => heard.length === 1);
    await client.patch(`${CONFIG}/moving`, { metadata: { labels: { tier: 'b' } } });
    await client.patch(`${CONFIG}/moving`, { metadata: { labels: { tier: 'a' } } });
    await client.patch(`${CONFIG}/moving`, { data: { x: '1' } });
    await until('all of it', () => heard.length === 4);
    end.abort();
    expect(heard).toEqual(['ADDED moving', 'DELETED moving', 'ADDED moving', 'MODIFIED moving']);
  });

  it('says with a bookmark where the list ends that it began with', async () => {
    await create('listed', { list: 'yes' });
    const end = new AbortController();
    const query = 'labelSelector=list%3Dyes&sendInitialEvents=true&allowWatchBookmarks=true';
    const { heard } = hear(`${query}&resourceVersionMatch=NotOlderThan`, end.signal);
    await until('the bookmark', () => heard.length === 2);
    end.abort();
    expect(heard).toEqual(['ADDED listed', 'BOOKMARK after the list']);
  });

  it('goes on from the revision of a list, and ends in its time', async () => {
    const { metadata } = await client.get<List<KubeObject>>(CONFIG);
    await create('later');
    const { heard, over } = hear(
      `resourceVersion=${metadata.resourceVersion}&timeoutSeconds=1`,
      AbortSignal.timeout(20_000),
    );
    expect(await over).toBeUndefined();
    expect(heard).toEqual(['ADDED later']);
  });

  it('is refused from what is no revision', async () => {
    const { over } = hear('resourceVersion=abc', AbortSignal.timeout(20_000));
    expect(String(await over)).toContain('strconv.ParseUint: parsing "abc": invalid syntax');
  });
});

describe('serveWatch', () => {
  it('answers a revision from before the history with an event that holds 410, and ends', async () => {
    const plane = new ControlPlane();
    const { registry } = plane;
    registry.store.compact();
    const server = createServer((_request, response) => {
      const rest = { bookmarks: false, sendInitialEvents: false, timeoutSeconds: 60 };
      const representation = { table: false, include: 'Metadata' } as const;
      const resource = registry.kinds.builtIn('ConfigMap');
      serveWatch(
        registry,
        { resource, matches: () => true, resourceVersion: '1', representation, ...rest },
        response,
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const object = { kind: 'Status', status: 'Failure', reason: 'Expired', code: 410 };
    expect(JSON.parse(await response.text())).toMatchObject({ type: 'ERROR', object });
    server.close();
    plane.stop();
  });
});
