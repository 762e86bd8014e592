import { createServer, type Server, type Socket } from 'node:net';
import { EventRecorder } from '../client/event-recorder.ts';
import { corePath, KubeClient } from '../client/kube-client.ts';
import { readKubeconfig } from '../client/kubeconfig.ts';
import { type Reflector, reflect } from '../client/reflector.ts';
import { resolvePort } from '../controllers/endpoint-slices.ts';
import { isFinished, isReady } from '../controllers/pods.ts';
import { matchesSelector } from '../registry/selectors.ts';
import type { Pod, Service } from '../types.ts';
import { type Endpoint, forward } from './forward.ts';

export interface ServiceProxyOptions {
  kubeconfigPath: string;
  log?: (line: string) => void;
}

export interface ServiceProxy {
  stop(): Promise<void>;
}

type Port = NonNullable<Service['spec']['ports']>[number] & { nodePort: number };

const ADDRESS = '127.0.0.1';
const RETRY = 2000;

/** Listens on every Service's node ports on 127.0.0.1 and passes connections on to pods that are ready. */
export async function startServiceProxy({
  kubeconfigPath,
  log = () => {},
}: ServiceProxyOptions): Promise<ServiceProxy> {
  const client = new KubeClient(await readKubeconfig(kubeconfigPath), 'stockout-proxy');
  const proxy = new Proxy(client, log);
  await proxy.start();
  return { stop: () => proxy.stop() };
}

const nothing = (): void => {};

class Proxy {
  readonly #client: KubeClient;
  readonly #log: (line: string) => void;
  readonly #events: EventRecorder;
  readonly #listeners = new Map<number, { uid: string; server: Server }>();
  readonly #retries = new Set<NodeJS.Timeout>();
  readonly #sockets = new Set<Socket>();
  #services!: Reflector<Service>;
  #pods!: Reflector<Pod>;
  #turn = 0;

  constructor(client: KubeClient, log: (line: string) => void) {
    this.#client = client;
    this.#log = log;
    this.#events = new EventRecorder(client, 'service-proxy', ADDRESS);
  }

  async start(): Promise<void> {
    const log = this.#log;
    this.#pods = reflect<Pod>(this.#client, {
      path: '/api/v1/pods',
      changed: nothing,
      removed: nothing,
      log,
    });
    this.#services = reflect<Service>(this.#client, {
      path: '/api/v1/services',
      changed: (service) => this.#changed(service),
      removed: ({ metadata }) => this.#close(metadata.uid, []),
      log,
    });
    await Promise.all([this.#pods.synced, this.#services.synced]);
  }

  #changed(service: Service): void {
    const ports = portsOf(service);
    this.#close(service.metadata.uid, ports);
    for (const port of ports) this.#listen(service, port);
    this.#publish(service, ports).catch((error: unknown) => {
      this.#log(`service ${service.metadata.name}: ${String(error)}`);
    });
  }

  #listen({ metadata: { uid } }: Service, { nodePort }: Port): void {
    if (this.#listeners.has(nodePort)) return;
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      void forward(socket, this.#endpoints(uid, nodePort));
    });
    this.#listeners.set(nodePort, { uid, server });
    server.once('error', (error) => this.#refused(uid, nodePort, error));
    server.once('listening', () => this.#look(uid));
    server.listen(nodePort, ADDRESS);
  }

  /** Told as an event of the Service, and tried again. */
  #refused(uid: string, nodePort: number, error: NodeJS.ErrnoException): void {
    this.#listeners.delete(nodePort);
    const service = this.#services.items.get(uid);
    if (!service) return;
    const why = error.code === 'EADDRINUSE' ? 'another process of this machine has it' : error.message;
    const message = `cannot listen on ${ADDRESS}:${nodePort}, will try again: ${why}`;
    this.#events.record(service, { type: 'Warning', reason: 'PortTaken', message });
    this.#log(`service ${service.metadata.name}: ${message}`);
    this.#again(uid);
  }

  #look(uid: string): void {
    const service = this.#services.items.get(uid);
    if (service) this.#changed(service);
  }

  #again(uid: string): void {
    const timer = setTimeout(() => {
      this.#retries.delete(timer);
      this.#look(uid);
    }, RETRY);
    this.#retries.add(timer);
  }

  /** The pods that are behind a port now, in turns: a new selector holds for the very next connection. */
  #endpoints(uid: string, nodePort: number): Endpoint[] {
    const service = this.#services.items.get(uid);
    const port = service?.spec.ports?.find((one) => one.nodePort === nodePort);
    if (!service || !port) return [];
    const endpoints = [...this.#pods.items.values()]
      .filter((pod) => serves(pod, service))
      .flatMap((pod) => {
        const number = resolvePort(port.targetPort ?? port.port, pod);
        const host = pod.status?.podIP;
        return number === undefined || host === undefined ? [] : [{ host, port: number }];
      });
    this.#turn += 1;
    const start = endpoints.length > 0 ? this.#turn % endpoints.length : 0;
    return [...endpoints.slice(start), ...endpoints.slice(0, start)];
  }

  /** Tells where a LoadBalancer can be reached, once it can. */
  async #publish(service: Service, ports: Port[]): Promise<void> {
    if (service.spec.type !== 'LoadBalancer' || service.metadata.deletionTimestamp) return;
    if (!ports.every(({ nodePort }) => this.#listeners.get(nodePort)?.server.listening)) return;
    const [given] = service.status?.loadBalancer?.ingress ?? [];
    const wanted = ports.map(({ nodePort, protocol = 'TCP' }) => ({ port: nodePort, protocol }));
    const known = JSON.stringify(given?.ports?.map(({ port, protocol }) => ({ port, protocol })));
    if (given?.ip === ADDRESS && known === JSON.stringify(wanted)) return;
    const { namespace, name, uid } = service.metadata;
    await this.#client.patch(`${corePath('services', namespace, name)}/status`, {
      metadata: { uid },
      status: { loadBalancer: { ingress: [{ ip: ADDRESS, ports: wanted }] } },
    });
  }

  /** Stops listening on a Service's ports that it has no more; connections that are open go on. */
  #close(uid: string, kept: Port[]): void {
    for (const [nodePort, listener] of this.#listeners) {
      if (listener.uid !== uid || kept.some((port) => port.nodePort === nodePort)) continue;
      listener.server.close();
      this.#listeners.delete(nodePort);
    }
  }

  async stop(): Promise<void> {
    this.#services.stop();
    this.#pods.stop();
    for (const timer of this.#retries) clearTimeout(timer);
    const closed = [...this.#listeners.values()].map(
      ({ server }) => new Promise<void>((resolve) => server.close(() => resolve())),
    );
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(closed);
    this.#client.close();
  }
}

function portsOf({ metadata, spec }: Service): Port[] {
  if (metadata.deletionTimestamp || !['LoadBalancer', 'NodePort'].includes(spec.type ?? '')) return [];
  return (spec.ports ?? []).filter(
    (port): port is Port => port.nodePort !== undefined && port.protocol !== 'UDP',
  );
}

function serves(pod: Pod, { metadata, spec }: Service): boolean {
  if (!spec.selector || pod.metadata.namespace !== metadata.namespace) return false;
  if (pod.metadata.deletionTimestamp || isFinished(pod) || !isReady(pod)) return false;
  return matchesSelector({ matchLabels: spec.selector }, pod.metadata.labels ?? {});
}
