import type { Manifest } from '@stockout/contracts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { goldenKeyOf } from '../auth/golden-key.ts';
import { settle } from '../options.ts';
import { tinyManifest } from '../testing/fixture.ts';
import { ModelFolder } from '../testing/model-folder.ts';
import { CandidateKeys, candidateKeysOf } from './candidate-keys.ts';

let folder: ModelFolder;
let own: Manifest;
beforeEach(async () => {
  folder = await ModelFolder.make();
  own = await tinyManifest();
});
afterEach(() => folder[Symbol.asyncDispose]());

const keysOf = (needed: boolean) => new CandidateKeys({ uri: `${folder.v1.uri}/`, needed });

describe('the golden key of a candidate', () => {
  it('is made of the manifest that lies beside our own, and kept, as a version never changes', async () => {
    const keys = keysOf(true);
    const expected = goldenKeyOf({ ...own, version: 'v2' });
    expect(await keys.of(own, 'v2')).toBe(expected);
    await folder.v2.remove('manifest.json');
    expect(await keys.of(own, 'v2')).toBe(expected);
  });

  it.each([
    ['s3://bucket/prod/models/shop/retail/v1', 's3://bucket/prod/models/shop/retail/v2'],
    [
      'abfss://data@shop.dfs.core.windows.net/models/shop/retail/v1/',
      'abfss://data@shop.dfs.core.windows.net/models/shop/retail/v2',
    ],
  ])('of a version beside %s is read at %s', async (uri, expected) => {
    const read = vi.fn(async () => ({ ...own, version: 'v2' }));
    await new CandidateKeys({ uri, needed: true, read }).of(own, 'v2');
    expect(read).toHaveBeenCalledExactlyOnceWith(expected, expect.any(AbortSignal));
  });

  it('of the version that is served is known without reading', async () => {
    await folder.v1.remove('manifest.json');
    expect(await keysOf(true).of(own, own.version)).toBe(goldenKeyOf(own));
  });

  it('is none of a candidate that may be of any version', async () => {
    const keys = keysOf(true);
    await keys.of(own, 'v2');
    expect(await keys.of(own, undefined)).toBeUndefined();
  });

  it('is none where no such version lies there, until it does', async () => {
    const keys = keysOf(true);
    const manifest = await folder.v2.read('manifest.json');
    await folder.v2.remove('manifest.json');
    expect(await keys.of(own, 'v2')).toBeUndefined();
    await folder.v2.write('manifest.json', manifest);
    expect(await keys.of(own, 'v2')).toBeDefined();
  });

  it.each([
    ['is none', () => folder.v2.write('manifest.json', '{}')],
    ['is no JSON', () => folder.v2.write('manifest.json', '{')],
    ['is of another model', () => folder.v2.editManifest((manifest) => (manifest.model = 'other'))],
    ['is of another namespace', () => folder.v2.editManifest((manifest) => (manifest.namespace = 'other'))],
    ['is of another version', () => folder.v2.editManifest((manifest) => (manifest.version = 'v3'))],
  ])('is none of a manifest that %s', async (_, spoil) => {
    await spoil();
    expect(await keysOf(true).of(own, 'v2')).toBeUndefined();
  });
});

describe('a storage that cannot be read', () => {
  beforeEach(() => folder.v2.makeUnreadable('manifest.json'));

  it('is waited for where the key is needed', async () => {
    await expect(keysOf(true).of(own, 'v2')).rejects.toMatchObject({
      status: 503,
      message: expect.stringMatching(/^the key of v2 cannot be made: /) as unknown,
    });
  });

  it('that never answers is read once at a time, and waited for no longer than we are', async () => {
    const read = vi.fn(() => new Promise<never>(() => {}));
    const keys = new CandidateKeys({ uri: folder.v1.uri, needed: true, readMs: 1, read });
    for (let time = 0; time < 3; time++)
      await expect(keys.of(own, 'v2')).rejects.toThrow('the storage does not answer');
    expect(read.mock.calls).toHaveLength(1);
  });

  it('is read on when nobody waits any more, for whoever asks next', async () => {
    const found = Promise.withResolvers<Manifest>();
    const read = vi.fn((_: string, signal: AbortSignal) => {
      signal.addEventListener('abort', () => found.reject(new Error('given up')));
      return found.promise;
    });
    const keys = new CandidateKeys({ uri: folder.v1.uri, needed: true, readMs: 1, read });
    await expect(keys.of(own, 'v2')).rejects.toMatchObject({ status: 503 });
    found.resolve({ ...own, version: 'v2' });
    expect(await keys.of(own, 'v2')).toBe(goldenKeyOf({ ...own, version: 'v2' }));
    expect(read.mock.calls).toHaveLength(1);
  });

  it('is not asked for another version meanwhile, whoever asks', async () => {
    const read = vi.fn(() => new Promise<never>(() => {}));
    const keys = new CandidateKeys({ uri: folder.v1.uri, needed: true, readMs: 1, read });
    for (const version of ['v2', 'v3', 'v4'])
      await expect(keys.of(own, version)).rejects.toMatchObject({ status: 503 });
    expect(read.mock.calls).toHaveLength(1);
  });

  it('is asked for another version once the one before has come', async () => {
    const found = Promise.withResolvers<Manifest>();
    const read = vi.fn((uri: string) =>
      uri.endsWith('v2') ? found.promise : Promise.resolve({ ...own, version: uri.slice(-2) }),
    );
    const keys = new CandidateKeys({ uri: folder.v1.uri, needed: true, readMs: 60_000, read });
    const asked = ['v2', 'v3', 'v4'].map((version) => keys.of(own, version));
    expect(read.mock.calls).toHaveLength(1);
    found.resolve({ ...own, version: 'v2' });
    const expected = ['v2', 'v3', 'v4'].map((version) => goldenKeyOf({ ...own, version }));
    expect(await Promise.all(asked)).toEqual(expected);
  });

  it('is done without where it is not', async () => {
    expect(await keysOf(false).of(own, 'v2')).toBeUndefined();
  });
});

describe('the key is needed', () => {
  const jwt = { issuer: 'https://issuer.example', audience: 'stockout' };
  it.each([
    [{}, undefined],
    [{ apiKeys: ['one'] }, undefined],
    [{ apiKeys: ['one'], jwt }, undefined],
    [{ apiKeysDir: '/keys', jwt }, undefined],
    [{ jwt }, 503],
    [{ rateLimitPerMinute: 1 }, 503],
    [{ apiKeys: ['one'], rateLimitPerMinute: 1 }, 503],
  ])('or not, with %j', async (options, status) => {
    await folder.v2.makeUnreadable('manifest.json');
    const keys = candidateKeysOf(settle({ model: folder.v1.uri, ...options }));
    const found = await keys.of(own, 'v2').catch((error: { status: number }) => error.status);
    expect(found).toBe(status);
  });
});
