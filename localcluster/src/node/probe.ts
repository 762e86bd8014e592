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

/** Asks once. @returns why it failed, undefined when it did not */
export async function probeOnce(spec: ProbeSpec, target: ProbeTarget): Promise<string | undefined> {
  const timeout = (spec.timeoutSeconds ?? 1) * 1000;
  try {
    if (spec.httpGet) return await httpGet(spec.httpGet, target, timeout);
    if (spec.tcpSocket) {
      const { host = target.podIP, port } = spec.tcpSocket;
      return await tcp(host, portNumber(port, target.container), timeout);
    }
    if (spec.exec) return await exec(spec.exec.command ?? [], target, timeout);
    return 'unsupported probe: httpGet, tcpSocket and exec are';
  } catch (error) {
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
  timeout: number,
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
    signal: AbortSignal.timeout(timeout),
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

function tcp(host: string, port: number, timeout: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, signal: AbortSignal.timeout(timeout) });
    socket.once('connect', () => {
      socket.destroy();
      resolve(undefined);
    });
    socket.once('error', (error) => resolve(error.message));
  });
}

function exec(
  command: string[],
  { env, cwd, rewrite }: ProbeTarget,
  timeout: number,
): Promise<string | undefined> {
  const [file = '', ...args] = command.map(rewrite);
  return new Promise((resolve) => {
    const child = spawn(file, args, { env, cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const timer = setTimeout(() => {
      if (child.pid !== undefined) killGroup(child.pid, 'SIGKILL');
      resolve(`command timed out after ${timeout} ms`);
    }, timeout);
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => (output = (output + chunk.toString('utf8')).slice(0, 1024)));
    }
    const end = (failure: string | undefined): void => {
      clearTimeout(timer);
      if (child.pid !== undefined) killGroup(child.pid, 'SIGKILL');
      resolve(failure);
    };
    child.once('error', (error) => end(error.message));
    child.once('close', (code) => end(code === 0 ? undefined : output.trim() || `exit code ${code}`));
  });
}
