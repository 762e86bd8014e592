#!/usr/local/bin/node
// `stockout` in the predictor's image.
import { addServe } from '../commands/serve.ts';
import { runProgram } from '../program.ts';

await runProgram([addServe]);
