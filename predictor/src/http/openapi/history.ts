import type { Feature, Manifest, RawColumn, RawRows } from '@stockout/contracts';
import { EXPLAIN_PARAMETER } from './explain.ts';

type Json = Record<string, unknown>;

/** Days that windows reach back, today included. */
const WINDOW_DAYS = { Standard: 14, Extended: 28 } as const;

export const HISTORY_WORDS = {
  operationId: 'predictHistory',
  summary: 'Score stores and products from their last days',
  parameters: [
    {
      name: 'features',
      in: 'query',
      description: 'Whether the answer shows the features that were made and scored',
      schema: { type: 'boolean', default: false },
    },
    EXPLAIN_PARAMETER,
  ],
};

/** What to send, in words. */
export function describeHistory({ set }: RawRows, { data }: Manifest): string {
  const days = WINDOW_DAYS[set];
  const known =
    set === 'Standard'
      ? ''
      : ` What means, rates and ranks need of all other rows the version knows as of ${data.lastDay}; rows of later days are added to it.`;
  return (
    `The last ${days} days of raw rows of each store and product, under the names of your data or the standard ones: ` +
    `the features are made here, as the pipeline makes them. One answer for each store and product, as of its last day.${known}`
  );
}

/** @returns the schema of a body, and one as it is sent */
export function historyRequest(raw: RawRows, { features, data }: Manifest): { schema: Json; example: Json } {
  const row = rowSchema(raw);
  const rows = { type: 'array', items: row, minItems: 1 };
  const asOf = { type: 'string', format: 'date', description: 'No row is of a later day' };
  const object = {
    type: 'object',
    properties: { rows, asOf },
    required: ['rows'],
    additionalProperties: false,
  };
  const before = new Date(Date.parse(data.lastDay) - 86_400_000).toISOString().slice(0, 10);
  const example = [before, data.lastDay].map((day) => exampleRow(raw, features, day));
  return { schema: { anyOf: [object, rows] }, example: { rows: example, asOf: data.lastDay } };
}

export const HISTORY_ANSWER = {
  schema: {
    type: 'array',
    items: {
      type: 'object',
      properties: {
        store_id: { type: 'string' },
        product_id: { type: 'string' },
        date: { type: 'string', format: 'date', description: 'The day as of which it is scored' },
        stockout_risk_score: { type: 'number', minimum: 0, maximum: 1 },
        stockout_risk_label: { enum: [0, 1] },
        explanation: { type: 'object' },
        features: { type: 'object', additionalProperties: { type: ['number', 'null'] } },
      },
      required: ['store_id', 'product_id', 'date', 'stockout_risk_score', 'stockout_risk_label'],
    },
  },
  example: [
    {
      store_id: 'S1',
      product_id: 'P1',
      date: '2025-12-31',
      stockout_risk_score: 0.97,
      stockout_risk_label: 1,
    },
  ],
};

const SCHEMAS: Record<RawColumn['kind'], Json> = {
  key: { type: ['string', 'integer'] },
  text: { type: ['string', 'integer', 'null'] },
  day: { type: 'string', format: 'date' },
  price: { type: ['number', 'null'], minimum: 0 },
  amount: { type: ['number', 'null'] },
  flag: { enum: [0, 1, true, false, null] },
  number: { type: ['number', 'boolean', 'null'] },
};

function rowSchema({ columns }: RawRows): Json {
  const standard = columns.map(({ name, kind, condition }) => [name, SCHEMAS[condition ? 'flag' : kind]]);
  const own = columns.map(({ source, kind }) => [source, SCHEMAS[kind]]);
  return {
    type: 'object',
    properties: Object.fromEntries([...standard, ...own]) as Json,
    additionalProperties: false,
  };
}

const EXAMPLES: Record<RawColumn['kind'], string | number> = {
  key: '1',
  text: '1',
  day: '',
  price: 1,
  amount: 1,
  flag: 0,
  number: 1,
};

/** As the customer's data has it, with values that were seen in training. */
function exampleRow({ columns }: RawRows, features: readonly Feature[], day: string): Json {
  const seen = new Map(features.map(({ name, example }) => [name, example]));
  const values = columns.map(({ name, source, kind, condition }) => {
    const value = kind === 'day' ? day : condition ? EXAMPLES[kind] : (seen.get(name) ?? EXAMPLES[kind]);
    return [source, value];
  });
  return Object.fromEntries(values) as Json;
}
