import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Scratch } from './scratch.ts';
import { temporaryFolders } from './storage-contract.test-support.ts';

const temporaryFolder = temporaryFolders();
let folder: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  vi.stubEnv('TMPDIR', folder);
});
afterEach(() => vi.unstubAllEnvs());

const write = (text: string) => async (file: { write(text: string): Promise<unknown> }) =>
  void (await file.write(text));

test('copies lie in one folder, which goes with the last of them', async () => {
  const scratch = new Scratch();
  const [a, b] = [await scratch.stage(1, 'a', write('a')), await scratch.stage(1, 'b', write('b'))];
  expect(dirname(a.path)).toBe(dirname(b.path));
  expect(await readFile(b.path, 'utf8')).toBe('b');
  await a[Symbol.asyncDispose]();
  await a[Symbol.asyncDispose]();
  expect(await readdir(dirname(b.path))).toHaveLength(1);
  await b[Symbol.asyncDispose]();
  expect(await readdir(folder)).toEqual([]);
});

test('a copy that failed leaves nothing', async () => {
  await expect(new Scratch().stage(1, 'a', () => Promise.reject(new Error('cut')))).rejects.toThrow('cut');
  expect(await readdir(folder)).toEqual([]);
});

test('what has no room is refused before a byte is copied, with what is needed and what to do', async () => {
  const scratch = new Scratch();
  vi.stubEnv('STOCKOUT_SCRATCH_BYTES', '10');
  const fill = vi.fn();
  await using staged = await scratch.stage(6, 'a', write('a'));
  expect(existsSync(staged.path)).toBe(true);
  await expect(scratch.stage(5, 't/x of s3://b', fill)).rejects.toThrow(
    /t\/x of s3:\/\/b does not fit .* 5 bytes, 6 are in use, and STOCKOUT_SCRATCH_BYTES allows 10/,
  );
  vi.stubEnv('STOCKOUT_SCRATCH_BYTES', '');
  await expect(scratch.stage(2 ** 52, 'x', fill)).rejects.toThrow(
    /are free: make room there, or name another/,
  );
  vi.stubEnv('STOCKOUT_SCRATCH_BYTES', '1G');
  await expect(scratch.stage(1, 'x', fill)).rejects.toThrow('give a whole number of bytes');
  expect(fill).not.toHaveBeenCalled();
});

test('a full scratch folder is told apart from a full storage', async () => {
  const full = Object.assign(new Error('no space'), { code: 'ENOSPC' });
  await expect(new Scratch().stage(1, 't/x', () => Promise.reject(full))).rejects.toThrow(
    `the scratch folder ${folder} is full (ENOSPC while t/x was copied there)`,
  );
});

test('what a killed process left goes, what a living one has stays', async () => {
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  const dead = join(folder, `stockout-stage-${hostname()}-${pid}-AbCd12`);
  const living = join(folder, `stockout-stage-${hostname()}-${process.ppid}-AbCd12`);
  const others = join(folder, `stockout-stage-elsewhere-${pid}-AbCd12`);
  for (const each of [dead, living, others]) {
    await mkdir(each);
    await writeFile(join(each, 'x'), 'x');
  }
  await using staged = await new Scratch().stage(1, 'a', write('a'));
  await vi.waitFor(() => expect(existsSync(dead)).toBe(false));
  expect([living, others, staged.path].map((path) => existsSync(path))).toEqual([true, true, true]);
});
