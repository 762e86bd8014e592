#!/usr/local/bin/node
// `stockout` in the operator's image. What a static import names is loaded before anything runs: hence the others.
import './end-early.ts';

const { addOperator } = await import('../commands/operator.ts');
const { runProgram } = await import('../program.ts');

await runProgram([addOperator]);
