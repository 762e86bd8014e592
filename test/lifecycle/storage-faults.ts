import { mkdir } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { versions } from '@stockout/pipeline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileStorage } from '../../storage/src/file.ts';
import { mountSmallDiskAt, type SmallDisk } from '../tables/full-disk.ts';
import { removeJobs } from './remove-jobs.ts';
import { conditionOf, modelObject, scoringObject, SmallWorld, volumeClaim } from './small-world.ts';
import type { Tier } from './tier.ts';

const MINUTES = 60_000;
const CLAIM = 'stockout-frail';
const NAME = 'frail';
const SCORES = 'frail-scores';
const DISK_BYTES = 64 << 20;
const STORAGE = { uri: 'file:///var/lib/stockout', persistentVolumeClaim: { claimName: CLAIM } };
const TRAININGS = `stockout.dev/model=${NAME},app.kubernetes.io/component=training`;
const RUNS = `stockout.dev/scoring-job=${SCORES}`;
const AGAIN = String.raw`\(it is tried again at \S+Z, or once its Job is deleted\)$`;

/** A volume that is full, or read-only, for a while: who waits for it, what is told, and that nothing is half made. */
export function describeStorageFaults(where: string, startTier: () => Promise<Tier>): void {
  describe(`a volume ${where}`, () => {
    const abort = new AbortController();
    let tier: Tier;
    let operator: { stop(): Promise<void> };
    let world: SmallWorld;
    let folder: string;
    let disk: SmallDisk | string;

    beforeAll(async () => {
      tier = await startTier();
      operator = await tier.startOperator();
      folder = await tier.volume(CLAIM);
      await mkdir(folder, { recursive: true });
      disk = mountSmallDiskAt(folder, DISK_BYTES);
      // Of a test that is skipped only some reporters tell: who reads the log knows.
      if (typeof disk === 'string') console.warn(`no volume is made full or read-only: ${disk}`);
      const storage = { uri: pathToFileURL(folder).href, spec: STORAGE, object: volumeClaim(CLAIM) };
      world = await SmallWorld.begin(tier, abort.signal, storage);
      await world.apply(model(20));
      await world.untilServing(NAME, 'v1');
    }, 3 * MINUTES);

    afterAll(async () => {
      abort.abort();
      await operator?.stop();
      if (typeof disk === 'object') disk[Symbol.dispose]();
      await tier?.stop();
    }, MINUTES);

    it(
      'that is full is waited for by a training: what serves serves on, and the same spec serves once there is room',
      async ({ skip }) => {
        const { leave, makeRoom } = diskOr(skip);
        await leave(0);
        await world.apply(model(21));
        const waiting = await world.untilModel(NAME, 'Trained', 'StorageUnavailable');
        expect(conditionOf(waiting, 'Trained')?.message).toMatch(
          new RegExp(
            String.raw`^\S+ failed: file:\S+ is full: make room there and try again \(ENOSPC\) ${AGAIN}`,
          ),
        );
        expect(conditionOf(waiting, 'Reconciling')?.reason).toBe('StorageUnavailable');
        expect(conditionOf(waiting, 'Ready')).toMatchObject({ status: 'True', reason: 'Serving' });
        await expectNothingHalfMade(['v1']);
        await makeRoom();
        await removeJobs(tier, world, TRAININGS);
        await world.untilServing(NAME, 'v2');
        await expectNothingHalfMade(['v2', 'v1']);
      },
      3 * MINUTES,
    );

    it(
      'that is read-only is waited for by a scoring run, which commits once when it can be written again',
      async ({ skip }) => {
        const { become } = diskOr(skip);
        become('ro');
        await world.apply(scoringObject(SCORES, NAME, { backoffLimit: 0 }));
        await expect
          .poll(
            async () => (await world.untilScoring(SCORES, 'Ready', 'Running')).status?.runs?.[0]?.message,
            {
              timeout: MINUTES,
            },
          )
          .toMatch(new RegExp(String.raw`is read-only: mount it for writing \(EROFS\) ${AGAIN}`));
        become('rw');
        await removeJobs(tier, world, RUNS);
        const job = await world.untilScoring(SCORES, 'Complete', 'Succeeded');
        expect(job.status?.runs).toHaveLength(1);
        expect(job.status?.runs?.[0]).toMatchObject({ rows: 420, tableVersion: 0 });
        await expectNothingHalfMade(['v2', 'v1']);
      },
      3 * MINUTES,
    );

    function diskOr(skip: (note: string) => never): SmallDisk {
      return typeof disk === 'string' ? skip(disk) : disk;
    }

    /** No version but these, and no file that somebody began to write. */
    async function expectNothingHalfMade(names: string[]): Promise<void> {
      const made = await versions({ ...world.context(), model: await world.model(NAME) });
      expect(made.versions.map(({ version }) => version)).toEqual(names);
      expect(await new FileStorage(folder).leftovers('')).toEqual([]);
    }
  });
}

/** Each pod is tried once: what happens after that is what this is about. */
function model(rounds: number): object {
  const { training } = modelObject(NAME).spec;
  return modelObject(NAME, {
    spec: { storage: STORAGE, training: { ...training, params: { rounds, maxDepth: 3 }, backoffLimit: 0 } },
  });
}
