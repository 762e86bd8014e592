import { assert, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject, KubeObject } from '../types.ts';
import { applyConfiguration } from './apply.ts';
import { configuration, schema } from './arbitraries.ts';
import { fieldsOf } from './merge.ts';

function apply(live: KubeObject | undefined, config: JsonObject, manager: string, force = true): KubeObject {
  const writer = { manager, operation: 'Apply', now: '2026-01-01T00:00:00Z' } as const;
  return applyConfiguration(live, config, writer, { schema, hasStatus: false, force });
}

const thing = (spec: JsonObject): JsonObject => ({
  apiVersion: 'example.com/v1',
  kind: 'Thing',
  metadata: { name: 'thing' },
  spec,
});

/** The object without what says who owns it. */
function content({ metadata: { managedFields: _owners, ...metadata }, ...rest }: KubeObject): JsonObject {
  return { ...rest, metadata } as unknown as JsonObject;
}

const ownersOf = ({ metadata }: KubeObject): string[] =>
  (metadata.managedFields ?? []).map(({ manager }) => manager);

describe('applyConfiguration', () => {
  it('changes nothing when the same is applied twice', () => {
    assert(
      property(configuration, (config) => {
        const once = apply(undefined, config, 'one');
        expect(apply(once, config, 'one')).toEqual(once);
      }),
    );
  });

  it('leaves what was applied last, whatever its only owner applied before', () => {
    assert(
      property(configuration, configuration, (before, after) => {
        const changed = apply(apply(undefined, before, 'one'), after, 'one');
        expect(content(changed)).toEqual(content(apply(undefined, after, 'one')));
      }),
    );
  });

  it('keeps what another one applied when an owner gives everything up', () => {
    assert(
      property(configuration, configuration, (mine, theirs) => {
        const both = apply(apply(undefined, mine, 'one'), theirs, 'two');
        const left = apply(both, thing({}), 'one');
        for (const path of fieldsOf(theirs, schema).paths()) {
          expect([...fieldsOf(content(left), schema).paths()]).toContain(path);
        }
        expect(apply(left, theirs, 'two', false)).toEqual(left);
      }),
    );
  });

  it('is refused where somebody else owns a field with another value, and only there', () => {
    const live = apply(undefined, thing({ size: 1, ports: [{ name: 'a', port: 1 }] }), 'one');
    expect(() => apply(live, thing({ size: 2 }), 'two', false)).toThrow(
      'Apply failed with 1 conflict: conflict with "one": .spec.size',
    );
    expect(() => apply(live, thing({ ports: [{ name: 'a', port: 2 }] }), 'two', false)).toThrow(
      'Apply failed with 1 conflict: conflict with "one": .spec.ports[name="a"].port',
    );
    const shared = apply(live, thing({ size: 1, ports: [{ name: 'b', port: 2 }] }), 'two', false);
    expect(content(shared).spec).toEqual({
      size: 1,
      ports: [
        { name: 'a', port: 1 },
        { name: 'b', port: 2 },
      ],
    });
  });

  it('takes a field over by force: its owner before loses it', () => {
    const live = apply(undefined, thing({ size: 1 }), 'one');
    const taken = apply(live, thing({ size: 2 }), 'two');
    expect(ownersOf(taken)).toEqual(['two']);
    expect(content(taken).spec).toEqual({ size: 2 });
  });

  it('lets a field go when the last of its owners gives it up, not before', () => {
    const live = apply(apply(undefined, thing({ size: 1 }), 'one'), thing({ size: 1 }), 'two');
    const shared = apply(live, thing({}), 'one');
    expect(content(shared).spec).toEqual({ size: 1 });
    const gone = apply(shared, thing({}), 'two');
    expect(content(gone).spec).not.toHaveProperty('size');
  });
});
