import type { ScoringJob, StockoutModel } from '../types.ts';

/** A field, when it is in use, and what to write instead. */
type Line = readonly [path: string, inUse: (value: unknown) => boolean, instead: string];

const isOnnx = (value: unknown) => /\.onnx$/i.test(String(value));

// What is built deletes its line here; nothing else has to change.
const MODEL: readonly Line[] = [
  ['spec.source.uri', isOnnx, 'give the XGBoost model it was made from, .json or .ubj'],
];

/**
 * The fields in use whose behaviour is not built yet, each with what to write instead:
 * `spec.source.uri model.onnx (give ...)`. Empty when all of the spec is honoured.
 */
export function notYetSupported(object: StockoutModel | ScoringJob): string[] {
  const lines = object.kind === 'StockoutModel' ? MODEL : [];
  return lines.flatMap(([path, inUse, instead]) => {
    const value = valueAt(object, path);
    return inUse(value) ? [`${path}${shown(value)} (${instead})`] : [];
  });
}

function shown(value: unknown): string {
  return value === undefined || typeof value === 'object' ? '' : ` ${String(value)}`;
}

function valueAt(object: object, path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => (value as Record<string, unknown>)?.[name], object);
}
