import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { get } from 'node:https';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../test/conformance/until.ts';
import { connect, type KubeClient, type List } from './client/index.ts';
import { podTemplate } from './controllers/control-plane.ts';
import { type LocalCluster, startLocalCluster } from './index.ts';
import type { Deployment, Pod } from './types.ts';

const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';

let stateDir: string;
let cluster: LocalCluster | undefined;

beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'stockout-cluster-'));
});

afterEach(async () => {
  await cluster?.stop();
  cluster = undefined;
  await rm(stateDir, { recursive: true, force: true });
});

describe('startLocalCluster', () => {
  it('refuses a folder that is in use, and leaves the one that runs there untouched', async () => {
    cluster = await startLocalCluster({ stateDir });
    const before = await readFile(cluster.kubeconfigPath, 'utf8');
    await expect(startLocalCluster({ stateDir })).rejects.toThrow(
      `${stateDir} is in use by process ${process.pid}: end it (stockout local down) or choose another folder`,
    );
    expect(await readFile(cluster.kubeconfigPath, 'utf8')).toBe(before);
    expect((await stat(cluster.kubeconfigPath)).mode & 0o777).toBe(0o600);
  });

  it('names a port that is taken, and leaves the folder free', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    await expect(startLocalCluster({ stateDir, port })).rejects.toThrow(`port ${port} on 127.0.0.1 is taken`);
    other.close();
    cluster = await startLocalCluster({ stateDir });
  });

  it('brings back what was there when the one before was ended, and pods for what had some', async () => {
    cluster = await startLocalCluster({ stateDir, keepObjects: true });
    const labels = { app: 'sleeper' };
    const template = podTemplate(labels, {
      containers: [{ name: 'app', image: 'app:1', command: ['sleep', '1000'] }],
    });
    const before = await connect(cluster.kubeconfigPath);
    await before.post(DEPLOYMENTS, {
      metadata: { name: 'sleeper' },
      spec: { selector: { matchLabels: labels }, template },
    });
    const first = await until('the pod runs', () => runningPod(before));
    const kept = await before.get<Deployment>(`${DEPLOYMENTS}/sleeper`);
    before.close();
    await cluster.stop();

    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    await expect(startLocalCluster({ stateDir, keepObjects: true, port })).rejects.toThrow('is taken');
    taken.close();
    cluster = await startLocalCluster({ stateDir, keepObjects: true });
    const after = await connect(cluster.kubeconfigPath);
    const found = await after.get<Deployment>(`${DEPLOYMENTS}/sleeper`);
    expect(found.metadata).toMatchObject({ uid: kept.metadata.uid, generation: kept.metadata.generation });
    const second = await until('another pod runs', () => runningPod(after));
    expect(second.metadata.name).not.toBe(first.metadata.name);
    const { items } = await after.get<List<Pod>>('/api/v1/namespaces/default/pods');
    expect(items).toHaveLength(1);
    after.close();
  });

  it('takes its kubeconfig away when it stops, and lets nobody in without the token', async () => {
    cluster = await startLocalCluster({ stateDir });
    const { url, kubeconfigPath } = cluster;
    expect(await statusOf(`${url}/api`, 'wrong')).toBe(401);
    expect(await statusOf(`${url}/api`, cluster.token)).toBe(200);
    await cluster.stop();
    expect(existsSync(kubeconfigPath)).toBe(false);
    await expect(statusOf(`${url}/api`, '')).rejects.toThrow('ECONNREFUSED');
  });
});

async function statusOf(url: string, token: string): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  const headers = { authorization: `Bearer ${token}` };
  get(url, { agent: false, rejectUnauthorized: false, headers }, (response) => {
    response.resume();
    resolve(response.statusCode);
  }).on('error', reject);
  return promise;
}

async function runningPod(client: KubeClient): Promise<Pod | undefined> {
  const { items } = await client.get<List<Pod>>('/api/v1/namespaces/default/pods');
  return items.find(({ status, metadata }) => status?.phase === 'Running' && !metadata.deletionTimestamp);
}
