#!/usr/local/bin/node
// `stockout` in the predictor's image. What a static import names is loaded before anything runs: hence the others.
import './end-early.ts';

const { addServe } = await import('../commands/serve.ts');
const { runProgram } = await import('../program.ts');

await runProgram([addServe]);
