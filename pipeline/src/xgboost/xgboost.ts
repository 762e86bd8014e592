import { Worker } from 'node:worker_threads';
import { StockoutError } from '@stockout/contracts';
import type { Matrix } from './binding.ts';
import type { PredictionKind } from './booster.ts';
import { freeMemory } from './free-memory.ts';
import { chooseForm, type MatrixForm } from './matrix-memory.ts';
import type {
  BoosterParams,
  CurvePoint,
  LoadReply,
  Message,
  Replies,
  Request,
  TrainingData,
  TrainingRows,
  TrainReply,
} from './protocol.ts';
import { shareData, shareMatrix, shareRows } from './shared-memory.ts';

export interface TrainOptions {
  data: TrainingRows;
  /** One per column, stored in the model. */
  featureNames: readonly string[];
  params: BoosterParams;
  rounds: number;
  /** Rows on which the log loss is followed too; nothing but when to stop is learned from them. */
  evaluation?: TrainingData;
  /** Stop once the log loss on `evaluation` has not improved for so many rounds, and keep the best. */
  earlyStoppingRounds?: number | undefined;
  /** Every how many rounds the log loss is taken; default: only after the last. */
  evaluateEvery?: number;
  /** How XGBoost holds the rows; default: the first that fits into memory. The model is the same. */
  form?: MatrixForm;
  signal?: AbortSignal | undefined;
  onRound?: (round: number) => void;
}

function fittingForm(data: TrainingRows, evaluation: TrainingData | undefined): MatrixForm {
  const form = chooseForm(evaluation ? [data, evaluation] : [data], freeMemory());
  return form === 'Dense' && 'fd' in data ? 'Bins' : form;
}

/** A model that was trained elsewhere. */
export interface GivenTrees {
  /** The bytes of its model.ubj. */
  ubj: Uint8Array;
  importance: Record<string, number>;
  rounds: number;
}

interface Pending {
  resolve: (value: never) => void;
  reject: (error: Error) => void;
  onRound: ((round: number) => void) | undefined;
}

/** XGBoost in a worker thread of its own: the event loop stays free while it trains. */
export class XGBoost implements AsyncDisposable {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #version = '';
  /** Why the thread works no more. */
  #ended: Error | undefined;

  private constructor() {
    // libgomp reads it once, when it is loaded. Spinning threads cost more than they gain on a busy machine.
    process.env.OMP_WAIT_POLICY ??= 'PASSIVE';
    this.#worker = new Worker(new URL('./worker.ts', import.meta.url), { name: 'xgboost' });
    this.#worker.on('message', (message: Message) => this.#receive(message));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', () => this.#fail(new StockoutError('XGBoost: its thread has ended')));
  }

  /** @throws StockoutError when the shared library is not in place, with the command that puts it there */
  static async start(): Promise<XGBoost> {
    const xgboost = new XGBoost();
    try {
      xgboost.#version = await xgboost.ask({ op: 'version' });
    } catch (error) {
      await xgboost[Symbol.asyncDispose]();
      throw error;
    }
    return xgboost;
  }

  /** major.minor.patch of the library. */
  get version(): string {
    return this.#version;
  }

