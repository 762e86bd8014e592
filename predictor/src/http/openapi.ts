import { type Manifest, predictionRequestSchema, predictionSchema, problemSchema } from '@stockout/contracts';
import { z } from 'zod';
import { rawRowsOf } from '../history/raw-rows-of.ts';
import { shortestFloat } from '../shortest-float.ts';
import { EXPLAIN_PARAMETER } from './openapi/explain.ts';
import { STREAMING, streamedKinds } from './openapi/batch-kinds.ts';
import {
  INVOCATION_ANSWER,
  INVOCATIONS_WORDS,
  invocationContent,
  mlflowProbePaths,
} from './openapi/mlflow.ts';
import { describeHistory, HISTORY_ANSWER, HISTORY_WORDS, historyRequest } from './openapi/history.ts';
import { openInferencePaths } from './openapi/open-inference.ts';
import { type Access, accessOf, type Doors, securitySchemes } from './openapi/security.ts';
import { HTTP_PLACES, unauthenticated } from '../auth/credentials.ts';
import {
  notJson,
  ProblemError,
  tooLarge,
  tooMany,
  unavailable,
  wrongFields,
  wrongMethod,
  wrongType,
} from './problem.ts';

type Json = Record<string, unknown>;

/** The OpenAPI 3.1 document of one version, derived from the contracts and the version's own features. */
export function buildOpenApi(manifest: Manifest, doors: Doors): Json {
  const access = accessOf(doors);
  return {
    openapi: '3.1.0',
    info: {
      title: `Stockout risk: ${manifest.model}`,
      version: manifest.version,
      description:
        `The probability that a product runs out of stock in a store within ${manifest.horizonDays} days. ` +
        `Model \`${manifest.namespace}/${manifest.model}\`, version \`${manifest.version}\`, trained ${manifest.trainedAt.slice(0, 10)} ` +
        `on data up to ${manifest.data.lastDay}. The label is 1 from a score of ${manifest.threshold.value} on.`,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: './' }],
    paths: {
      ...scoringPaths(manifest, access),
      ...historyPath(manifest, access),
      ...openInferencePaths(manifest, access),
      ...probePaths(),
      ...mlflowProbePaths(problems(503)),
    },
    components: {
      schemas: {
        Row: schemaOf(predictionRequestSchema(manifest.features)),
        Prediction: schemaOf(predictionSchema),
        // Protocols add members that their clients read (RFC 9457 3.2).
        Problem: { ...schemaOf(problemSchema), additionalProperties: true },
      },
      ...securitySchemes(doors),
    },
  };
}

function scoringPaths(manifest: Manifest, access: Access): Json {
  const example = Object.fromEntries(
    manifest.features.map((feature) => [
      feature.name,
      feature.example === null ? null : shortestFloat(feature.example),
    ]),
  );
  const [row, prediction] = [ref('Row'), ref('Prediction')];
  const scored = { stockout_risk_score: 0.97, stockout_risk_label: 1 };
  const parameters = [EXPLAIN_PARAMETER];
  const predict = { operationId: 'predict', summary: 'Score one store and product', parameters };
  const predictBatch = {
    operationId: 'predictBatch',
    summary: 'Score many rows at once',
    parameters,
    description: STREAMING,
  };
  const rows = {
    ...json({ type: 'array', items: row }, [example, example]),
    ...streamedKinds([example, example]),
  };
  const predictions = {
    ...json({ type: 'array', items: prediction }, [scored, scored]),
    ...streamedKinds([scored, scored]),
  };
  return {
    '/predict': { post: scoring(predict, json(row, example), json(prediction, scored), access) },
    '/predict/batch': { post: scoring(predictBatch, rows, predictions, access, [408, 429]) },
    '/invocations': {
      post: scoring(INVOCATIONS_WORDS, invocationContent(example), INVOCATION_ANSWER, access, [429]),
    },
  };
}

/** Left out where the version's features cannot be made of raw rows: there is nothing to try then. */
function historyPath(manifest: Manifest, access: Access): Json {
  const raw = rawRowsOf(manifest);
  if (raw === undefined) return {};
  const words = { ...HISTORY_WORDS, description: describeHistory(raw, manifest) };
  const request = historyRequest(raw, manifest);
  const [body, answer] = [request, HISTORY_ANSWER].map(({ schema, example }) => json(schema, example));
  return { '/predict/history': { post: scoring(words, body as Json, answer as Json, access, [429]) } };
}

/** @param further status codes beside those of every scoring route */
function scoring(words: Json, request: Json, answer: Json, access: Access, further: number[] = []): Json {
  const headers = {
    'X-Model-Version': { description: 'The version that scored', schema: { type: 'string' } },
  };
  return {
    ...words,
    tags: ['Scoring'],
    security: access.security,
    requestBody: { required: true, content: request },
    responses: {
      200: { description: 'Scored', headers, content: answer },
      ...problems(400, 405, 413, 415, 422, 503, ...further, ...access.refusals),
    },
  };
}

function probePaths(): Json {
  return {
    '/health': probe('What is served'),
    '/livez': probe('Whether the process is alive'),
    '/readyz': probe('Whether it takes requests'),
  };
}

function probe(summary: string): Json {
  const responses = { 200: { description: 'Yes', content: json({ type: 'object' }) }, ...problems(503) };
  return { get: { summary, tags: ['Health'], security: [], responses } };
}

/** What each answer means, and one as it is sent. */
const PROBLEMS: Record<number, [description: string, example: ProblemError]> = {
  400: ['The body is not of the kind that it is said to be', notJson('Unexpected end of JSON input', [])],
  401: ['No valid API key or token', unauthenticated({ keys: true, issuer: undefined }, HTTP_PLACES)],
  408: ['The body does not go on', new ProblemError(408, 'the request did not arrive in time')],
  405: ['Another method than POST', wrongMethod('POST')],
  413: ['The body is too large', tooLarge(64 * 1024)],
  415: ['The body is of none of these kinds', wrongType('text/plain', ['application/json'])],
  422: [
    'A field is missing, unknown or wrong; `errors` names each',
    wrongFields([{ field: 'price', message: 'must be a number, not a string' }]),
  ],
  429: [
    'Too many batches are being scored, or the caller has used up its requests: try again after `Retry-After` seconds',
    tooMany('too many batches are waiting: send it again later', 1),
  ],
  503: [
    'Not ready or shutting down: try again after `Retry-After` seconds',
    unavailable('the predictor is shutting down', 5),
  ],
};

function problems(...codes: number[]): Json {
  const answers = codes.map((code) => {
    const [description, example] = PROBLEMS[code]!;
    const content = { 'application/problem+json': { schema: ref('Problem'), example: example.toProblem() } };
    return [code, { description, content }];
  });
  return Object.fromEntries(answers);
}

function json(schema: Json, example?: unknown): Json {
  return { 'application/json': example === undefined ? { schema } : { schema, example } };
}

function ref(name: string): Json {
  return { $ref: `#/components/schemas/${name}` };
}

function schemaOf(schema: z.ZodType): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema) as Json;
  return rest;
}
