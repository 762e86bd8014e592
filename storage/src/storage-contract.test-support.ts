import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '@stockout/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NotFoundError, type Storage } from './port.ts';

/**
 * What every adapter must do, so that Delta commits and version names are safe on it.
 * @param openEmpty a storage with nothing in it, at each call another
 */
export function describeStorage(name: string, openEmpty: () => Promise<Storage>): void {
  describe(`storage contract: ${name}`, () => {
    let storage: Storage;
    beforeAll(async () => {
      storage = await openEmpty();
    });

    test('reads back what was put, byte for byte', async () => {
      const bytes = randomBytes(300_000);
      await storage.put('a/b/bytes', bytes);
      expect(Buffer.from(await storage.read('a/b/bytes')).equals(bytes)).toBe(true);
    });

    test('takes text and files, and leaves the file alone', async () => {
      await using file = await temporaryFile('from a file');
      await storage.put('text', 'größer');
      await storage.put('file', file);
      expect(await text(storage, 'text')).toBe('größer');
      expect(await text(storage, 'file')).toBe('from a file');
      expect(await readFile(file.file, 'utf8')).toBe('from a file');
    });

    test('put replaces, by shorter content too', async () => {
      await storage.put('replaced', 'a long first text');
      await storage.put('replaced', 'short');
      expect(await text(storage, 'replaced')).toBe('short');
    });

    test('keeps empty objects and names with spaces and percent signs', async () => {
      await storage.put('odd names/50% & more=1.txt', '');
      expect(await text(storage, 'odd names/50% & more=1.txt')).toBe('');
      expect((await storage.list('odd names')).map(({ key }) => key)).toEqual(['odd names/50% & more=1.txt']);
    });

    test('reads no more bytes than are taken', async () => {
      await storage.put('five', 'bytes');
      expect(await text(storage, 'five')).toBe('bytes');
      expect(Buffer.from(await storage.read('five', { atMost: 5 })).toString()).toBe('bytes');
      const tooLarge = storage.read('five', { atMost: 4 });
      await expect(tooLarge).rejects.toThrow(/^five in .* has 5 bytes, and at most 4 are read$/);
      await expect(tooLarge).rejects.toMatchObject({ name: 'TooLargeError', bytes: 5 });
      await expect(storage.read('no/such', { atMost: 4 })).rejects.toThrow(NotFoundError);
    });

    test('putIfAbsent writes once and then says that the key is taken', async () => {
      expect(await storage.putIfAbsent('once', 'first')).toBe(true);
      expect(await storage.putIfAbsent('once', 'second')).toBe(false);
      expect(await text(storage, 'once')).toBe('first');
    });

    test('of 30 racing writers exactly one wins, and its content stands', async () => {
      await using file = await temporaryFile('writer 0');
      const racers = Array.from({ length: 30 }, (_, i) =>
        storage.putIfAbsent('raced/key', i === 0 ? file : `writer ${i}`),
      );
      const won = await Promise.all(racers);
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(await text(storage, 'raced/key')).toBe(`writer ${won.indexOf(true)}`);
      expect((await storage.list('raced')).map(({ key }) => key)).toEqual(['raced/key']);
    });

    test('a reader beside a writer sees the old or the new content, never a part', async () => {
      const contents = ['x'.repeat(200_000), 'y'.repeat(100_000)];
      await storage.put('replacing', contents[0] as string);
      const writing = (async () => {
        for (let i = 1; i <= 20; i++) await storage.put('replacing', contents[i % 2] as string);
      })();
      for (let i = 0; i < 40; i++) expect(contents).toContain(await text(storage, 'replacing'));
      await writing;
    });

    test('lists a folder at any depth in the order of keys, with sizes, and no neighbour of a like name', async () => {
      for (const key of ['listed/b', 'listed/a/2', 'listed/a/1', 'listed-not/c'])
        await storage.put(key, 'four');
      const found = await storage.list('listed/');
      expect(found.map(({ key, bytes }) => [key, bytes])).toEqual([
        ['listed/a/1', 4],
        ['listed/a/2', 4],
        ['listed/b', 4],
      ]);
      expect(found[0]?.modifiedAt.getTime()).toBeGreaterThan(Date.parse('2020-01-01'));
      expect((await storage.list('')).length).toBeGreaterThanOrEqual(4);
    });

    test('lists what comes after a text, be it a key, the beginning of one or none', async () => {
      for (const key of ['after/1.json', 'after/1.parquet', 'after/2.json', 'after/3/x'])
        await storage.put(key, '');
      expect(await keysAfter(storage, 'after/1.json')).toEqual([
        'after/1.parquet',
        'after/2.json',
        'after/3/x',
      ]);
      expect(await keysAfter(storage, 'after/2')).toEqual(['after/2.json', 'after/3/x']);
      expect(await keysAfter(storage, 'after/3')).toEqual(['after/3/x']);
      expect(await keysAfter(storage, 'after/9')).toEqual([]);
      expect(await keysAfter(storage, 'a')).toHaveLength(4);
    });

    test('lists keys alone, and the first so many', async () => {
      for (const key of ['first/b', 'first/a/2', 'first/a/1', 'first/c']) await storage.put(key, 'x');
      expect(await storage.keys('first')).toEqual(['first/a/1', 'first/a/2', 'first/b', 'first/c']);
      expect(await storage.keys('first', { startAfter: 'first/a/1', limit: 2 })).toEqual([
        'first/a/2',
        'first/b',
      ]);
      expect((await storage.list('first', { limit: 1 })).map(({ key }) => key)).toEqual(['first/a/1']);
      expect(await storage.keys('first', { limit: 9 })).toHaveLength(4);
      expect(await storage.keys('no/such/folder')).toEqual([]);
    });

    test('whole objects leave nothing half-written', async () => {
      await storage.put('folder/whole', 'x');
      await storage.putIfAbsent('folder/whole', 'y');
      expect(await storage.leftovers('')).toEqual([]);
    });

    test('a folder that does not exist is an empty one', async () => {
      expect(await storage.list('no/such/folder')).toEqual([]);
      expect(await storage.leftovers('no/such/folder')).toEqual([]);
    });

    test('reading what is not there is a NotFoundError that names it', async () => {
      await storage.put('folder/inside', '');
      for (const key of ['missing', 'folder', 'folder/inside/deeper']) {
        await expect(storage.read(key)).rejects.toThrow(NotFoundError);
        await expect(storage.localFile(key)).rejects.toThrow(`${key} does not exist in ${storage.uri}`);
      }
    });

    test('deletes, and deleting again is no error', async () => {
      await storage.put('deleted', 'x');
      await storage.delete('deleted');
      await storage.delete('deleted');
      await expect(storage.read('deleted')).rejects.toThrow(NotFoundError);
      expect(await storage.putIfAbsent('deleted', 'again')).toBe(true);
    });

    test('gives a local file with the same bytes', async () => {
      await storage.put('local', 'bytes');
      await using file = await storage.localFile('local');
      expect(await readFile(file.path, 'utf8')).toBe('bytes');
    });

    test.each(['../out', 'a/../../out', '/absolute', 'a//b', 'a/./b', '', 'a\\b', 'a/.tmp-x', 'nul\0'])(
      'refuses %j as a key, whatever the operation',
      async (key) => {
        await expect(storage.read(key)).rejects.toThrow(InputError);
        await expect(storage.put(key, 'x')).rejects.toThrow(InputError);
        await expect(storage.putIfAbsent(key, 'x')).rejects.toThrow(InputError);
        await expect(storage.delete(key)).rejects.toThrow(InputError);
        await expect(storage.localFile(key)).rejects.toThrow(InputError);
      },
    );
  });
}

async function keysAfter(storage: Storage, startAfter: string): Promise<string[]> {
  return (await storage.list('after/', { startAfter })).map(({ key }) => key);
}

async function text(storage: Storage, key: string): Promise<string> {
  return Buffer.from(await storage.read(key)).toString('utf8');
}

async function temporaryFile(content: string): Promise<{ file: string } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'stockout-storage-'));
  const file = join(folder, 'file');
  await writeFile(file, content);
  return { file, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}

/** Folders for tests, removed when the file's tests are done. */
export function temporaryFolders(): () => Promise<string> {
  const folders: string[] = [];
  afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));
  return async () => {
    const folder = await mkdtemp(join(tmpdir(), 'stockout-storage-'));
    folders.push(folder);
    return folder;
  };
}
