/** What is said of one row. */
export const EXPLANATION = { $ref: '#/components/schemas/Prediction/properties/explanation' };

/** ?explain, as the routes that take it document it. */
export const EXPLAIN_PARAMETER = {
  name: 'explain',
  in: 'query',
  required: false,
  description:
    'Adds why each row has its score: `true` lists the contribution of every feature (exact TreeSHAP, in log odds, ' +
    'summing to the margin), a number that many of the largest. A sentence says the same in words. Rows of CSV and Arrow are explained by no batch.',
  schema: {
    oneOf: [{ type: 'boolean' }, { type: 'integer', minimum: 1, maximum: 9999 }],
    default: false,
  },
  examples: {
    none: { summary: 'Scores only', value: false },
    three: { summary: 'The three largest contributions', value: 3 },
    all: { summary: 'All contributions', value: true },
  },
};
