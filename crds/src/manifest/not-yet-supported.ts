import type { ScoringJob, StockoutModel } from '../types.ts';

/** A field, when it is in use, and what to write instead. */
type Line = readonly [path: string, inUse: (value: unknown) => boolean, instead: string];

const LEAVE_OUT = 'leave it out';
const given = (value: unknown) => value !== undefined;

const isOnnx = (value: unknown) => /\.onnx$/i.test(String(value));

const PROOF = 'rollout.shadow and rollout.analysis';
const CLOSED = 'rollout.strategy RollingUpdate, auth.rateLimitPerMinute, auth.jwt without apiKeySecretRef';

/** Predictors ask a candidate with an API key, and would use up what its callers may ask. */
function isUnprovable(value: unknown): boolean {
  const { rollout, auth } = (value ?? {}) as Partial<StockoutModel['spec']['serving']>;
  const isAsked = rollout?.shadow !== undefined || rollout?.analysis !== undefined;
  const onlyTokens = auth?.jwt !== undefined && auth.apiKeySecretRef === undefined;
  const rolls = rollout?.strategy === 'RollingUpdate';
  return isAsked && (rolls || auth?.rateLimitPerMinute !== undefined || onlyTokens);
}

// What is built deletes its line here; nothing else has to change.
const MODEL: readonly Line[] = [
  ['spec.source.uri', isOnnx, 'give the XGBoost model it was made from, .json or .ubj'],
  ['spec.serving', isUnprovable, `leave out ${PROOF}, or what they do not go with: ${CLOSED}`],
  ['spec.monitoring.drift', given, LEAVE_OUT],
];

/**
 * The fields in use whose behaviour is not built yet, each with what to write instead:
 * `spec.monitoring.drift (leave it out)`. Empty when all of the spec is honoured.
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
