#!/usr/local/bin/node
// `stockout` in the operator's image.
import { addOperator } from '../commands/operator.ts';
import { runProgram } from '../program.ts';

await runProgram([addOperator]);
