import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Administration } from './administration.ts';
import { askGolden } from './golden-route.ts';
import { PROBES } from './probes.ts';
import { noSuchPath, PROBLEM_TYPE, ProblemError, wrongMethod } from './problem.ts';
import { requestIdOf, traceFields } from './request-id.ts';
import { deleteShadow, putShadow, readShadow } from './shadow-route.ts';

interface AdminAnswer {
  status: number;
  type: string;
  body: string;
  headers?: Record<string, string>;
}

type Handler = (of: Administration, req: IncomingMessage) => AdminAnswer | Promise<AdminAnswer>;
type Methods = Partial<Record<'GET' | 'POST' | 'PUT' | 'DELETE', Handler>>;

const ROUTES: ReadonlyMap<string, Methods> = new Map<string, Methods>([
  ...Object.entries(PROBES).map(
    ([path, probe]) => [path, { GET: (of: Administration) => json(probe(of)) }] as const,
  ),
  ['/metrics', { GET: scrape }],
  ['/drift', { GET: async (of) => json(await of.drift()) }],
  ['/golden', { POST: async (of, req) => json(await askGolden(req, of)) }],
  [
    '/shadow',
    {
      GET: async (of) => json(await readShadow(of)),
      PUT: async (of, req) => json(await putShadow(req, of)),
      DELETE: async (of) => {
        await deleteShadow(of);
        return { status: 204, type: '', body: '' };
      },
    },
  ],
]);

/** Probes, metrics and what the operator asks for, on a port of their own, so that only scoring is public. */
export function createAdminServer(of: Administration): Server {
  return createServer((req, res) => {
    const path = (req.url as string).split('?', 1)[0] as string;
    res.setHeader('X-Request-Id', requestIdOf(req));
    answer(of, req, path).then(
      (found) => send(res, found),
      // Whoever has gone is told nothing, and is nobody's error.
      (error: unknown) => {
        if (!res.destroyed) send(res, problemAnswer(error, req, res, of));
      },
    );
  });
}

async function answer(of: Administration, req: IncomingMessage, path: string): Promise<AdminAnswer> {
  const methods = ROUTES.get(path);
  if (methods === undefined) throw noSuchPath();
  const method = req.method === 'HEAD' ? 'GET' : (req.method as keyof Methods);
  const handler = Object.hasOwn(methods, method) ? methods[method] : undefined;
  if (handler === undefined) throw wrongMethod(allowed(methods));
  return handler(of, req);
}

function allowed(methods: Methods): string {
  return Object.keys(methods)
    .flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : method))
    .join(', ');
}

async function scrape(of: Administration): Promise<AdminAnswer> {
  const { type, text } = await of.scrape();
  return { status: 200, type, body: text };
}

function json(content: object): AdminAnswer {
  return { status: 200, type: 'application/json', body: JSON.stringify(content) };
}

function problemAnswer(
  error: unknown,
  req: IncomingMessage,
  res: ServerResponse,
  { log }: Administration,
): AdminAnswer {
  const known = error instanceof ProblemError;
  const requestId = String(res.getHeader('X-Request-Id'));
  if (!known) {
    const { stack } = error as Error;
    log('error', 'an admin request failed', { requestId, ...traceFields(req), stack });
  }
  const problem = known ? error : new ProblemError(500, 'the predictor failed: its log says why');
  const { status, headers } = problem;
  return { status, type: PROBLEM_TYPE, body: JSON.stringify(problem.toProblem({ requestId })), headers };
}

function send(res: ServerResponse, { status, type, body, headers = {} }: AdminAnswer): void {
  const entity = status === 204 ? {} : { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) };
  res.writeHead(status, { ...headers, ...entity, 'Cache-Control': 'no-store' });
  res.end(body);
}
