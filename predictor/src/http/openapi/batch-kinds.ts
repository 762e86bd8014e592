type Json = Record<string, unknown>;
type Row = Record<string, number | null>;

interface Prediction {
  stockout_risk_score: number;
  stockout_risk_label: number;
}

/** How the rows of a batch stream, in words. */
export const STREAMING =
  'The answers come in the order of the rows, in the kind in which these are sent. ' +
  'A JSON array is scored as a whole: one wrong row refuses it, and names its fields. ' +
  'NDJSON, CSV and Arrow may be of any size: they are scored and answered while they arrive. ' +
  'A wrong row in the first part of them is refused in the same way; a later one breaks the answer off, so that ' +
  'its end is missing, and the last line of text says why.';

const text = (example: string): Json => ({ schema: { type: 'string' }, example });
const BINARY: Json = { schema: {} };
const lines = (rows: object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
const table = (rows: object[]): string =>
  [Object.keys(rows[0] as object), ...rows.map((row) => Object.values(row).map((value) => value ?? ''))]
    .map((cells) => `${cells.join()}\n`)
    .join('');

/** The kinds of a batch beside the JSON array, for its rows and for its predictions. */
export function streamedKinds(rows: Row[] | Prediction[]): Json {
  return {
    'application/x-ndjson': text(lines(rows)),
    'text/csv': text(table(rows)),
    'application/vnd.apache.arrow.stream': BINARY,
  };
}
