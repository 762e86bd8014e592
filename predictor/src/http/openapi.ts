import { type Manifest, predictionRequestSchema, predictionSchema, problemSchema } from '@stockout/contracts';
import { z } from 'zod';

type Json = Record<string, unknown>;

/** The OpenAPI 3.1 document of one version, derived from the contracts and the version's own features. */
export function buildOpenApi(manifest: Manifest, keyRequired: boolean): Json {
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
    paths: { ...scoringPaths(manifest, keyRequired), ...probePaths() },
    components: {
      schemas: {
        Row: schemaOf(predictionRequestSchema(manifest.features)),
        Prediction: schemaOf(predictionSchema),
        Problem: schemaOf(problemSchema),
      },
      securitySchemes: { apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' } },
    },
  };
}

function scoringPaths(manifest: Manifest, keyRequired: boolean): Json {
  const example = Object.fromEntries(manifest.features.map(({ name, example: value }) => [name, value]));
  const security = keyRequired ? [{ apiKey: [] }] : [];
  const scored = {
    'X-Model-Version': { description: 'The version that scored', schema: { type: 'string' } },
  };
  const row = ref('Row');
  const prediction = ref('Prediction');
  return {
    '/predict': {
      post: {
        operationId: 'predict',
        summary: 'Score one store and product',
        tags: ['Scoring'],
        security,
        requestBody: { required: true, content: json(row, example) },
        responses: {
          200: { description: 'The risk', headers: scored, content: json(prediction) },
          ...problems(400, 401, 405, 413, 415, 422, 503),
        },
      },
    },
    '/predict/batch': {
      post: {
        operationId: 'predictBatch',
        summary: 'Score many rows at once',
        description:
          'The answers come in the order of the rows. One wrong row refuses the batch and names its fields.',
        tags: ['Scoring'],
        security,
        requestBody: { required: true, content: json({ type: 'array', items: row }, [example, example]) },
        responses: {
          200: {
            description: 'The risks',
            headers: scored,
            content: json({ type: 'array', items: prediction }),
          },
          ...problems(400, 401, 405, 413, 415, 422, 503),
        },
      },
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

const PROBLEM_TEXTS: Record<number, string> = {
  400: 'The body is not JSON',
  401: 'No valid API key',
  405: 'Another method than POST',
  413: 'The body is too large',
  415: 'The body is not declared as JSON',
  422: 'A field is missing, unknown or wrong; `errors` names each',
  503: 'Not ready, busy or shutting down: try again after `Retry-After` seconds',
};

function problems(...codes: number[]): Json {
  const content = { 'application/problem+json': { schema: ref('Problem') } };
  return Object.fromEntries(codes.map((code) => [code, { description: PROBLEM_TEXTS[code], content }]));
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
