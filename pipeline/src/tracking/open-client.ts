import { readConnection } from './connection.ts';
import type { MlflowSpec } from './log-version.ts';
import { MlflowError } from './mlflow-error.ts';
import type { MlflowClient } from './rest-client.ts';

/** Of a request: with the pauses between, a server may be gone for about 45 s and nothing fails. */
const PATIENT_RETRIES = 12;
const RETRIES = 3;

/** What is not required holds up a training no longer than this. */
const HURRY_MS = 60_000;

export interface Hurry {
  /** Whether all waits for MLflow, rather than going on without it. */
  patient: boolean;
  signal: AbortSignal | undefined;
}

/**
 * Does something with the server of a model.
 * @throws MlflowError; the signal's reason when aborted
 */
export async function withMlflow<T>(
  { trackingUri }: Pick<MlflowSpec, 'trackingUri'>,
  { patient, signal }: Hurry,
  work: (client: MlflowClient) => Promise<T>,
): Promise<T> {
  // Loaded where there is a server alone: it takes as long as the rest of a command's start.
  const { MlflowClient } = await import('./rest-client.ts');
  const connection = readConnection(trackingUri, { retries: patient ? PATIENT_RETRIES : RETRIES });
  const limit = patient ? undefined : AbortSignal.timeout(HURRY_MS);
  const signals = [signal, limit].filter((each) => each !== undefined);
  await using client = new MlflowClient(
    connection,
    signals.length > 0 ? AbortSignal.any(signals) : undefined,
  );
  try {
    return await work(client);
  } catch (error) {
    signal?.throwIfAborted();
    if (!limit?.aborted) throw error;
    throw new MlflowError(
      `MLflow at ${client.uri} took longer than ${HURRY_MS / 1000} s: look at its load, and at the network`,
    );
  }
}
