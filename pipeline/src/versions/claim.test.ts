import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { openStorage, type Storage } from '@stockout/storage';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Claim, claimVersion, findClaim } from './claim.ts';
import { listVersions } from './list-versions.ts';

let folder: string;
let storage: Storage;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'stockout-claim-'));
  storage = openStorage(pathToFileURL(folder).href);
});
afterEach(() => rm(folder, { recursive: true }));

const claimOf = (run: string): Claim => ({ run, trainedAt: '2026-01-01T00:00:00.000Z', dataVersion: 1 });

it('gives racing runs names of their own, one after the other', async () => {
  const runs = Array.from({ length: 12 }, (_, i) => `run-${i}`);
  const claimed = await Promise.all(runs.map((run) => claimVersion(storage, 'shop', 'retail', claimOf(run))));
  const names = claimed.map(({ version }) => version).sort();
  expect(names).toEqual(runs.map((_, i) => `v${i + 1}`).sort());
});

it('gives one run one name, however many pods ask for it at once', async () => {
  const claimed = await Promise.all(
    Array.from({ length: 12 }, (_, i) => claimVersion(storage, 'shop', 'retail', claimOf(`run-${i % 2}`))),
  );
  expect(new Set(claimed.map(({ version, claim }) => `${version} ${claim.run}`)).size).toBe(2);
});

it('gives no name twice: not after v9, not to a run that never finished', async () => {
  for (let i = 1; i <= 11; i++) await claimVersion(storage, 'shop', 'retail', claimOf(`run-${i}`));
  expect(await findClaim(storage, 'shop', 'retail', 'run-10')).toMatchObject({ version: 'v10' });
  expect(await findClaim(storage, 'shop', 'retail', 'run-12')).toBeUndefined();
  expect(await claimVersion(storage, 'shop', 'retail', claimOf('run-12'))).toMatchObject({ version: 'v12' });
  expect(await listVersions(storage, { namespace: 'shop', name: 'retail' })).toEqual([]);
});

it('keeps the models of namespaces apart', async () => {
  await claimVersion(storage, 'shop', 'retail', claimOf('a'));
  expect(await claimVersion(storage, 'shop-2', 'retail', claimOf('a'))).toMatchObject({ version: 'v1' });
  expect(await claimVersion(storage, 'shop', 'retail-2', claimOf('a'))).toMatchObject({ version: 'v1' });
});

it('names the manifest that cannot be read', async () => {
  await storage.put('models/shop/retail/v1/manifest.json', '{"formatVersion": 1');
  await expect(listVersions(storage, { namespace: 'shop', name: 'retail' })).rejects.toThrow(
    /v1\/manifest\.json.*is not JSON/,
  );
  await storage.put('models/shop/retail/v1/manifest.json', '{"formatVersion": 7}');
  await expect(listVersions(storage, { namespace: 'shop', name: 'retail' })).rejects.toThrow(
    /v1\/manifest\.json.*is not a manifest: formatVersion/,
  );
});
