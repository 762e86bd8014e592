import { InputError } from '@stockout/contracts';
import { openStorage } from '@stockout/storage';
import { describe, expect, test } from 'vitest';
import { dataKey } from './data-files.ts';

function table(uri: string, path: string) {
  return { storage: openStorage(uri), path, name: 't' };
}

describe('the key of a file', () => {
  test.each([
    ['file:///var/a%20b', 't', 'region=x%20y/50%25.parquet', 't/region=x y/50%.parquet'],
    ['file:///var/a%20b', 't', 'file:///var/a%20b/t/50%25.parquet', 't/50%.parquet'],
    ['file:///var/a%20b', 't', 'file:/var/a%20b/t/x.parquet', 't/x.parquet'],
    ['file:///var/a%20b', 't', '/var/a%20b/t/x.parquet', 't/x.parquet'],
    ['file:///var/t', '', 'file:///var/t/x.parquet', 'x.parquet'],
    ['s3://bucket/data', 'raw/t', 's3a://bucket/data/raw/t/x.parquet', 'raw/t/x.parquet'],
    [
      'abfss://c@acct.dfs.core.windows.net/data',
      't',
      'abfss://c@acct.dfs.core.windows.net/data/t/x.parquet',
      't/x.parquet',
    ],
  ])('in %s, table "%s", is found by %s', (uri, path, file, key) => {
    expect(dataKey(table(uri, path), file)).toBe(key);
  });

  test.each([
    'file:///var/data/other/x.parquet',
    'file:///var/data/t2/x.parquet',
    'file:///var/data/t/../x.parquet',
    'file:///var/data/t/%2e%2e/x.parquet',
    '/var/data/x.parquet',
    's3://bucket/t/x.parquet',
  ])('is none for %s, which lies outside of its table', (file) => {
    expect(() => dataKey(table('file:///var/data', 't'), file)).toThrow(InputError);
    expect(() => dataKey(table('file:///var/data', 't'), file)).toThrow(
      'refers to a file outside of its folder',
    );
  });
});
