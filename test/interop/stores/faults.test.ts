import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStorage, type Storage } from '@stockout/storage';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { describeStores, use } from './both-stores.ts';
import { FaultyProxy } from './faulty-proxy.ts';

const MIB = 2 ** 20;
const SERVER_BUSY = '<Error><Code>ServerBusy</Code><Message>slow down</Message></Error>';
const WRITE = /^(PUT|POST)/;
/** The request that makes an upload in parts an object. */
const COMPLETE = { abfss: /^PUT .*comp=blocklist/, s3: /^POST .*uploadId=/ };
const PART = { abfss: /^PUT .*comp=block&/, s3: /^PUT .*partNumber=2/ };

describeStores('a store that fails', (store, scheme) => {
  let proxy: FaultyProxy;
  let storage: Storage;
  let folder: string;
  let large: { file: string };
  let content: Buffer;
  beforeAll(async () => {
    proxy = await FaultyProxy.start(store().origin);
    folder = await mkdtemp(join(tmpdir(), 'stockout-faults-'));
    large = { file: join(folder, 'large') };
    content = randomBytes(9 * MIB);
    await writeFile(large.file, content);
  });
  afterAll(async () => {
    await proxy?.stop();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    use({ ...store().environment(proxy.origin), STOCKOUT_STORAGE_TIMEOUT_SECONDS: '20' });
    storage = openStorage(store().uri(randomUUID()));
  });
  afterEach(() => proxy.heal());

  const text = async (key: string) => Buffer.from(await storage.read(key)).toString();
  const same = async (key: string) => {
    await using file = await storage.localFile(key);
    return content.equals(await readFile(file.path));
  };

  test.each(['fail', 'cut'] as const)(
    'a commit that was written and whose answer is lost (%s) is known again as its own',
    async (after) => {
      proxy.inject({ after }, WRITE);
      expect(await storage.putIfAbsent('commit', 'mine')).toBe(true);
      expect(proxy.seen.filter((request) => WRITE.test(request))).toHaveLength(2);
      proxy.inject({ after }, WRITE);
      expect(await storage.putIfAbsent('commit', 'mine')).toBe(false);
      expect(await text('commit')).toBe('mine');
    },
  );

  test("a commit that was cut on its way and is another's meanwhile is lost", async () => {
    const direct = openStorage(storage.uri);
    proxy.inject({ status: 503, headers: { 'retry-after': '1' }, body: SERVER_BUSY }, WRITE);
    const ours = storage.putIfAbsent('raced', 'ours');
    await expect.poll(() => proxy.seen.length).toBe(1);
    expect(await direct.putIfAbsent('raced', 'theirs')).toBe(true);
    expect(await ours).toBe(false);
    expect(await text('raced')).toBe('theirs');
  });

  test('throttling is waited out as long as the server asks', async () => {
    proxy.inject({ status: 503, headers: { 'retry-after': '1' }, body: SERVER_BUSY }, undefined, 2);
    const start = performance.now();
    await storage.put('throttled', 'x');
    expect(performance.now() - start).toBeGreaterThan(1900);
    expect(await text('throttled')).toBe('x');
  });

  test('an answer that is cut in the middle is asked for again', async () => {
    await storage.put('read', large);
    proxy.inject({ within: 'cut' }, /^GET/, 2);
    proxy.inject({ before: 'cut' }, /^GET/);
    expect(await same('read')).toBe(true);
    proxy.inject({ within: 'cut' }, /^GET/);
    expect(content.equals(await storage.read('read'))).toBe(true);
  });

  test('a server that takes the connection and says nothing is asked again after a while', async () => {
    use({ STOCKOUT_STORAGE_TIMEOUT_SECONDS: '3' });
    storage = openStorage(storage.uri);
    proxy.inject({ before: 'silence' }, WRITE);
    expect(await storage.putIfAbsent('silent', 'x')).toBe(true);
  });

  test.each(['fail', 'cut'] as const)(
    'an upload in parts survives lost answers (%s): of a part, and of its completion',
    async (after) => {
      proxy.inject({ after }, PART[scheme]);
      proxy.inject({ after }, COMPLETE[scheme]);
      await storage.put('parts', large);
      expect(await same('parts')).toBe(true);
      proxy.inject({ after }, COMPLETE[scheme]);
      expect(await storage.putIfAbsent('new', large)).toBe(true);
      expect(await storage.putIfAbsent('new', large)).toBe(false);
      expect(await storage.leftovers('')).toEqual([]);
    },
  );

  test('an upload that fails leaves nothing behind, and nothing visible', async () => {
    const refusal = '<Error><Code>InvalidRequest</Code><Message>no</Message></Error>';
    proxy.inject({ status: 400, body: refusal }, PART[scheme], Infinity);
    await expect(storage.put('failed', large)).rejects.toThrow('the store refused the request: 400');
    expect(await storage.list('')).toEqual([]);
    expect(await storage.leftovers('')).toEqual([]);
  });

  test('an upload that was begun and left is a leftover where the store keeps it, which can be removed', async () => {
    const refusal = { status: 400, body: '<Error><Code>InvalidRequest</Code></Error>' };
    proxy.inject(refusal, PART[scheme], Infinity);
    proxy.inject(refusal, /^DELETE/, Infinity);
    await expect(storage.put('killed', large)).rejects.toThrow('400');
    proxy.heal();
    const left = await storage.leftovers('');
    // Azure removes blocks by itself, after a week, and has no request that would.
    expect(left).toHaveLength(scheme === 's3' ? 1 : 0);
    for (const each of left) {
      expect(each.bytes).toBeGreaterThan(0);
      expect(Math.abs(each.modifiedAt.getTime() - Date.now())).toBeLessThan(60_000);
      await each.remove();
    }
    expect(await storage.leftovers('')).toEqual([]);
  });

  test('an object that is replaced while it is read is one of both, never a mixture', async () => {
    await storage.put('replaced', large);
    const other = Buffer.from(content).reverse();
    proxy.inject({ within: 'cut' }, /^GET/, 2);
    const reading = storage.read('replaced');
    await expect
      .poll(() => proxy.seen.filter((request) => request.startsWith('GET')).length)
      .toBeGreaterThan(0);
    await writeFile(join(folder, 'other'), other);
    await storage.put('replaced', { file: join(folder, 'other') });
    const read = await reading;
    expect(content.equals(read) || other.equals(read)).toBe(true);
  });

  test('writers of the same large object undo none of each other: one of them stands', async () => {
    const other = { file: join(folder, 'theirs') };
    await writeFile(other.file, Buffer.from(content).reverse());
    const won = await Promise.all([
      storage.putIfAbsent('large', large),
      storage.putIfAbsent('large', other),
      storage.putIfAbsent('large', other),
    ]);
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(await same('large')).toBe(won[0]);
    await Promise.all([storage.put('large', large), storage.put('large', large)]);
    expect(await same('large')).toBe(true);
  });
});
