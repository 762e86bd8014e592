import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../types.ts';
import { restoreSnapshot, takeSnapshot, writeSnapshot } from './snapshot.ts';
import { Store, type StoreEvent } from './store.ts';

let folder: string;
let file: string;
let store: Store;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stockout-snapshot-'));
  file = join(folder, 'objects.json');
  store = new Store();
});
afterEach(() => rmSync(folder, { recursive: true }));

const put = (resource: string, kind: string, name: string, more: object = {}): KubeObject =>
  store.put(resource, `default/${name}`, {
    apiVersion: 'v1',
    kind,
    metadata: { name, namespace: 'default' },
    ...more,
  } as KubeObject);

function restored(): Store {
  writeSnapshot(takeSnapshot(store), file);
  const next = new Store();
  restoreSnapshot(next, file);
  return next;
}

describe('a snapshot', () => {
  it('brings objects back as they were, and goes on counting where it stood', () => {
    const settings = put('configmaps', 'ConfigMap', 'settings', { data: { a: '1' } });
    const next = restored();
    expect(next.get('configmaps', 'default/settings')).toEqual(settings);
    expect(next.revision).toBe(store.revision);
  });

  it('tells who follows a collection already what came back, and watches of before that they are too old', () => {
    put('configmaps', 'ConfigMap', 'settings');
    writeSnapshot(takeSnapshot(store), file);
    const next = new Store();
    const seen: StoreEvent[] = [];
    next.watch('configmaps', 0, (event) => seen.push(event));
    restoreSnapshot(next, file);
    expect(seen.map(({ type, object }) => [type, object.metadata.name])).toEqual([['ADDED', 'settings']]);
    expect(() => next.watch('configmaps', 1, () => {})).toThrow('too old resource version');
  });

  it('leaves out nodes, events, and pods that had not ended', () => {
    put('nodes', 'Node', 'local');
    put('events', 'Event', 'told');
    put('pods', 'Pod', 'runs', { status: { phase: 'Running' } });
    put('pods', 'Pod', 'done', { status: { phase: 'Succeeded' } });
    const names = restored()
      .entries()
      .map(({ object }) => object.metadata.name);
    expect(names).toEqual(['done']);
  });

  it('is for its owner alone, and gone once it was read', () => {
    put('secrets', 'Secret', 'key');
    writeSnapshot(takeSnapshot(store), file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    restoreSnapshot(new Store(), file);
    expect(existsSync(file)).toBe(false);
  });

  it('that cannot be read is named, with the way out', () => {
    writeFileSync(file, '{');
    expect(() => restoreSnapshot(new Store(), file)).toThrow('delete it to begin with nothing');
  });
});
