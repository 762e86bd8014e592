import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { cpuOf, memoryOf } from '../figures/process-usage.ts';

/** Of Dockerfile.operator; and what V8 allows itself within the 512 MiB of config/base. */
const FLAGS = ['--max-semi-space-size=4', '--max-old-space-size=256'];
const ENVIRONMENT = { MALLOC_ARENA_MAX: '2' };
const MOUNT = '/run/secrets/kubernetes.io/serviceaccount';
const ADMIN_PORT = 18_080;
const WRITES = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
const REQUEST = /^rest_client_requests_total\{method="(?<method>\w+)",code="[^"]+"\} (?<count>\d+)$/gm;

/** The program of the operator's image, as in its pod: let in by a service account that is mounted where it looks for it. */
export class OperatorProcess {
  readonly #child: ChildProcess;
  readonly startedAt = performance.now();

  /** @param serviceAccount the folder to mount */
  constructor(program: string, serviceAccount: string, server: URL) {
    // In a mount namespace of its own, so that nobody else finds it there.
    const mount = `mount -t tmpfs tmpfs /run && mkdir -p ${MOUNT} && mount --bind "$0" ${MOUNT} && exec "$@"`;
    const command = [process.execPath, ...FLAGS, program, 'operator', '--admin-port', String(ADMIN_PORT)];
    const log = process.env['FLEET_LOG'] === undefined ? 'ignore' : 'inherit';
    this.#child = spawn('unshare', ['--mount', 'sh', '-c', mount, serviceAccount, ...command], {
      stdio: ['ignore', 'inherit', log],
      env: {
        ...ENVIRONMENT,
        PATH: process.env['PATH'],
        KUBERNETES_SERVICE_HOST: server.hostname,
        KUBERNETES_SERVICE_PORT: server.port,
      },
    });
  }

  /** With its Lease given back. */
  async stop(): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await exited;
  }

  /** Reconciles so far, of both kinds; 0 while it does not answer. */
  async reconciles(): Promise<number> {
    const text = await this.#metrics();
    const counts = text.matchAll(/^controller_runtime_reconcile_total\{[^}]*\} (\d+)$/gm);
    return counts.reduce((sum, [, count]) => sum + Number(count), 0);
  }

  /** Writes to the API server so far; renewals of the Lease are the PUTs. */
  async requests(): Promise<Map<string, number>> {
    const counts = new Map<string, number>();
    for (const { groups: { method = '', count } = {} } of (await this.#metrics()).matchAll(REQUEST)) {
      const what = method === 'PUT' || !WRITES.has(method) ? method : 'other writes';
      counts.set(what, (counts.get(what) ?? 0) + Number(count));
    }
    return counts;
  }

  /** Seconds of CPU so far. */
  cpu(): Promise<number> {
    return cpuOf(this.#child.pid as number);
  }

  /** Megabytes: resident now, and the most that were. */
  memory(): Promise<{ now: number; peak: number }> {
    return memoryOf(this.#child.pid as number);
  }

  #metrics(): Promise<string> {
    return fetch(`http://127.0.0.1:${ADMIN_PORT}/metrics`)
      .then((response) => response.text())
      .catch(() => '');
  }
}
