import { addDemo } from './commands/demo.ts';
import { addLocal } from './commands/local.ts';
import { addOperator } from './commands/operator.ts';
import { addPromote } from './commands/promote.ts';
import { addRollback } from './commands/rollback.ts';
import { addRetrain } from './commands/retrain.ts';
import { addServe } from './commands/serve.ts';
import { addStatus } from './commands/status.ts';
import { addVersions } from './commands/versions.ts';
import { pipelineCommands } from './images/pipeline-commands.ts';
import { runProgram } from './program.ts';

await runProgram([
  addDemo,
  ...pipelineCommands,
  addVersions,
  addServe,
  addOperator,
  addLocal,
  addStatus,
  addPromote,
  addRollback,
  addRetrain,
]);
