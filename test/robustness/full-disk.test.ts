import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { VersionCopy } from '../../predictor/src/testing/fixture.ts';
import { mountSmallDisk } from '../tables/full-disk.ts';
import { HISTORY, SCORING } from './fuzz/calls.ts';
import { statusOf } from './send-call.ts';
import { ServedPredictor } from './served-predictor.ts';

const KIB = 1024;

test('a full scratch folder costs histories alone: 503, told once and counted, and tried again', async ({
  skip,
}) => {
  using disk = mountOrSkip(skip);
  await using copy = await VersionCopy.make();
  // No Parquet, so that what comes after the disk can be told from it.
  await copy.swap('snapshot.parquet', randomBytes(200 * KIB));
  await copy.editManifest((manifest) => {
    manifest.raw = { set: 'Extended', columns: [{ name: 'store_id', source: 'store_id', kind: 'key' }] };
  });
  await using served = await ServedPredictor.start({ model: copy.uri, env: { TMPDIR: disk.folder } });
  await disk.leave(2);
  expect(await statusOf(served.url, HISTORY[0]!)).toBe(503);
  expect(served.errors).toHaveLength(1);
  expect(served.errors[0]).toMatch(/the history worker does not start: .*ENOSPC/);
  expect(await served.metric('stockout_thread_losses_total')).toBe(1);
  for (const call of SCORING) expect([call.path, await statusOf(served.url, call)]).toEqual([call.path, 200]);
  await disk.makeRoom();
  expect(await statusOf(served.url, HISTORY[0]!)).toBe(503);
  expect(served.errors[1]).toMatch(/does not start: .*snapshot\.parquet/);
  expect(await served.end('SIGTERM')).toBe(0);
});

function mountOrSkip(skip: (why: string) => never) {
  const disk = mountSmallDisk(1024 * KIB);
  return typeof disk === 'string' ? skip(disk) : disk;
}
