import { availableParallelism } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { loadBinding } from './binding.ts';
import { Booster, DMatrix, type TrainingMatrix } from './booster.ts';
import {
  type CurvePoint,
  type LoadReply,
  type LoadRequest,
  type Message,
  type Replies,
  type Request,
  STOPPED,
  type TrainReply,
  type TrainingRows,
  type TrainRequest,
} from './protocol.ts';
import { QuantileMatrix } from './quantile-matrix.ts';
import { returnMemory } from './return-memory.ts';

// The thread in which XGBoost works: its C API keeps state per thread and blocks while it trains. What it imports takes its
// errors from contracts/errors: the schemas beside them were two thirds of its start.

const threads = availableParallelism();
const boosters = new Map<number, Booster>();
let lastBooster = 0;

parentPort?.on('message', ({ id, request }: { id: number; request: Request }) => {
  try {
    const value = answer(id, request);
    const transfer = ArrayBuffer.isView(value) ? [value.buffer as ArrayBuffer] : [];
    parentPort?.postMessage({ id, value } satisfies Message, transfer);
  } catch (error) {
    parentPort?.postMessage({ id, error: error instanceof Error ? error.message : String(error) });
  }
});

function answer(id: number, request: Request): Replies[keyof Replies] {
  switch (request.op) {
    case 'version':
      return loadBinding().library.version;
    case 'train':
      return train(id, request);
    case 'load':
      return load(request);
    case 'predict':
      return boosterOf(request.booster).predict(request.matrix, request.kind);
    case 'contributions':
      return boosterOf(request.booster).contributions(request.matrix, threads);
    case 'save':
      return boosterOf(request.booster).save(request.format);
    case 'free':
      boosterOf(request.booster)[Symbol.dispose]();
      boosters.delete(request.booster);
      return undefined;
  }
}

function train(id: number, request: TrainRequest): TrainReply {
  try {
    return trainOn(id, request);
  } finally {
    returnMemory();
  }
}

function trainOn(id: number, request: TrainRequest): TrainReply {
  const binding = loadBinding();
  const { data, featureNames: names, evaluation, params } = request;
  using rows = createMatrix(request, data);
  using held = evaluation && createMatrix(request, evaluation, rows);
  const booster = new Booster(binding, held ? [rows, held] : [rows]);
  try {
    for (const [name, value] of Object.entries(params)) booster.set(name, value);
    booster.set('nthread', threads);
    const boosted = boost(id, request, booster, rows, held);
    booster.nameFeatures(names);
    return { booster: keep(booster), columns: data.columns, importance: booster.importance(), ...boosted };
  } catch (error) {
    booster[Symbol.dispose]();
    throw error;
  }
}

/** @param binsOf the matrix that is trained on, whose bins others take */
function createMatrix(
  { form, featureNames: names, params, stop }: TrainRequest,
  rows: TrainingRows,
  binsOf?: TrainingMatrix,
): TrainingMatrix {
  if (form === 'Dense' && !('fd' in rows)) return new DMatrix(loadBinding(), rows, { threads, names });
  const isOnDisk = form === 'BinsOnDisk';
  const maxBins = params.max_bin === undefined ? undefined : Number(params.max_bin);
  const onBatch = (): void => throwIfStopped(stop);
  return new QuantileMatrix(loadBinding(), rows, { names, threads, maxBins, binsOf, isOnDisk, onBatch });
}

function boost(
  id: number,
  { rounds, evaluateEvery, stop, earlyStoppingRounds }: TrainRequest,
  booster: Booster,
  rows: TrainingMatrix,
  held: TrainingMatrix | undefined,
): { curve: CurvePoint[]; rounds: number } {
  const curve: CurvePoint[] = [];
  const watched: Record<string, TrainingMatrix> = held ? { train: rows, evaluation: held } : { train: rows };
  const patience = earlyStoppingRounds ?? Number.POSITIVE_INFINITY;
  const best = { round: rounds, loss: Number.POSITIVE_INFINITY };
  for (let round = 1; round <= rounds; round++) {
    throwIfStopped(stop);
    booster.update(round - 1, rows);
    if (held && earlyStoppingRounds !== undefined) {
      const { evaluation: loss = Number.NaN } = booster.evaluate(round - 1, { evaluation: held });
      if (loss < best.loss) Object.assign(best, { round, loss });
    }
    const ends = round === rounds || round - best.round >= patience;
    if (round % evaluateEvery === 0 || ends) curve.push(curvePoint(booster, round, watched));
    parentPort?.postMessage({ id, round } satisfies Message);
    if (ends) break;
  }
  if (best.round < rounds) booster.truncate(best.round);
  return { curve, rounds: best.round };
}

function throwIfStopped(stop: Int32Array): void {
  if (Atomics.load(stop, 0) !== 0) throw new Error(STOPPED);
}

function curvePoint(booster: Booster, round: number, watched: Record<string, TrainingMatrix>): CurvePoint {
  const { train: loss, evaluation } = booster.evaluate(round - 1, watched);
  return { round, train: loss as number, ...(evaluation !== undefined && { evaluation }) };
}

function load({ model, rounds, featureNames }: LoadRequest): LoadReply {
  const booster = Booster.load(loadBinding(), model, threads);
  if (rounds !== undefined) booster.truncate(rounds);
  if (featureNames !== undefined) booster.nameFeatures(featureNames);
  return { booster: keep(booster), columns: booster.countFeatures() };
}

function keep(booster: Booster): number {
  lastBooster += 1;
  boosters.set(lastBooster, booster);
  return lastBooster;
}

function boosterOf(id: number): Booster {
  const booster = boosters.get(id);
  if (booster === undefined) throw new Error('the model was released already');
  return booster;
}
