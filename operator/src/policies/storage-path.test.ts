import { expect, test } from 'vitest';
import { aModel } from '../testing/builders.ts';
import { forbiddenStoragePath } from './storage-path.ts';

const refusalOf = (uri: string) => forbiddenStoragePath(aModel({ storage: { uri } }))?.message;

test.each([
  'file:///var/lib/stockout',
  'file:///data/',
  'file:///mnt/a%20share/usr',
  'file:///opt/stockout',
  'file:///application',
])('%s is where a volume may lie', (uri) => {
  expect(refusalOf(uri)).toBeUndefined();
});

test.each([
  ['file:///usr/local/bin', '/usr'],
  ['file:////usr', '/usr'],
  ['file:///data/../usr/local/bin', '/usr'],
  ['file:///%75sr/local', '/usr'],
  ['file:///app/node_modules', '/app'],
  ['file:////', '/app'],
  ['file:///opt', '/opt/xgboost'],
  ['file:///etc/stockout/api-keys', '/etc'],
  ['file:///var/run/secrets', '/var/run'],
])('%s would change what runs: refused, and the message says what to choose', (uri, folder) => {
  expect(refusalOf(uri)).toBe(
    `spec.storage.uri: ${uri} would have a volume take the place of ${folder} of the images: choose a folder such as file:///var/lib/stockout`,
  );
});

test('what is no path is refused in words too', () => {
  expect(refusalOf('file:///50%')).toBe(
    'spec.storage.uri: file:///50% is no path (%25 stands for %): choose a folder such as file:///var/lib/stockout',
  );
});
