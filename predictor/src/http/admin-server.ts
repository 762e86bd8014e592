import { createServer, type Server, type ServerResponse } from 'node:http';
import type { Runtime } from '../runtime.ts';
import { PROBES } from './probes.ts';
import { noSuchPath, PROBLEM_TYPE, ProblemError, wrongMethod } from './problem.ts';

/** Probes and metrics on a port of their own, so that only scoring is public. */
export function createAdminServer(runtime: Runtime): Server {
  return createServer((req, res) => {
    const path = (req.url as string).split('?', 1)[0] as string;
    answer(runtime, req.method, path, res).catch((error: unknown) => sendProblem(res, error, runtime));
  });
}

async function answer(
  runtime: Runtime,
  method: string | undefined,
  path: string,
  res: ServerResponse,
): Promise<void> {
  const probe = Object.hasOwn(PROBES, path) ? PROBES[path] : undefined;
  if (probe === undefined && path !== '/metrics') throw noSuchPath();
  if (method !== 'GET' && method !== 'HEAD') throw wrongMethod('GET, HEAD');
  if (probe === undefined) {
    const { registry } = runtime.metrics;
    send(res, 200, registry.contentType, await registry.metrics());
  } else {
    const { status, type, body, headers } = probe(runtime);
    send(res, status, type, body, headers);
  }
}

function sendProblem(res: ServerResponse, error: unknown, { log }: Runtime): void {
  const known = error instanceof ProblemError;
  if (!known) log('error', 'an admin request failed', { stack: (error as Error).stack });
  const problem = known ? error : new ProblemError(500, 'the predictor failed: its log says why');
  send(res, problem.status, PROBLEM_TYPE, JSON.stringify(problem.toProblem()), problem.headers);
}

function send(
  res: ServerResponse,
  status: number,
  type: string,
  body: string,
  headers: Record<string, string> = {},
): void {
  const length = Buffer.byteLength(body);
  res.writeHead(status, {
    ...headers,
    'Content-Type': type,
    'Content-Length': length,
    'Cache-Control': 'no-store',
  });
  res.end(body);
}
