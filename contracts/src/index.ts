export * from './decimal.ts';
export * from './exit-codes.ts';
export * from './features.ts';
export * from './gates.ts';
export * from './manifest.ts';
export * from './metrics.ts';
export * from './prediction.ts';
export * from './run-result.ts';
