import type { Manifest } from '@stockout/contracts';
import { DATATYPES } from '../../oip/datatypes.ts';
import { OUTPUTS } from '../../oip/infer-request.ts';
import { modelMetadata, SERVER_METADATA } from '../../oip/metadata.ts';
import { servedModelOf } from '../../oip/served-model.ts';
import { EXPLAIN_PARAMETER } from './explain.ts';
import type { Access } from './security.ts';

type Json = Record<string, unknown>;

const TAG = 'Open Inference Protocol';

/** The routes of the Open Inference Protocol, under the names that the served model and version have. */
export function openInferencePaths(manifest: Manifest, access: Access): Json {
  const { model, version } = manifest;
  const metadata = modelMetadata(servedModelOf(manifest));
  const ofModel = (path: string): Json => ({
    [path]: read('What the model takes and gives', metadata),
    [`${path}/ready`]: read('Whether the model takes requests', { name: model, ready: true }),
    [`${path}/infer`]: { post: infer(manifest, access) },
  });
  return {
    '/v2': read('What serves', SERVER_METADATA),
    '/v2/health/live': read('Whether the process is alive', { live: true }),
    '/v2/health/ready': read('Whether it takes requests', { ready: true }),
    ...ofModel(`/v2/models/${model}`),
    ...ofModel(`/v2/models/${model}/versions/${version}`),
  };
}

function read(summary: string, example: object): Json {
  const responses = {
    200: { description: 'Yes', content: json({ type: 'object' }, example) },
    ...refusals(503),
  };
  return { get: { summary, tags: [TAG], security: [], responses } };
}

function infer({ features, model, version }: Manifest, access: Access): Json {
  const inputs = features.map(({ name, example }) => ({
    name,
    shape: [1],
    datatype: 'FP32',
    data: [example],
  }));
  const outputs = [
    { name: 'stockout_risk_score', datatype: 'FP32', shape: [1], data: [0.97] },
    { name: 'stockout_risk_label', datatype: 'INT32', shape: [1], data: [1] },
  ];
  return {
    summary: 'Score rows of tensors',
    description:
      `A tensor [n] for each feature, or one tensor [n, ${features.length}] of them all in the order of the metadata. ` +
      'The binary tensor extension is understood too: then `Inference-Header-Content-Length` says where the JSON ends. With `?explain` an output `explanation` follows the others: ' +
      'BYTES [n], a JSON text for each row.',
    parameters: [EXPLAIN_PARAMETER],
    tags: [TAG],
    security: access.security,
    requestBody: { required: true, content: json(INFER_REQUEST, { id: '1', inputs }) },
    responses: {
      200: {
        description: 'Scored',
        headers: {
          'X-Model-Version': { description: 'The version that scored', schema: { type: 'string' } },
        },
        content: json(INFER_RESPONSE, { model_name: model, model_version: version, id: '1', outputs }),
      },
      ...refusals(400, 405, 413, 415, 422, 429, 503, ...access.refusals),
    },
  };
}

/** Refusals as the protocol's clients read them: plain JSON with the member `error`. */
function refusals(...codes: number[]): Json {
  const schema = {
    allOf: [{ $ref: '#/components/schemas/Problem' }],
    type: 'object',
    required: ['error'],
    properties: { error: { type: 'string' } },
  };
  const refusal = { description: 'Refused; `error` says why', content: json(schema) };
  return Object.fromEntries(codes.map((code) => [code, refusal]));
}

const TENSOR = {
  name: { type: 'string' },
  shape: { type: 'array', items: { type: 'integer', minimum: 0 } },
  data: { type: 'array' },
  parameters: { type: ['object', 'null'] },
};

const INFER_REQUEST = {
  type: 'object',
  required: ['inputs'],
  properties: {
    id: { type: 'string' },
    parameters: { type: ['object', 'null'] },
    inputs: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        required: ['name', 'shape', 'datatype'],
        properties: { ...TENSOR, datatype: { enum: [...DATATYPES.keys()] } },
      },
    },
    outputs: {
      type: 'array',
      items: {
        type: 'object',
        required: ['name'],
        properties: {
          name: { enum: OUTPUTS.map(({ name }) => name) },
          parameters: { type: ['object', 'null'] },
        },
      },
    },
  },
};

const INFER_RESPONSE = {
  type: 'object',
  required: ['model_name', 'model_version', 'outputs'],
  properties: {
    model_name: { type: 'string' },
    model_version: { type: 'string' },
    id: { type: 'string' },
    outputs: {
      type: 'array',
      items: {
        type: 'object',
        required: ['name', 'shape', 'datatype'],
        properties: { ...TENSOR, datatype: { enum: [...OUTPUTS.map(({ datatype }) => datatype), 'BYTES'] } },
      },
    },
  },
};

function json(schema: Json, example?: object): Json {
  return { 'application/json': example === undefined ? { schema } : { schema, example } };
}
