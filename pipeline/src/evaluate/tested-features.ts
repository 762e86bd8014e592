import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Manifest, StockoutError, StorageError } from '@stockout/contracts';
import type { PipelineContext } from '../context.ts';
import { ensureFeatures, type FeaturesTable } from '../features.ts';

/**
 * The features of the rows that a version was trained and tested on. The features table may be made of newer rows by
 * now, which others read: then they are made in a folder of this machine, and go with it. (Where Spark makes them there
 * is no such folder: it makes the table anew.)
 * @throws InputError when the raw table, or this version of it, is gone
 */
export async function testedFeatures(
  context: PipelineContext,
  { data: { table, version } }: Manifest,
): Promise<FeaturesTable> {
  const folder = await mkdtemp(join(tmpdir(), 'stockout-evaluate-'));
  const drop = () => rm(folder, { recursive: true, force: true });
  try {
    const aside = pathToFileURL(folder).href;
    const features = await ensureFeatures(context, { rawTable: table, rawVersion: version, aside });
    const dispose = async (): Promise<void> => {
      try {
        await features[Symbol.asyncDispose]();
      } finally {
        await drop();
      }
    };
    return { ...features, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await drop();
    throw explainedAside(error, folder);
  }
}

/** The storage of the model has no part in it, and another try on the same pod helps as little. */
export function explainedAside(error: unknown, folder: string): unknown {
  if (!(error instanceof StorageError) || !error.message.includes(folder)) return error;
  const code = (error.cause as NodeJS.ErrnoException | undefined)?.code;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  const message = `the pod's temporary folder ${tmpdir()} is full: give the Job more ephemeral storage (${code})`;
  return new StockoutError(message, { cause: error });
}

/** Its labels look as far ahead as they did when it was trained, whatever the spec says by now. */
export function withHorizonOf(context: PipelineContext, { horizonDays }: Manifest): PipelineContext {
  const { model } = context;
  const data = { ...model.spec.data, horizonDays };
  return { ...context, model: { ...model, spec: { ...model.spec, data } } };
}
