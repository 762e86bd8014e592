import { InputError } from '@stockout/contracts';
import { expect, test } from 'vitest';
import { openStorage } from './open-storage.ts';

test('a file URI opens a folder, with spaces and without a trailing slash', () => {
  expect(openStorage('file:///var/lib/stock%20out/').uri).toBe('file:///var/lib/stock%20out');
});

test.each([
  [
    'abfss://c@a.dfs.core.windows.net/x',
    'scheme abfss:// is not supported. NotYetSupported: this release stores on file://',
  ],
  ['s3://bucket/x', 'scheme s3:// is not supported. NotYetSupported: this release stores on file://'],
  ['http://host/x', 'scheme http:// is not supported. storage URIs begin with file://'],
  ['/var/lib/stockout', '"/var/lib/stockout" is not a storage URI: write it as file:///path/to/folder'],
  ['file://server/share', '"file://server/share" is not a path on this machine'],
])('%s is refused: %s', (uri, message) => {
  expect(() => openStorage(uri)).toThrow(InputError);
  expect(() => openStorage(uri)).toThrow(message);
});
