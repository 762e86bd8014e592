export { collectSooner } from './collect-sooner.ts';
export { type Limits, type ServeOptions } from './options.ts';
export { type PredictorServer, serve } from './serve.ts';
