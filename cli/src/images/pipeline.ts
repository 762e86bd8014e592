#!/usr/local/bin/node
// `stockout` in the pipeline's image. What a static import names is loaded before anything runs: hence the others.
import './end-early.ts';

const { pipelineCommands } = await import('./pipeline-commands.ts');
const { addVersionsInStorage } = await import('../commands/versions.ts');
const { runProgram } = await import('../program.ts');

await runProgram([...pipelineCommands, addVersionsInStorage]);
