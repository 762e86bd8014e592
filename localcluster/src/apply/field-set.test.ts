import { assert, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configuration, schema } from './arbitraries.ts';
import { FieldSet } from './field-set.ts';
import { fieldsOf } from './merge.ts';

const set = configuration.map((config) => fieldsOf(config, schema));
const paths = (fields: FieldSet): string[] => [...fields.paths()].toSorted();

describe('FieldSet', () => {
  it('is read back from managedFields as it was written', () => {
    assert(
      property(set, (one) => {
        expect(paths(FieldSet.from(one.toFields()))).toEqual(paths(one));
      }),
    );
  });

  it('is what it shares with another and what it has alone', () => {
    assert(
      property(set, set, (one, other) => {
        expect(paths(one.difference(other).union(one.intersection(other)))).toEqual(paths(one));
        expect(paths(one.difference(other).intersection(other))).toEqual([]);
      }),
    );
  });

  it('has in its union every field of both, once', () => {
    assert(
      property(set, set, (one, other) => {
        expect(paths(one.union(other))).toEqual([...new Set([...paths(one), ...paths(other)])].toSorted());
      }),
    );
  });

  it('names fields as people read them', () => {
    const fields = FieldSet.from({
      'f:spec': {
        'f:ports': { 'k:{"name":"http","port":80}': { '.': {}, 'f:port': {} } },
        'f:tags': { 'v:"x"': {} },
      },
    });
    expect([...fields.paths()]).toEqual([
      '.spec.ports[name="http",port=80]',
      '.spec.ports[name="http",port=80].port',
      '.spec.tags[="x"]',
    ]);
  });
});
