import { REASON } from './conditions.ts';
import type { OperatorContext } from './context.ts';
import { isSilent, type ReconcileError, requeueOf, toReconcileError } from './errors.ts';
import { KeyedQueue } from './kube/queue.ts';
import { countFromZero, queueMetricsOf, type ReconcileResult } from './create-metrics.ts';

export interface Reconciled {
  /** What went wrong; it stands in the status. */
  error?: ReconcileError | undefined;
  requeueAfterMs?: number | undefined;
}

export type Reconcile = (context: OperatorContext, key: string) => Promise<Reconciled>;

const WORKERS = 4;

/** One kind's queue and the workers that reconcile what is in it. */
export class Controller {
  readonly #name: string;
  readonly #context: OperatorContext;
  readonly #reconcile: Reconcile;
  /** Only while we lead; whoever comes to lead begins with every object. */
  #queue: KeyedQueue | undefined;

  constructor(name: string, context: OperatorContext, reconcile: Reconcile) {
    this.#name = name;
    this.#context = context;
    this.#reconcile = reconcile;
    countFromZero(context.metrics, name);
  }

  add(key: string): void {
    this.#queue?.add(key);
  }

  /** Reconciles all of `keys`, and what is added, until the signal. */
  async run(keys: Iterable<string>, signal: AbortSignal): Promise<void> {
    const queue = new KeyedQueue(queueMetricsOf(this.#context.metrics, this.#name));
    this.#queue = queue;
    for (const key of keys) queue.add(key);
    await queue.run((key) => this.#work(queue, key), WORKERS, signal);
  }

  async #work(queue: KeyedQueue, key: string): Promise<void> {
    const { metrics } = this.#context;
    const labels = { controller: this.#name };
    metrics.activeWorkers.inc(labels);
    const stopTimer = metrics.reconcileSeconds.startTimer(labels);
    const result = this.#settle(queue, key, await this.#attempt(key));
    stopTimer();
    metrics.activeWorkers.dec(labels);
    metrics.reconciles.inc({ ...labels, result });
    if (result === 'error') metrics.reconcileErrors.inc(labels);
  }

  async #attempt(key: string): Promise<Reconciled> {
    try {
      return await this.#reconcile(this.#context, key);
    } catch (error) {
      return { error: toReconcileError(error) };
    }
  }

  #settle(queue: KeyedQueue, key: string, { error, requeueAfterMs }: Reconciled): ReconcileResult {
    if (requeueAfterMs !== undefined) queue.addAfter(key, requeueAfterMs);
    if (error === undefined) {
      queue.forget(key);
      return requeueAfterMs === undefined ? 'success' : 'requeue_after';
    }
    this.#report(key, error);
    const requeue = requeueOf(error);
    if (requeue.after === 'backoff') queue.retry(key);
    if (requeue.after === 'ms') queue.addAfter(key, requeue.ms);
    return 'error';
  }

  #report(key: string, error: ReconcileError): void {
    const { reason, message, cause } = error;
    // A fault of our own: where it comes from matters.
    const stack = reason === REASON.internalError && cause instanceof Error ? { stack: cause.stack } : {};
    this.#context.log(isSilent(error) ? 'debug' : 'warn', message, {
      kind: this.#name,
      object: key,
      reason,
      ...stack,
    });
  }
}
