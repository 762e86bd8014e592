import { openStorage } from '@stockout/storage';
import { expect, test } from 'vitest';
import { buildModel } from '../../train/model.test-support.ts';
import { sparkTable } from './tables.ts';

test.each([
  ['file:///data', 'raw', 'file:///data/raw'],
  ['file:///data/', 'raw', 'file:///data/raw'],
  ['file:///my%20data%231/50%25', 'raw', 'file:///my data#1/50%/raw'],
  // A name is no URI: what looks encoded in it is meant so.
  ['file:///data', 'a b/t%41ble', 'file:///data/a b/t%41ble'],
  ['file:///data', 'file:///my%20tables/r%C3%A1w', 'file:///my tables/r\u00e1w'],
])('Spark finds in %s the table %s under the path that its files have', (uri, name, path) => {
  const context = { model: buildModel(), storage: openStorage(uri) };
  expect(sparkTable(context, name)).toEqual({ name, path });
});
