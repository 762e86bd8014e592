import type { Feature } from '@stockout/contracts';
import type { BatchFormat } from '../batch/batch-format.ts';
import { renderExplainedInvocation } from '../batch/explained-rows.ts';
import { NotRowsError } from '../batch/parse-rows.ts';
import type { RowBlock } from '../batch/row-block.ts';
import { type Refusal, refusalOf, type Rows } from '../batch/score-batch.ts';
import { type RowReader, WHOLE_BODY } from '../features.ts';
import { readColumns, readRecords, readSplit } from './frames.ts';
import { membersOf } from './json-members.ts';
import { parsePythonJson } from './python-json.ts';

/** The ways to write a table of MLflow's scoring protocol. */
const FORMATS = ['dataframe_split', 'dataframe_records', 'instances', 'inputs'] as const;
type Format = (typeof FORMATS)[number];

const SMALL_BYTES = 64 * 1024;

/** The JSON of MLflow's scoring protocol: a table in one of four ways, and a list of risks for it. */
export const INVOCATION: BatchFormat = {
  read: (body, reader) => {
    try {
      return readInvocation(body, reader);
    } catch (error) {
      return refusalOf(error);
    }
  },
  render: renderPredictions,
  renderExplained: renderExplainedInvocation,
};

/** As `mlflow models serve` answers for the model that MLflow is shown: the risk of each row. */
export function renderPredictions(scores: Float32Array): Uint8Array {
  return new TextEncoder().encode(`{"predictions": [${scores.join(', ')}]}`);
}

function readInvocation(body: Buffer, { features }: RowReader): Rows | Refusal {
  const members = membersOf(body);
  if (members === undefined) expectJson(body);
  // Others are passed over, as MLflow does: `params` among them, of which the model has none.
  const found = FORMATS.filter((format) => members?.has(format));
  const [format] = found;
  if (format === undefined || found.length > 1) throw notOne(found);
  const { matrix, count, errors } = readTable(format, members?.get(format) as Buffer, features);
  return errors.length > 0 ? { kind: 'wrong', errors } : { kind: 'rows', matrix, count };
}

function readTable(format: Format, json: Buffer, features: readonly Feature[]): RowBlock {
  if (format === 'dataframe_split') return readSplit(json, features);
  if (isArray(json)) return readRecords(json, features);
  if (format === 'dataframe_records')
    throw new NotRowsError({ field: format, message: 'must be an array of objects' });
  return readColumns(json, features, format);
}

/** @throws {NotJsonError} where what is no object is not JSON either, as far as it is looked at */
function expectJson(body: Buffer): void {
  if (body.length <= SMALL_BYTES) parsePythonJson(body.toString());
}

function isArray(json: Buffer): boolean {
  return json[0] === 0x5b;
}

function notOne(found: string[]): NotRowsError {
  const has = found.length === 0 ? 'it has none' : `it has ${found.join(' and ')}`;
  const message = `must be an object with exactly one of ${FORMATS.join(', ')}: ${has}`;
  return new NotRowsError({ field: WHOLE_BODY, message });
}
