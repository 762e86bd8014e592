import { EXPLAIN_PARAMETER, EXPLANATION } from './explain.ts';

type Json = Record<string, unknown>;
type Row = Record<string, number | null>;

const ROWS = {
  type: 'array',
  items: { type: 'object', additionalProperties: { type: ['number', 'boolean', 'null'] } },
};
const COLUMNS = { type: 'object', additionalProperties: { type: ['array', 'number', 'boolean', 'null'] } };
const TABLES: Record<string, Json> = {
  dataframe_split: {
    type: 'object',
    required: ['columns', 'data'],
    properties: {
      columns: { type: 'array', items: { type: 'string' } },
      // Passed over.
      index: {},
      data: { type: 'array', items: { type: 'array' } },
    },
    additionalProperties: false,
  },
  dataframe_records: ROWS,
  instances: { anyOf: [ROWS, COLUMNS] },
  inputs: { anyOf: [ROWS, COLUMNS] },
};

export const INVOCATIONS_WORDS: Json = {
  operationId: 'invocations',
  summary: "MLflow's scoring protocol",
  parameters: [EXPLAIN_PARAMETER],
  description:
    'A table in exactly one of four ways, or as CSV, and the risk of each row, as `mlflow models serve` gives it. ' +
    'Columns that are no features, and `params`, are passed over. With `?explain` the explanations stand beside the ' +
    'predictions, in the same order; of CSV too.',
};

/** What is sent to /invocations, by content type. */
export function invocationContent(row: Row): Json {
  const [columns, data] = [Object.keys(row), [Object.values(row)]];
  const schema = {
    type: 'object',
    properties: TABLES,
    oneOf: Object.keys(TABLES).map((name) => ({ required: [name] })),
  };
  const csv = [columns, ...data.map((values) => values.map((value) => value ?? ''))];
  return {
    'application/json': { schema, example: { dataframe_split: { columns, data } } },
    'text/csv': { schema: { type: 'string' }, example: csv.map((cells) => `${cells.join()}\n`).join('') },
  };
}

export const INVOCATION_ANSWER: Json = {
  'application/json': {
    schema: {
      type: 'object',
      required: ['predictions'],
      properties: {
        predictions: { type: 'array', items: { type: 'number', minimum: 0, maximum: 1 } },
        explanations: { type: 'array', items: EXPLANATION },
      },
    },
    example: { predictions: [0.97] },
  },
};

/** @param notReady the answers of a route that says whether the predictor is ready */
export function mlflowProbePaths(notReady: Json): Json {
  const open = { tags: ['Health'], security: [] };
  const version = { 'text/plain': { schema: { type: 'string' }, example: '3.17.2' } };
  const ready = { 'application/json': { schema: { type: 'object' }, example: { status: 'ok' } } };
  return {
    '/ping': {
      get: {
        ...open,
        summary: 'Whether it takes requests, as MLflow asks it',
        responses: { 200: { description: 'Yes', content: ready }, ...notReady },
      },
    },
    '/version': {
      get: {
        ...open,
        summary: 'The release of MLflow whose scoring protocol is spoken',
        responses: { 200: { description: 'Its number', content: version } },
      },
    },
  };
}
