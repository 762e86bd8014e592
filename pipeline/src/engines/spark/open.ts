import { InputError } from '@stockout/contracts';
import type { StockoutModelSpec } from '@stockout/crds';
import type { PipelineContext } from '../../context.ts';
import { type Spark, openSpark } from './connect/session.ts';

/** What computes features and scores, as a spec says it. */
export type Engine = NonNullable<StockoutModelSpec['training']>['engine'];

/**
 * A session for one step of a command, whose tasks are the step's progress.
 * @param env of the process, into which the operator brings engine.secretRef
 */
export async function openEngine(
  { signal, report }: PipelineContext,
  { connectUrl }: Engine,
  step: string,
): Promise<Spark> {
  if (connectUrl === undefined)
    throw new InputError('engine.connectUrl is missing: Spark needs the address of its server');
  report?.({ step });
  return openSpark(connectUrl, { signal, onTasks: (done, total) => report?.({ step, done, total }) });
}
