import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, connect as connectTo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../../test/conformance/until.ts';
import { connect, type KubeClient, type List } from '../client/index.ts';
import { corePath } from '../client/kube-client.ts';
import { type LocalCluster, startLocalCluster } from '../index.ts';
import type { KubeObject, Service } from '../types.ts';

const NAMESPACE = 'default';
const HOST = '127.0.0.1';

let stateDir: string;
let cluster: LocalCluster;
let client: KubeClient;
let servers: Server[];

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'stockout-proxy-'));
  cluster = await startLocalCluster({ stateDir });
  client = await connect(cluster.kubeconfigPath);
});

afterAll(async () => {
  client.close();
  await cluster.stop();
  await rm(stateDir, { recursive: true, force: true });
});

beforeEach(() => {
  servers = [];
});

afterEach(async () => {
  for (const server of servers) server.close();
  const now = { gracePeriodSeconds: 0 };
  for (const plural of ['pods', 'services']) await client.delete(corePath(plural, NAMESPACE), now);
});

function listen(port: number, says: string): Promise<number> {
  const server = createServer((socket) => socket.end(says));
  servers.push(server);
  return new Promise((resolve) => {
    server.listen(port, HOST, () => resolve((server.address() as AddressInfo).port));
  });
}

/** A pod of a node that is not there: the test answers for it, and says whether it is ready. */
async function createPod(name: string, ready: boolean): Promise<void> {
  const containerPort = await listen(0, name);
  await client.post(corePath('pods', NAMESPACE), {
    metadata: { name, labels: { app: 'web' } },
    spec: {
      nodeName: 'elsewhere',
      containers: [{ name: 'app', image: 'app:1', ports: [{ name: 'http', containerPort }] }],
    },
  });
  await setReady(name, ready);
}

function setReady(name: string, ready: boolean): Promise<KubeObject> {
  const conditions = [{ type: 'Ready', status: ready ? 'True' : 'False' }];
  const status = { phase: 'Running', podIP: HOST, conditions };
  return client.patch(`${corePath('pods', NAMESPACE, name)}/status`, { status });
}

const createService = (nodePort?: number): Promise<Service> =>
  client.post<Service>(corePath('services', NAMESPACE), {
    metadata: { name: 'web' },
    spec: {
      type: 'LoadBalancer',
      selector: { app: 'web' },
      ports: [{ port: 80, targetPort: 'http', ...(nodePort ? { nodePort } : {}) }],
    },
  });

const published = (): Promise<number> =>
  until('the Service tells where it is', async () => {
    const { status } = await client.get<Service>(corePath('services', NAMESPACE, 'web'));
    return status?.loadBalancer?.ingress?.[0]?.ports?.[0]?.port;
  });

/** @returns what it says; undefined when the connection is refused or reset */
function ask(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connectTo(port, HOST);
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => (text += chunk));
    socket.on('end', () => resolve(text));
    socket.on('error', () => resolve(undefined));
  });
}

async function askOften(port: number): Promise<Set<string | undefined>> {
  const answers = new Set<string | undefined>();
  for (let turn = 0; turn < 6; turn++) answers.add(await ask(port));
  return answers;
}

describe('the Service proxy', () => {
  it('passes connections on to pods that are ready, in turns, and to no other', async () => {
    await createService();
    await createPod('ready', true);
    await createPod('unready', false);
    const port = await published();
    await until('the pod is known', async () => (await ask(port)) === 'ready');
    expect(await askOften(port)).toEqual(new Set(['ready']));
    await setReady('unready', true);
    await until('both answer', async () => (await askOften(port)).size === 2);
    await client.delete(corePath('pods', NAMESPACE, 'ready'));
    await until('only the other one answers', async () => !(await askOften(port)).has('ready'));
  });

  it('resets connections while no pod is ready', async () => {
    await createService();
    await createPod('unready', false);
    expect(await ask(await published())).toBeUndefined();
  });

  it('stops listening when the Service is gone', async () => {
    await createService();
    const port = await published();
    await client.delete(corePath('services', NAMESPACE, 'web'));
    await until('the port is free again', () => isFree(port));
  });

  it('says in an event that a port is taken, tells no address, and takes the port when it is free', async () => {
    const nodePort = await listenInRange();
    const [other] = servers;
    await createService(nodePort);
    const message = await until('the event', async () => {
      const { items } = await client.get<List<KubeObject & { reason: string; message: string }>>(
        corePath('events', NAMESPACE),
      );
      return items.find(({ reason }) => reason === 'PortTaken')?.message;
    });
    expect(message).toBe(
      `cannot listen on ${HOST}:${nodePort}, will try again: another process of this machine has it`,
    );
    const { status } = await client.get<Service>(corePath('services', NAMESPACE, 'web'));
    expect(status?.loadBalancer).toEqual({});
    other?.close();
    expect(await published()).toBe(nodePort);
  });
});

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, HOST, () => server.close(() => resolve(true)));
  });
}

/** A port that a Service may ask for, held by this process. */
async function listenInRange(): Promise<number> {
  for (let port = 32_767; ; port--) if (await isFree(port)) return listen(port, 'somebody else');
}
