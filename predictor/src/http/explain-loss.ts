import { WorkerLostError } from '../worker-client.ts';
import { unavailable } from './problem.ts';

/**
 * What a caller is told when the worker that had the request has ended.
 * @param what became of it
 * @returns throws a 503 for that, and any other error as it is
 */
export function explainLoss(what: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof WorkerLostError)) throw error;
    throw unavailable(`${what}: send it again`, 1);
  };
}
