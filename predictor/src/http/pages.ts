import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { consolePages } from '@stockout/console';
import express, { type ErrorRequestHandler, type Express, type RequestHandler, type Response } from 'express';
import type { Runtime } from '../runtime.ts';
import { requestIdOf, traceFields } from './request-id.ts';
import { noSuchPath, PROBLEM_TYPE, ProblemError, unavailable, wrongMethod } from './problem.ts';

/** Everything comes from this very server; no inline script or style, no frame around it. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
const POLICIES: Readonly<Record<string, string>> = {
  '/': `${CONTENT_SECURITY_POLICY}; require-trusted-types-for 'script'`,
  // Swagger UI writes HTML from strings, and its style sheet holds arrows as data URLs.
  '/docs': CONTENT_SECURITY_POLICY.replace("img-src 'self'", "img-src 'self' data:"),
};

const REQUEST_ID = 'X-Request-Id';

const SWAGGER_FILES = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'];

/** The pages and the documentation: what people read, not what callers score with. */
export function createPages(runtime: Runtime): Express {
  const app = express();
  app.disable('x-powered-by');
  app.enable('strict routing');
  app.use(secured, counted(runtime));
  const swagger = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  for (const file of SWAGGER_FILES) page(app, `/docs/${file}`, sendFile(join(swagger, file)));
  for (const [path, file] of Object.entries(consolePages)) page(app, path, sendFile(file));
  page(app, '/docs/', (_, res) => res.redirect(308, '../docs'));
  page(app, '/openapi.json', (_, res) => sendOpenApi(runtime, res));
  app.use(() => {
    throw noSuchPath();
  });
  app.use(problemHandler(runtime));
  return app;
}

function page(app: Express, path: string, handler: RequestHandler): void {
  app
    .route(path)
    .get(handler)
    .all(() => {
      throw wrongMethod('GET, HEAD');
    });
}

function sendFile(file: string): RequestHandler {
  // A checkout below a folder with a dot in its name is no reason to refuse the file.
  return (_, res) => res.sendFile(file, { dotfiles: 'allow', maxAge: 0 });
}

function sendOpenApi({ serving, lifecycle }: Runtime, res: Response): void {
  if (serving === undefined) throw unavailable(lifecycle.reason, 5);
  res.type('application/json').send(serving.openapi);
}

const secured: RequestHandler = (req, res, next) => {
  res.set({
    'Content-Security-Policy': POLICIES[req.path] ?? CONTENT_SECURITY_POLICY,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    [REQUEST_ID]: requestIdOf(req),
  });
  next();
};

function counted({ lifecycle, metrics }: Runtime): RequestHandler {
  return (req, res, next) => {
    const started = performance.now();
    if (lifecycle.stopping) res.set('Connection', 'close');
    res.once('finish', () => {
      // A route's own pattern, never what the caller typed: metrics keep a bounded number of labels.
      const route = (req.route as { path?: string } | undefined)?.path ?? 'other';
      metrics.request(route, res.statusCode, (performance.now() - started) / 1000);
    });
    next();
  };
}

function problemHandler({ log }: Runtime): ErrorRequestHandler {
  // Express knows an error handler by its four parameters.
  return (error: Error & { status?: number }, req, res, _next) => {
    const problem = toProblem(error);
    const requestId = res.get(REQUEST_ID) ?? '';
    if (problem.status >= 500 && problem !== error)
      log('error', 'a page failed', { path: req.path, requestId, ...traceFields(req), stack: error.stack });
    res
      .status(problem.status)
      .set(problem.headers)
      .type(PROBLEM_TYPE)
      .send(JSON.stringify(problem.toProblem({ requestId })));
  };
}

function toProblem(error: Error & { status?: number }): ProblemError {
  if (error instanceof ProblemError) return error;
  const status = error.status ?? 500;
  return status < 500
    ? new ProblemError(status, error.message)
    : new ProblemError(500, 'the predictor failed: its log says why');
}
