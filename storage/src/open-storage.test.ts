import { InputError } from '@stockout/contracts';
import { expect, test } from 'vitest';
import { openStorage } from './open-storage.ts';

test.each([
  ['file:///var/lib/stock%20out/', 'file:///var/lib/stock%20out'],
  ['abfss://c@acct.dfs.core.windows.net/x/', 'abfss://c@acct.dfs.core.windows.net/x'],
  ['s3://bucket', 's3://bucket'],
])('%s opens without a trailing slash', (uri, normal) => {
  expect(openStorage(uri).uri).toBe(normal);
});

test.each([
  ['http://host/x', 'scheme http:// is not supported, storage URIs are written as file:///'],
  ['s3a://bucket/x', 'scheme s3a:// is not supported, write s3:// instead'],
  ['wasbs://c@a.blob.core.windows.net/x', 'write abfss:// instead'],
  ['/var/lib/stockout', '"/var/lib/stockout" is not a storage URI: write it as file:///path/to/folder'],
  ['file://server/share', '"file://server/share" is not a path on this machine'],
  ['abfss://acct.dfs.core.windows.net/x', 'names no container'],
  ['abfss://c@host/x', 'does not name a storage account'],
  ['abfss://c@acct.dfs.core.windows.net/x?sv=1', 'credentials do not belong in it'],
  ['s3:///x', 'names no bucket'],
  ['s3://bucket/a//b', 'has a path that cannot be read'],
  ['s3://bucket/50%', 'has a path that cannot be read'],
])('%s is refused: %s', (uri, message) => {
  expect(() => openStorage(uri)).toThrow(InputError);
  expect(() => openStorage(uri)).toThrow(message);
});
