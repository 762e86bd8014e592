import {
  type Arbitrary,
  array,
  boolean,
  constantFrom,
  dictionary,
  integer,
  record,
  uniqueArray,
} from 'fast-check';
import type { Schema } from '../schema/schema.ts';
import type { JsonObject } from '../types.ts';

/** For tests: a kind with a list of each sort, and configurations of it. */
export const schema: Schema = {
  type: 'object',
  properties: {
    apiVersion: { type: 'string' },
    kind: { type: 'string' },
    metadata: {
      type: 'object',
      properties: {
        name: { type: 'string' },
        labels: { type: 'object', additionalProperties: { type: 'string' } },
      },
    },
    spec: {
      type: 'object',
      properties: {
        size: { type: 'integer' },
        nested: { type: 'object', properties: { on: { type: 'boolean' }, note: { type: 'string' } } },
        args: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'atomic' },
        tags: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
        ports: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items: { type: 'object', properties: { name: { type: 'string' }, port: { type: 'integer' } } },
        },
      },
    },
  },
};

const small = integer({ min: 0, max: 2 });
const word = constantFrom('a', 'b', 'c');
const optional = { requiredKeys: [] };

const port = record({ name: word, port: small }, { requiredKeys: ['name'] });

const spec = record(
  {
    size: small,
    nested: record({ on: boolean(), note: word }, optional),
    args: array(word, { maxLength: 3 }),
    tags: uniqueArray(word),
    ports: uniqueArray(port, { selector: ({ name }) => name }),
  },
  optional,
);

/** What a user may apply; small enough that two of them often meet in a field. */
export const configuration: Arbitrary<JsonObject> = record(
  { labels: dictionary(word, word), spec },
  optional,
).map(({ labels, ...rest }) => ({
  apiVersion: 'example.com/v1',
  kind: 'Thing',
  metadata: { name: 'thing', ...(labels ? { labels } : {}) },
  ...rest,
})) as Arbitrary<JsonObject>;
