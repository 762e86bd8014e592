import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach } from 'vitest';
import type { PipelineContext } from '../context.ts';
import { smallModel } from './model.test-support.ts';

/** A storage of its own for each test of a file, and small models in it. */
export interface TrainingStorage {
  readonly folder: string;
  readonly uri: string;
  readonly buildContext: (spec?: Parameters<typeof smallModel>[0]) => PipelineContext;
}

export function testTrainingStorage(): TrainingStorage {
  let folder: string;
  const uriOf = () => pathToFileURL(folder).href;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'stockout-train-'));
  });
  afterEach(() => rm(folder, { recursive: true }));
  return {
    get folder() {
      return folder;
    },
    get uri() {
      return uriOf();
    },
    buildContext: (spec = {}) => ({ model: smallModel(spec), storageUri: uriOf() }),
  };
}
