import { StorageError } from '@stockout/contracts';
import { expect, test } from 'vitest';
import { explained } from './explained.ts';

const failure = (code: string): Error => Object.assign(new Error(`${code}: not done`), { code });

test.each([
  ['ENOSPC', 'is full'],
  ['EROFS', 'is read-only'],
  ['EACCES', 'cannot be used by this user'],
  ['EIO', 'cannot be read or written'],
  ['ESTALE', 'was mounted from a server that does not know it any more'],
  ['ETIMEDOUT', 'does not answer'],
])('%s is the storage, which %s', (code, words) => {
  const told = explained(failure(code), 'file:///data') as Error;
  expect(told).toBeInstanceOf(StorageError);
  expect(told.message).toMatch(new RegExp(`^file:///data ${words}.*\\(${code}\\)$`));
});

test('what is wrong with a program is not explained by its storage', () => {
  const error = failure('EBADF');
  expect(explained(error, 'file:///data')).toBe(error);
});