  /** @throws the signal's reason when aborted; StockoutError with XGBoost's words */
  async train(options: TrainOptions): Promise<TrainedModel> {
    const { params, rounds, featureNames, signal, evaluation, earlyStoppingRounds } = options;
    signal?.throwIfAborted();
    const stop = new Int32Array(new SharedArrayBuffer(4));
    const onAbort = (): void => void Atomics.store(stop, 0, 1);
    signal?.addEventListener('abort', onAbort);
    try {
      const data = shareRows(options.data);
      const shared = evaluation && shareData(evaluation);
      const evaluateEvery = options.evaluateEvery ?? rounds;
      const form = options.form ?? fittingForm(data, shared);
      const request = { op: 'train', data, featureNames, params, rounds, form, evaluateEvery, stop } as const;
      const held = { evaluation: shared, earlyStoppingRounds };
      const reply = await this.ask({ ...request, ...held }, options.onRound);
      return new TrainedModel(this, reply);
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /**
   * @param model the bytes of a model.ubj or model.json
   * @param changes names for its features, and how many of its rounds are kept
   */
  async load(
    model: Uint8Array,
    changes: { featureNames?: readonly string[]; rounds?: number } = {},
  ): Promise<Model> {
    const reply = await this.ask({ op: 'load', model, ...changes });
    return new Model(this, reply);
  }

  /** Trees of elsewhere, as if they had just been trained here. */
  async adopt({ ubj, importance, rounds }: GivenTrees): Promise<TrainedModel> {
    const reply = await this.ask({ op: 'load', model: ubj });
    return new TrainedModel(this, { ...reply, importance, rounds, curve: [] });
  }

  /** @internal for Model: with its thread, a model is gone anyway */
  async free(booster: number): Promise<void> {
    if (this.#ended === undefined) await this.ask({ op: 'free', booster });
  }

  /** @internal for Model */
  ask<R extends Request>(request: R, onRound?: (round: number) => void): Promise<Replies[R['op']]> {
    // Nobody would answer.
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    const { promise, resolve, reject } = Promise.withResolvers<Replies[R['op']]>();
    this.#lastId += 1;
    this.#pending.set(this.#lastId, { resolve, reject, onRound });
    this.#worker.postMessage({ id: this.#lastId, request });
    return promise;
  }

  #receive(message: Message): void {
    const pending = this.#pending.get(message.id);
    if ('round' in message) return pending?.onRound?.(message.round);
    this.#pending.delete(message.id);
    if ('error' in message) pending?.reject(new StockoutError(message.error));
    else pending?.resolve(message.value as never);
  }

  #fail(error: Error): void {
    this.#ended ??= error;
    for (const pending of this.#pending.values()) pending.reject(error);
    this.#pending.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
  }
}

/** Trees that lie in XGBoost's thread. */
export class Model implements AsyncDisposable {
  /** How many features it was trained on. */
  readonly columns: number;
  readonly #xgboost: XGBoost;
  readonly #booster: number;

  constructor(xgboost: XGBoost, { booster, columns }: LoadReply) {
    this.#xgboost = xgboost;
    this.#booster = booster;
    this.columns = columns;
  }

  /** One value per row: the probability of 1, or the margin (log odds). */
  async predict(matrix: Matrix, kind: PredictionKind = 'probability'): Promise<Float32Array> {
    if (matrix.rows === 0) return new Float32Array();
    return this.#xgboost.ask({ op: 'predict', booster: this.#booster, matrix: shareMatrix(matrix), kind });
  }

  /** Exact SHAP values in log odds: rows x (columns + 1), the bias last; a row's sum is its margin. */
  async contributions(matrix: Matrix): Promise<Float32Array> {
    if (matrix.rows === 0) return new Float32Array();
    return this.#xgboost.ask({ op: 'contributions', booster: this.#booster, matrix: shareMatrix(matrix) });
  }

  /** The model file's bytes: the same trees give the same bytes. */
  save(format: 'ubj' | 'json'): Promise<Uint8Array> {
    return this.#xgboost.ask({ op: 'save', booster: this.#booster, format });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#xgboost.free(this.#booster);
  }
}

export class TrainedModel extends Model {
  /** Total gain of the splits on each feature. */
  readonly importance: Record<string, number>;
  /** Log loss by round. */
  readonly curve: CurvePoint[];
  /** How many rounds were kept. */
  readonly rounds: number;

  constructor(xgboost: XGBoost, reply: TrainReply) {
    super(xgboost, reply);
    this.importance = reply.importance;
    this.curve = reply.curve;
    this.rounds = reply.rounds;
  }
}
