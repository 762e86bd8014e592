import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../types.ts';
import { Store, type StoreEvent } from './store.ts';

const object = (name: string, more: object = {}): KubeObject =>
  ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, ...more }) as KubeObject;

/** What a watch from a revision hears: `ADDED a 2`. */
function heard(store: Store, since: number): string[] {
  const events: string[] = [];
  store.watch('configmaps', since, (event) => events.push(brief(event)));
  return events;
}

const brief = ({ type, object: { metadata } }: StoreEvent): string =>
  `${type} ${metadata.name} ${metadata.resourceVersion}`;

describe('Store', () => {
  it('gives every write the next revision, a removal too', () => {
    const store = new Store();
    const events = heard(store, store.revision);
    store.put('configmaps', 'default/a', object('a'));
    store.put('configmaps', 'default/a', object('a'));
    store.remove('configmaps', 'default/a');
    expect(events).toEqual(['ADDED a 2', 'MODIFIED a 3', 'DELETED a 4']);
    expect(store.revision).toBe(4);
  });

  it('tells a watch what came after its revision, what was already included', () => {
    const store = new Store();
    store.put('configmaps', 'default/a', object('a'));
    const { revision } = store;
    store.put('configmaps', 'default/b', object('b'));
    store.put('secrets', 'default/c', object('c'));
    const events = heard(store, revision);
    store.put('configmaps', 'default/d', object('d'));
    expect(events).toEqual(['ADDED b 3', 'ADDED d 5']);
  });

  it('tells nothing any more once the watch has ended', () => {
    const store = new Store();
    const events: string[] = [];
    const end = store.watch('configmaps', 0, (event) => events.push(brief(event)));
    end();
    store.put('configmaps', 'default/a', object('a'));
    expect(events).toEqual([]);
  });

  it('answers 410 to a watch from before its history, and serves one from within', () => {
    const store = new Store(10);
    for (let revision = 2; revision <= 40; revision++) store.put('configmaps', 'default/a', object('a'));
    expect(() => heard(store, 1)).toThrow('too old resource version: 1');
    expect(heard(store, 38)).toEqual(['MODIFIED a 39', 'MODIFIED a 40']);
  });

  it('answers 410 to every watch from before a compaction', () => {
    const store = new Store();
    store.put('configmaps', 'default/a', object('a'));
    store.compact();
    expect(() => heard(store, 1)).toThrow('too old resource version: 1 (2)');
    expect(heard(store, 2)).toEqual([]);
  });

  it('lists a namespace, sorted by key, and not one that begins alike', () => {
    const store = new Store();
    for (const key of ['team/b', 'team/a', 'team-2/c']) store.put('configmaps', key, object(key));
    expect(store.list('configmaps', 'team/').map(({ metadata }) => metadata.name)).toEqual([
      'team/a',
      'team/b',
    ]);
  });

  it('keeps what it stored from being changed, by its writer and by its readers', () => {
    const store = new Store();
    const given = object('a', { data: { x: '1' } }) as KubeObject & { data: Record<string, string> };
    const stored = store.put('configmaps', 'default/a', given) as typeof given;
    given.data.x = '2';
    expect(stored.data.x).toBe('1');
    expect(() => (stored.data.x = '2')).toThrow(TypeError);
  });
});
