import { arch, availableParallelism, hostname, release, totalmem, type } from 'node:os';
import process from 'node:process';
import { isCode } from '../api/api-error.ts';
import { corePath, type KubeClient } from '../client/kube-client.ts';
import { kubernetes } from '../schema/kubernetes.ts';
import { now } from '../timestamp.ts';
import type { KubeObject, Node } from '../types.ts';

const LEASE_SECONDS = 40;
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';

/** Tells the API that this node is here and ready. @param logPort where logs are asked for, absent without */
export async function registerNode(
  client: KubeClient,
  name: string,
  logPort: number | undefined,
): Promise<Node> {
  const path = corePath('nodes', undefined, name);
  const os = process.platform === 'win32' ? 'windows' : process.platform;
  const labels = {
    'kubernetes.io/hostname': name,
    'kubernetes.io/os': os,
    'kubernetes.io/arch': arch() === 'x64' ? 'amd64' : arch(),
  };
  try {
    await client.post<Node>(corePath('nodes', undefined), {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name, labels },
    });
  } catch (error) {
    if (!isCode(error, 409)) throw error;
  }
  return client.patch<Node>(`${path}/status`, { status: nodeStatus(name, logPort) });
}

function nodeStatus(name: string, logPort: number | undefined): object {
  const instant = now();
  const times = { lastHeartbeatTime: instant, lastTransitionTime: instant };
  const healthy = (kind: string, what: string) => ({
    type: kind,
    status: 'False',
    reason: `KubeletHasNo${kind}`,
    message: `agent has ${what} available`,
    ...times,
  });
  const capacity = {
    cpu: String(availableParallelism()),
    memory: `${Math.floor(totalmem() / 1024)}Ki`,
    pods: '110',
  };
  return {
    addresses: [
      { type: 'InternalIP', address: '127.0.0.1' },
      { type: 'Hostname', address: name },
    ],
    capacity,
    allocatable: capacity,
    conditions: [
      healthy('MemoryPressure', 'sufficient memory'),
      healthy('DiskPressure', 'no disk pressure'),
      {
        type: 'Ready',
        status: 'True',
        reason: 'KubeletReady',
        message: 'pods run as local processes',
        ...times,
      },
    ],
    ...(logPort === undefined ? {} : { daemonEndpoints: { kubeletEndpoint: { Port: logPort } } }),
    nodeInfo: {
      architecture: arch() === 'x64' ? 'amd64' : arch(),
      bootID: '',
      containerRuntimeVersion: `process://${process.versions.node}`,
      kernelVersion: release(),
      kubeProxyVersion: '',
      kubeletVersion: `v${kubernetes.version}.0-stockout-local`,
      machineID: hostname(),
      operatingSystem: process.platform === 'win32' ? 'windows' : process.platform,
      osImage: type(),
      systemUUID: '',
    },
  };
}

/** Keeps the node's Lease fresh: a real control plane takes a node without one for dead. @returns what stops it */
export function keepLease(
  client: KubeClient,
  node: Node,
  seconds: number,
  log: (line: string) => void,
): () => void {
  const renew = (): void =>
    void renewLease(client, node).catch((error: unknown) => log(`lease: ${String(error)}`));
  renew();
  const timer = setInterval(renew, seconds * 1000);
  return () => clearInterval(timer);
}

async function renewLease(client: KubeClient, node: Node): Promise<void> {
  const { name, uid } = node.metadata;
  const renewTime = new Date().toISOString().replace('Z', '000Z');
  try {
    await client.patch<KubeObject>(`${LEASES}/${name}`, { spec: { renewTime } });
  } catch (error) {
    if (!isCode(error, 404)) throw error;
    await client.post<KubeObject>(LEASES, {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name, ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid }] },
      spec: { holderIdentity: name, leaseDurationSeconds: LEASE_SECONDS, renewTime },
    });
  }
}
