import { StockoutError } from '@stockout/contracts/errors';
import koffi from 'koffi';
import { type Library, loadLibrary } from './library.ts';

/** Row-major 32-bit floats, `rows` x `columns`; NaN is a missing value. */
export interface Matrix {
  values: Float32Array;
  rows: number;
  columns: number;
}

/** A pointer of libxgboost's own. */
export type Handle = unknown;

type Arguments = readonly unknown[];
type Call = (...values: Arguments) => void;

/** The part of XGBoost's C API that is in use; each call throws StockoutError with XGBoost's own words. */
export interface Binding {
  library: Library;
  createFromDense: Call;
  createProxy: Call;
  /** Both take (proxy, matrix handle of bins or null, reset, next, config, out); the callbacks last as long as the call. */
  createQuantile: Call;
  createQuantileOnDisk: Call;
  setProxyDense: Call;
  setProxyColumns: Call;
  setInfo: Call;
  freeMatrix: Call;
  setFeatureInfo: Call;
  createBooster: Call;
  freeBooster: Call;
  setParam: Call;
  update: Call;
  evaluate: Call;
  saveToBuffer: Call;
  loadFromBuffer: Call;
  setBoosterFeatureInfo: Call;
  predictFromDense: Call;
  predictFromMatrix: Call;
  featureScore: Call;
  countFeatures: Call;
  slice: Call;
}

/** iterator (not needed: the callbacks know), proxy, matrix whose bins to take, reset, next, config, out */
const FROM_CALLBACK = [
  'void *',
  'void *',
  'void *',
  koffi.pointer(koffi.proto('void', ['void *'])),
  koffi.pointer(koffi.proto('int', ['void *'])),
  'const char *',
  koffi.out(koffi.pointer('void *')),
];

let loaded: Binding | undefined;

/**
 * The binding, loaded once a thread. XGBoost keeps its last error and results per thread: calls are synchronous, and
 * made from a worker thread of ours alone (koffi's asynchronous calls hop between threads).
 */
export function loadBinding(): Binding {
  loaded ??= bind(loadLibrary());
  return loaded;
}

function bind(library: Library): Binding {
  const lastError = library.handle.func('const char *XGBGetLastError()');
  const check = (native: (...values: Arguments) => number): Call => {
    return (...values) => {
      if (native(...values) !== 0) throw new StockoutError(`XGBoost: ${firstLine(lastError())}`);
    };
  };
  const define = (signature: string): Call => check(library.handle.func(`int ${signature}`));
  const defineFromCallback = (name: string): Call => {
    const native = library.handle.func(name, 'int', FROM_CALLBACK);
    return check((...values) => native(null, ...values) as number);
  };
  return {
    library,
    createFromDense: define('XGDMatrixCreateFromDense(const char*, const char*, _Out_ void**)'),
    createProxy: define('XGProxyDMatrixCreate(_Out_ void**)'),
    createQuantile: defineFromCallback('XGQuantileDMatrixCreateFromCallback'),
    createQuantileOnDisk: defineFromCallback('XGExtMemQuantileDMatrixCreateFromCallback'),
    setProxyDense: define('XGProxyDMatrixSetDataDense(void*, const char*)'),
    setProxyColumns: define('XGProxyDMatrixSetDataColumnar(void*, const char*)'),
    setInfo: define('XGDMatrixSetInfoFromInterface(void*, const char*, const char*)'),
    freeMatrix: define('XGDMatrixFree(void*)'),
    setFeatureInfo: define('XGDMatrixSetStrFeatureInfo(void*, const char*, const char**, uint64_t)'),
    createBooster: define('XGBoosterCreate(void**, uint64_t, _Out_ void**)'),
    freeBooster: define('XGBoosterFree(void*)'),
    setParam: define('XGBoosterSetParam(void*, const char*, const char*)'),
    update: define('XGBoosterUpdateOneIter(void*, int, void*)'),
    evaluate: define('XGBoosterEvalOneIter(void*, int, void**, const char**, uint64_t, _Out_ const char**)'),
    saveToBuffer: define('XGBoosterSaveModelToBuffer(void*, const char*, _Out_ uint64_t*, _Out_ void**)'),
    loadFromBuffer: define('XGBoosterLoadModelFromBuffer(void*, const void*, uint64_t)'),
    setBoosterFeatureInfo: define('XGBoosterSetStrFeatureInfo(void*, const char*, const char**, uint64_t)'),
    predictFromDense: define(
      'XGBoosterPredictFromDense(void*, const char*, const char*, void*, _Out_ void**, _Out_ uint64_t*, _Out_ void**)',
    ),
    predictFromMatrix: define(
      'XGBoosterPredictFromDMatrix(void*, void*, const char*, _Out_ void**, _Out_ uint64_t*, _Out_ void**)',
    ),
    featureScore: define(
      'XGBoosterFeatureScore(void*, const char*, _Out_ uint64_t*, _Out_ void**, _Out_ uint64_t*, _Out_ void**, _Out_ void**)',
    ),
    countFeatures: define('XGBoosterGetNumFeature(void*, _Out_ uint64_t*)'),
    slice: define('XGBoosterSlice(void*, int, int, int, _Out_ void**)'),
  };
}

/** The message without XGBoost's C++ file, line and stack trace. */
function firstLine(text: string): string {
  const line = text.split('\n').find((part) => part.trim() !== '') ?? text;
  return line.replace(/^\[[\d:]+\] [^ ]*: /, '').trim();
}

/** The numpy array interface, by which XGBoost reads a matrix in place. */
export function arrayInterface({ values, rows, columns }: Matrix): string {
  return interfaceOf(values, [rows, columns]);
}

/** The same for values in a row. */
export function vectorInterface(values: Float32Array): string {
  return interfaceOf(values, [values.length]);
}

function interfaceOf(values: Float32Array, shape: readonly number[]): string {
  // A 64-bit address does not fit in a JSON number of JavaScript's: it is written as text.
  return `{"data":[${koffi.address(values)},true],"shape":[${shape.join(',')}],"typestr":"<f4","version":3}`;
}

/** Copies `length` floats that XGBoost owns and will overwrite with its next call. */
export function copyFloats(pointer: Handle, length: number): Float32Array<ArrayBuffer> {
  return new Float32Array(koffi.view(pointer, length * 4)).slice();
}

export function copyBytes(pointer: Handle, length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(koffi.view(pointer, length)).slice();
}

export function copyStrings(pointer: Handle, length: number): string[] {
  return koffi.decode(pointer, 'const char *', length) as string[];
}
