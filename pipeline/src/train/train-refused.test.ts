import { InputError } from '@stockout/contracts';
import { openStorage } from '@stockout/storage';
import { describe, expect, it } from 'vitest';
import type { PipelineContext } from '../context.ts';
import { versions } from '../versions/list-versions.ts';
import { SAWTOOTH, writeRawTable } from './raw-table.test-support.ts';
import { train } from './train.ts';
import { testTrainingStorage } from './training-storage.test-support.ts';

const place = testTrainingStorage();
const { buildContext } = place;

async function refused(context: PipelineContext, message: RegExp, sql?: string): Promise<void> {
  await writeRawTable(context, sql);
  const error = await train(context).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(InputError);
  expect(String(error)).toMatch(message);
  expect((await versions(context)).versions).toEqual([]);
  expect(await openStorage(place.uri).list('models')).toEqual([]);
}

describe('a training that cannot be', () => {
  it('says how many days there are and are needed', () =>
    refused(
      buildContext({ training: { split: { strategy: 'Time', testDays: 50, testFraction: '0.2' } } }),
      /53 labelled days.*testing on 50 takes at least 58/,
    ));

  it('says that the rows are of one class only', () =>
    refused(
      buildContext(),
      /of one class only.*stockout column/,
      `SELECT * REPLACE (0 AS stockout) FROM (${SAWTOOTH})`,
    ));

  it('says that no day has a label yet', () =>
    refused(
      buildContext(),
      /none.*horizonDays/,
      `SELECT * FROM (${SAWTOOTH}) WHERE date < DATE '2025-01-04'`,
    ));

  it('says how many stores a split by them takes', () =>
    refused(
      buildContext({ training: { split: { strategy: 'Store', testDays: 5, testFraction: '0.2' } } }),
      /has 1 stores with labelled rows.*needs 2/,
      `SELECT * FROM (${SAWTOOTH}) WHERE store_id = 'S1'`,
    ));

  it('names the monotone feature that does not exist', () =>
    refused(buildContext({ params: { monotone: { inventry: -1 } } }), /monotone\.inventry is no feature/));

  it('names the champion that does not exist, and those that do', async () => {
    const context = buildContext();
    await writeRawTable(context);
    await expect(train(context, { against: 'v7' })).rejects.toThrow(/no version v7.*there are: none/);
  });
});
