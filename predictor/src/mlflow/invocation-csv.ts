import type { BatchFormat } from '../batch/batch-format.ts';
import { CsvReader } from '../batch/csv-reader.ts';
import { renderExplainedInvocation } from '../batch/explained-rows.ts';
import { refusalOf } from '../batch/score-batch.ts';
import { renderPredictions } from './invocation.ts';

/** CSV as pandas writes it without the index; columns that are no features are passed over. */
export const INVOCATION_CSV: BatchFormat = {
  read: (body, { features }) => {
    try {
      const [{ matrix, count, errors }] = new CsvReader(features, true).read(body, true);
      return errors.length > 0 ? { kind: 'wrong', errors } : { kind: 'rows', matrix, count };
    } catch (error) {
      return refusalOf(error);
    }
  },
  render: renderPredictions,
  renderExplained: renderExplainedInvocation,
};
