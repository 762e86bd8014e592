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
import { runProgram } from './program.ts';

await runProgram([
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
]);
