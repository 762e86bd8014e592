import { readFile } from 'node:fs/promises';
import { InputError } from '@stockout/contracts';
import type { ScoringJob, StockoutModel } from '@stockout/crds';
import { notYetSupported, readManifests } from '@stockout/crds/manifest';

/** The one StockoutModel in the given files. */
export async function readModel(files: readonly string[]): Promise<StockoutModel> {
  const { models } = await readAll(files);
  return only(models, 'StockoutModel', files);
}

/** The ScoringJob in the given files and the StockoutModel that it names. */
export async function readScoringJob(
  files: readonly string[],
): Promise<{ job: ScoringJob; model: StockoutModel }> {
  const { models, scoringJobs } = await readAll(files);
  const job = only(scoringJobs, 'ScoringJob', files);
  const name = job.spec.modelRef.name;
  const model = models.find((candidate) => candidate.metadata.name === name);
  if (model === undefined) {
    throw new InputError(
      `spec.modelRef.name: no StockoutModel ${name} in ${files.join(', ')}: give its file with another -f`,
    );
  }
  return { job, model };
}

/** The one StockoutModel in the given files, and those of its ScoringJobs that are there too. */
export async function readModelAndJobs(
  files: readonly string[],
): Promise<{ model: StockoutModel; jobs: ScoringJob[] }> {
  const { models, scoringJobs } = await readAll(files);
  const model = only(models, 'StockoutModel', files);
  return { model, jobs: scoringJobs.filter(({ spec }) => spec.modelRef.name === model.metadata.name) };
}

async function readAll(files: readonly string[]) {
  const models: StockoutModel[] = [];
  const scoringJobs: ScoringJob[] = [];
  for (const file of files) {
    const found = readManifests(await readText(file), file);
    models.push(...found.models);
    scoringJobs.push(...found.scoringJobs);
  }
  for (const object of [...models, ...scoringJobs]) refuseUnsupported(object);
  return { models, scoringJobs };
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const reason =
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : String(error);
    throw new InputError(`${file}: ${reason}`);
  }
}

function refuseUnsupported(object: StockoutModel | ScoringJob): void {
  const fields = notYetSupported(object);
  if (fields.length > 0)
    throw new InputError(`${object.metadata.name}: not supported yet: ${fields.join('; ')}`);
}

function only<T>(found: readonly T[], kind: string, files: readonly string[]): T {
  const [first] = found;
  if (first === undefined || found.length > 1) {
    throw new InputError(`${files.join(', ')}: holds ${found.length} objects of kind ${kind}, one is needed`);
  }
  return first;
}
