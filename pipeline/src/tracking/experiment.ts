import { InputError } from '@stockout/contracts';
import { z } from 'zod';
import { MlflowError } from './mlflow-error.ts';
import type { MlflowClient } from './rest-client.ts';

const foundSchema = z.object({
  experiment: z.object({ experiment_id: z.string(), lifecycle_stage: z.string().optional() }),
});

/**
 * The experiment of that name, made if there is none.
 * @returns its id
 * @throws InputError when it was deleted: its name stays taken
 */
export async function ensureExperiment(client: MlflowClient, name: string): Promise<string> {
  const found = await findExperiment(client, name);
  if (found !== undefined) return found;
  try {
    const reply = z.object({ experiment_id: z.string() });
    return (await client.call('POST', 'experiments/create', { name }, reply)).experiment_id;
  } catch (error) {
    // Another pod, or an earlier try whose answer was lost.
    if (!(error instanceof MlflowError) || error.code !== 'RESOURCE_ALREADY_EXISTS') throw error;
    const made = await findExperiment(client, name);
    if (made === undefined) throw error;
    return made;
  }
}

async function findExperiment(client: MlflowClient, name: string): Promise<string | undefined> {
  const found = await client.find('experiments/get-by-name', { experiment_name: name }, foundSchema);
  if (found === undefined) return undefined;
  const { experiment_id, lifecycle_stage } = found.experiment;
  if (lifecycle_stage !== 'deleted') return experiment_id;
  throw new InputError(
    `spec.tracking.mlflow.experiment ${name} was deleted in MLflow at ${client.uri}: restore it there, or name another`,
  );
}
