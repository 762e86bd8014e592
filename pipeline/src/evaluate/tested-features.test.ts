import { StorageError } from '@stockout/contracts';
import { expect, test } from 'vitest';
import { explainedAside } from './tested-features.ts';

function full(uri: string): StorageError {
  return new StorageError(`${uri} is full`, { cause: Object.assign(new Error(), { code: 'ENOSPC' }) });
}

test('a temporary folder that is full is no failure of the storage', () => {
  const told = explainedAside(full('file:///tmp/aside/features'), '/tmp/aside');
  expect(told).not.toBeInstanceOf(StorageError);
  expect(told).toMatchObject({ message: expect.stringContaining('more ephemeral storage') as string });
});

test('storage that is full is still told as storage', () => {
  const error = full('file:///data');
  expect(explainedAside(error, '/tmp/aside')).toBe(error);
});
