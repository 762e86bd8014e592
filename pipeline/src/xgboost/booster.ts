import {
  arrayInterface,
  type Binding,
  copyBytes,
  copyFloats,
  copyStrings,
  type Handle,
  type Matrix,
  vectorInterface,
} from './binding.ts';

/** 0 or 1, one a row. */
interface Labelled {
  labels: Float32Array;
}

/** A matrix that XGBoost knows by its handle. */
export interface TrainingMatrix extends Disposable {
  readonly handle: Handle;
}

/** Rows as XGBoost copies them, 8 bytes a value. Free it with `using`. */
export class DMatrix implements TrainingMatrix {
  readonly handle: Handle;
  readonly #binding: Binding;

  /** @param names one per column, which are stored in the model; or none */
  constructor(
    binding: Binding,
    matrix: Matrix & Partial<Labelled>,
    { threads, names = [] }: { threads: number; names?: readonly string[] },
  ) {
    this.#binding = binding;
    const out: Handle[] = [null];
    binding.createFromDense(arrayInterface(matrix), `{"missing":NaN,"nthread":${threads}}`, out);
    this.handle = out[0];
    if (matrix.labels) binding.setInfo(this.handle, 'label', vectorInterface(matrix.labels));
    if (names.length > 0) binding.setFeatureInfo(this.handle, 'feature_name', [...names], names.length);
  }

  [Symbol.dispose](): void {
    this.#binding.freeMatrix(this.handle);
  }
}

/** 0: probabilities, 1: margins (log odds). */
const PREDICTION_TYPE = { probability: 0, margin: 1 } as const;
export type PredictionKind = keyof typeof PREDICTION_TYPE;

/** Trees. Free it with `using`. */
export class Booster implements Disposable {
  #handle: Handle;
  readonly #binding: Binding;

  /** @param matrices those that it will meet, so that XGBoost caches their margins between rounds */
  constructor(binding: Binding, matrices: readonly TrainingMatrix[] = []) {
    this.#binding = binding;
    const out: Handle[] = [null];
    binding.createBooster(
      matrices.map((matrix) => matrix.handle),
      matrices.length,
      out,
    );
    this.#handle = out[0];
  }

  static load(binding: Binding, model: Uint8Array, threads: number): Booster {
    const booster = new Booster(binding);
    binding.loadFromBuffer(booster.#handle, model, model.length);
    booster.set('nthread', threads);
    return booster;
  }

  set(name: string, value: string | number): void {
    this.#binding.setParam(this.#handle, name, String(value));
  }

  nameFeatures(names: readonly string[]): void {
    this.#binding.setBoosterFeatureInfo(this.#handle, 'feature_name', [...names], names.length);
  }

  update(round: number, matrix: TrainingMatrix): void {
    this.#binding.update(this.#handle, round, matrix.handle);
  }

  /** Forgets all trees after the first `rounds` rounds. */
  truncate(rounds: number): void {
    const out: Handle[] = [null];
    this.#binding.slice(this.#handle, 0, rounds, 1, out);
    this.#binding.freeBooster(this.#handle);
    this.#handle = out[0];
  }

  /** The first metric of `eval_metric`, on each of the named matrices. */
  evaluate(round: number, matrices: Record<string, TrainingMatrix>): Record<string, number> {
    const names = Object.keys(matrices);
    const out: string[] = [''];
    const handles = Object.values(matrices).map((matrix) => matrix.handle);
    this.#binding.evaluate(this.#handle, round, handles, names, names.length, out);
    // "[12]\ttrain-logloss:0.52\ttest-logloss:0.54"
    const parts = (out[0] ?? '').split('\t').slice(1);
    return Object.fromEntries(names.map((name, i) => [name, Number(parts[i]?.split(':').at(-1))]));
  }

  predict(matrix: Matrix, kind: PredictionKind): Float32Array<ArrayBuffer> {
    const [shape, dimensions, result]: [Handle[], Handle[], Handle[]] = [[null], [0], [null]];
    const config = `{"type":${PREDICTION_TYPE[kind]},"training":false,"iteration_begin":0,"iteration_end":0,"missing":NaN,"strict_shape":false,"cache_id":0}`;
    const input = arrayInterface(matrix);
    this.#binding.predictFromDense(this.#handle, input, config, null, shape, dimensions, result);
    return copyFloats(result[0], matrix.rows);
  }

  /** XGBoost's pred_contribs: exact TreeSHAP. */
  contributions(matrix: Matrix, threads: number): Float32Array<ArrayBuffer> {
    using rows = new DMatrix(this.#binding, matrix, { threads });
    const [shape, dimensions, result]: [Handle[], Handle[], Handle[]] = [[null], [0], [null]];
    const config = `{"type":2,"training":false,"iteration_begin":0,"iteration_end":0,"strict_shape":false}`;
    this.#binding.predictFromMatrix(this.#handle, rows.handle, config, shape, dimensions, result);
    return copyFloats(result[0], matrix.rows * (matrix.columns + 1));
  }

  /** Total gain of the splits on each feature; a feature that no tree uses is absent. */
  importance(): Record<string, number> {
    const [count, names, dimensions, shape, scores]: Handle[][] = [[0], [null], [0], [null], [null]];
    this.#binding.featureScore(
      this.#handle,
      '{"importance_type":"total_gain"}',
      count,
      names,
      dimensions,
      shape,
      scores,
    );
    const found = Number(count?.[0]);
    const values = found === 0 ? new Float32Array() : copyFloats(scores?.[0], found);
    const keys = found === 0 ? [] : copyStrings(names?.[0], found);
    return Object.fromEntries(keys.map((key, i) => [key, values[i] as number]));
  }

  save(format: 'ubj' | 'json'): Uint8Array<ArrayBuffer> {
    const [length, pointer]: [Handle[], Handle[]] = [[0], [null]];
    this.#binding.saveToBuffer(this.#handle, JSON.stringify({ format }), length, pointer);
    return copyBytes(pointer[0], Number(length[0]));
  }

  countFeatures(): number {
    const out: Handle[] = [0];
    this.#binding.countFeatures(this.#handle, out);
    return Number(out[0]);
  }

  [Symbol.dispose](): void {
    this.#binding.freeBooster(this.#handle);
  }
}
