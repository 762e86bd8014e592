import { addEvaluate } from '../commands/evaluate.ts';
import { addFeatures } from '../commands/features.ts';
import { addGenerate } from '../commands/generate.ts';
import { addImport } from '../commands/import.ts';
import { addIngest } from '../commands/ingest.ts';
import { addRecover } from '../commands/recover.ts';
import { addRegister } from '../commands/register.ts';
import { addRemoveVersions } from '../commands/remove-versions.ts';
import { addScore } from '../commands/score.ts';
import { addTrain } from '../commands/train.ts';
import { addVacuum } from '../commands/vacuum.ts';
import type { AddCommand } from '../program.ts';

/** What Jobs run, and what a person runs beside them, on a machine as in the image. */
export const pipelineCommands: readonly AddCommand[] = [
  addGenerate,
  addIngest,
  addFeatures,
  addTrain,
  addImport,
  addEvaluate,
  addVacuum,
  addScore,
  addRegister,
  addRecover,
  addRemoveVersions,
];
