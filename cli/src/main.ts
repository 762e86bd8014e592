import process from 'node:process';
import { EXIT } from '@stockout/contracts';
import { Command, CommanderError } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { addDemo } from './commands/demo.ts';
import { addEvaluate } from './commands/evaluate.ts';
import { addFeatures } from './commands/features.ts';
import { addGenerate } from './commands/generate.ts';
import { addImport } from './commands/import.ts';
import { addIngest } from './commands/ingest.ts';
import { addLocal } from './commands/local.ts';
import { addOperator } from './commands/operator.ts';
import { addRegister } from './commands/register.ts';
import { addScore } from './commands/score.ts';
import { addServe } from './commands/serve.ts';
import { addTrain } from './commands/train.ts';
import { addVacuum } from './commands/vacuum.ts';
import { addVersions } from './commands/versions.ts';

const program = new Command('stockout')
  .description(
    'Will this product stock out in the next 7 days? Trains, gates, serves and scores the model that says so.',
  )
  .version(packageJson.version)
  .enablePositionalOptions()
  .showHelpAfterError('(stockout --help lists the commands)')
  .exitOverride();

for (const add of [
  addDemo,
  addGenerate,
  addIngest,
  addFeatures,
  addTrain,
  addImport,
  addEvaluate,
  addVersions,
  addVacuum,
  addScore,
  addServe,
  addRegister,
  addOperator,
  addLocal,
]) {
  add(program);
}

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  // Commander has printed what is wrong; help and version come here too, with code 0.
  process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.wrongSpec;
}
