import { spawn } from 'node:child_process';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import type { Container } from '../types.ts';
import { killGroup } from './process-identity.ts';

export type ProbeSpec = NonNullable<Container['livenessProbe']>;

export interface ProbeTarget {
  podIP: string;
  container: Container;
  env: Record<string, string>;
  cwd: string;
  /** Mount paths, in the commands of exec probes. */
  rewrite: (text: string) => string;
}

/** Asks once, at most until the signal: a probe ends with its container. @returns why it failed, if it did */
export async function probeOnce(
  spec: ProbeSpec,
  target: ProbeTarget,
  ended: AbortSignal,
): Promise<string | undefined> {
  const seconds = spec.timeoutSeconds ?? 1;
  const signal = AbortSignal.any([ended, AbortSignal.timeout(seconds * 1000)]);
  try {
    if (spec.httpGet) return await httpGet(spec.httpGet, target, signal);
    if (spec.tcpSocket) {
      const { host = target.podIP, port } = spec.tcpSocket;
      return await tcp(host, portNumber(port, target.container), signal);
    }
    if (spec.exec) return await exec(spec.exec.command ?? [], target, signal);
    return 'unsupported probe: httpGet, tcpSocket and exec are';
  } catch (error) {
    if (signal.aborted) return `timed out after ${seconds} s`;
    return error instanceof Error ? error.message : String(error);
  }
}

function portNumber(port: number | string, { ports = [] }: Container): number {
  if (typeof port === 'number') return port;
  const named = ports.find(({ name }) => name === port)?.containerPort;
  if (named === undefined) throw new Error(`couldn't find port ${port} in the container`);
  return named;
}

function httpGet(
  { scheme, host, port, path = '/', httpHeaders = [] }: NonNullable<ProbeSpec['httpGet']>,
  { podIP, container }: ProbeTarget,
  signal: AbortSignal,
): Promise<string | undefined> {
  const request = scheme === 'HTTPS' ? httpsRequest : httpRequest;
  const headers = Object.fromEntries(httpHeaders.map(({ name, value }) => [name, value]));
  const options = {
    host: host ?? podIP,
    port: portNumber(port, container),
    path,
    headers: { 'user-agent': 'kube-probe/1.35', connection: 'close', ...headers },
    // As the kubelet: a probe does not check who answers.
    rejectUnauthorized: false,
    signal,
  };
  return new Promise((resolve, reject) => {
    const sent = request(options, (response) => {
      response.resume();
      const { statusCode = 0 } = response;
      const failed = statusCode < 200 || statusCode >= 400;
      resolve(failed ? `HTTP probe failed with statuscode: ${statusCode}` : undefined);
    });
    sent.on('error', (error) => reject(error));
    sent.end();
  });
}

function tcp(host: string, port: number, signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, signal });
    socket.once('connect', () => {
      socket.destroy();
      resolve(undefined);
    });
    socket.once('error', reject);
  });
}

/** A process group of its own, of which nothing is left when the answer is there. */
function exec(
  command: string[],
  { env, cwd, rewrite }: ProbeTarget,
  signal: AbortSignal,
): Promise<string | undefined> {
  const [file = '', ...args] = command.map(rewrite);
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { env, cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => (output = (output + chunk.toString('utf8')).slice(0, 1024)));
    }
    const kill = (): void => {
      if (child.pid !== undefined) killGroup(child.pid, 'SIGKILL');
    };
    const stop = (): void => {
      kill();
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', stop, { once: true });
    child.once('exit', kill);
    child.once('close', (code) => {
      signal.removeEventListener('abort', stop);
      resolve(code === 0 ? undefined : output.trim() || `exit code ${code}`);
    });
    child.once('error', (error) => {
      signal.removeEventListener('abort', stop);
      reject(error);
    });
  });
}
