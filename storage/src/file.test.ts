import { chmod, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { FileStorage } from './file.ts';
import { openStorage } from './open-storage.ts';
import { describeStorage, temporaryFolders } from './storage-contract.test-support.ts';

const temporaryFolder = temporaryFolders();

describeStorage('file', async () => openStorage(pathToFileURL(await temporaryFolder()).href));

test('what a killed writer left is invisible to list, and can be found and removed as a leftover', async () => {
  const root = await temporaryFolder();
  await mkdir(join(root, 'table'));
  await writeFile(join(root, 'table', '.tmp-1234'), 'half');
  await writeFile(join(root, 'table', 'whole'), 'whole');
  const storage = new FileStorage(root);
  expect((await storage.list('')).map(({ key }) => key)).toEqual(['table/whole']);
  expect(await storage.leftovers('other')).toEqual([]);
  const [left, ...more] = await storage.leftovers('table');
  expect([left?.bytes, more]).toEqual([4, []]);
  await left?.remove();
  expect(await readdir(join(root, 'table'))).toEqual(['whole']);
});

test('neither winning nor losing a race leaves a temporary file behind', async () => {
  const root = await temporaryFolder();
  const storage = new FileStorage(root);
  await storage.putIfAbsent('key', 'x');
  await storage.putIfAbsent('key', 'y');
  await expect(storage.put('key2', { file: join(root, 'missing') })).rejects.toThrow('ENOENT');
  expect(await readdir(root)).toEqual(['key']);
});

test('a storage that cannot be written to says so, and what to do', async () => {
  const root = await temporaryFolder();
  await writeFile(join(root, 'file'), '');
  const storage = new FileStorage(join(root, 'file'));
  const why = `${storage.uri} has a file where a folder is needed: name another`;
  await expect(storage.put('a/b', 'x')).rejects.toThrow(why);
  await expect(storage.putIfAbsent('a/b', 'x')).rejects.toThrow(why);
});

test('a copy of a read-only file can be replaced and deleted', async () => {
  const root = await temporaryFolder();
  const source = join(root, 'read-only');
  await writeFile(source, 'kept');
  await chmod(source, 0o400);
  const storage = new FileStorage(join(root, 'storage'));
  await storage.put('copy', { file: source });
  expect(Buffer.from(await storage.read('copy')).toString()).toBe('kept');
  expect((await stat(join(root, 'storage', 'copy'))).mode & 0o200).toBe(0o200);
});
