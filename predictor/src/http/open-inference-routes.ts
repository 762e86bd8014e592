import { type InferAnswer, type ServedModel, checkName } from '../oip/infer.ts';
import { InferenceError } from '../oip/inference-error.ts';
import { modelMetadata, SERVER_METADATA } from '../oip/metadata.ts';
import { servedModelOf } from '../oip/served-model.ts';
import type { Runtime } from '../runtime.ts';
import type { Serving } from '../serving.ts';
import type { Exchange } from './exchange.ts';
import { ProblemError, unavailable } from './problem.ts';
import type { OpenRoute, RouteRequest } from './scoring-route.ts';

/**
 * How refusals look on the routes of the Open Inference Protocol: its clients read `error`, and KServe's reads it
 * of plain JSON only. The problem's own members stand beside it.
 */
export const OPEN_INFERENCE_PROBLEMS = {
  problemType: 'application/json',
  problemMembers: ({ message }: ProblemError) => ({ error: message }),
};

const MODEL = '/v2/models/{model}';
const VERSION = `${MODEL}/versions/{version}`;

/** `/v2/models/{model}` and the same with a version, and what follows. */
export function modelPaths(rest: string): string[] {
  return [`${MODEL}${rest}`, `${VERSION}${rest}`];
}

/** The protocol's health and metadata routes: they need no key. */
export function openInferenceRoutes(runtime: Runtime): OpenRoute[] {
  return [
    open(['/v2'], (exchange) => send(exchange, SERVER_METADATA)),
    open(['/v2/health/live'], (exchange) => send(exchange, { live: true })),
    open(['/v2/health/ready'], (exchange) => {
      expectReady(runtime);
      send(exchange, { ready: true });
    }),
    open(modelPaths(''), (exchange, serving, { params }) => {
      const model = expectModel(serving, params, runtime);
      send(exchange, modelMetadata(model));
    }),
    open(modelPaths('/ready'), (exchange, serving, { params }) => {
      const { model } = expectModel(serving, params, runtime);
      expectReady(runtime);
      send(exchange, { name: model, ready: true });
    }),
  ];
}

function open(paths: string[], answer: OpenRoute['answer']): OpenRoute {
  return { paths, method: 'GET', open: true, answer, ...OPEN_INFERENCE_PROBLEMS };
}

function send(exchange: Exchange, body: object): void {
  exchange.json(Buffer.from(JSON.stringify(body)));
}

function expectReady({ lifecycle }: Runtime): void {
  if (!lifecycle.ready) throw unavailable(lifecycle.reason, 5);
}

function expectModel(
  serving: Serving | undefined,
  params: RouteRequest['params'],
  { lifecycle }: Runtime,
): ServedModel {
  if (serving === undefined) throw unavailable(lifecycle.reason, 5);
  const served = servedModelOf(serving.model.manifest);
  expectName(params, served);
  return served;
}

/** @throws {ProblemError} 404 */
export function expectName({ model = '', version = '' }: RouteRequest['params'], served: ServedModel): void {
  try {
    checkName(model, version, served);
  } catch (error) {
    throw error instanceof InferenceError ? new ProblemError(error.status, error.message) : error;
  }
}

/** @throws {ProblemError} when it is a refusal */
export function expectInferred(answer: InferAnswer): Extract<InferAnswer, { kind: 'inferred' }> {
  if (answer.kind === 'refused') throw new ProblemError(answer.status, answer.message);
  return answer;
}
