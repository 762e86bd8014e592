import { complainOfRows } from '../batch/explain-batch.ts';
import type { Opened } from './infer.ts';
import { InferenceError } from './inference-error.ts';

/**
 * Reads a request whose rows are to be explained.
 * @param listed how many contributions of each row are
 * @returns throws an InferenceError too where the rows are more than are explained at a time
 */
export function explainable(open: () => Opened, listed: number): () => Opened {
  return () => {
    const opened = open();
    const complaint = complainOfRows(opened.rows.count, listed);
    if (complaint !== undefined) throw new InferenceError(`the request ${complaint}`);
    return opened;
  };
}
