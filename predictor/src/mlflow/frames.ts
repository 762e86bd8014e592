import type { Feature } from '@stockout/contracts';
import { placeColumns } from '../batch/column-places.ts';
import { endOfElement, NotRowsError, parseRows } from '../batch/parse-rows.ts';
import { RowBlock } from '../batch/row-block.ts';
import { complainOfValue, type FieldError, isObject, nameOf } from '../features.ts';
import { membersOf } from './json-members.ts';
import { parsePythonJson } from './python-json.ts';

type Features = readonly Feature[];

/** `{"columns": [...], "index": [...], "data": [[...], ...]}`: pandas' orient "split". */
export function readSplit(json: Buffer, features: Features): RowBlock {
  const members = membersOf(json);
  const data = members?.get('data');
  const columns = members?.get('columns');
  if (data === undefined || columns === undefined)
    throw wrong('dataframe_split', 'must be an object with columns and data');
  for (const name of members?.keys() ?? [])
    if (!['columns', 'index', 'data'].includes(name))
      throw wrong(`dataframe_split.${name.slice(0, 100)}`, 'is none of columns, index and data');
  const places = placeColumns(namesOf(columns), features, true);
  const block = new RowBlock(features.length, 0);
  for (const row of parseRows(data, parsePythonJson)) {
    if (!Array.isArray(row) || row.length !== places.length) {
      const found = Array.isArray(row) ? `${row.length} values` : nameOf(row);
      if (
        !block.complain([
          { field: block.name, message: `must be an array of ${places.length} values, not ${found}` },
        ])
      )
        break;
    } else {
      const offset = block.place();
      const errors: FieldError[] = [];
      for (const [column, place] of places.entries())
        if (place !== -1) put(row[column], features[place] as Feature, block, offset + place, errors);
      if (errors.length > 0 && !block.complain(errors)) break;
    }
    block.count++;
  }
  return block;
}

/** `[{"price": 1, ...}, ...]`: pandas' orient "records". Names that are no features are passed over. */
export function readRecords(json: Buffer, features: Features): RowBlock {
  const block = new RowBlock(features.length, 0);
  for (const row of parseRows(json, parsePythonJson)) {
    const errors: FieldError[] = [];
    if (isObject(row)) {
      const offset = block.place();
      for (const [place, feature] of features.entries())
        if (Object.hasOwn(row, feature.name)) put(row[feature.name], feature, block, offset + place, errors);
        else errors.push({ field: `${block.name}.${feature.name}`, message: 'is missing' });
    } else {
      const message = `must be an object, not ${nameOf(row)}: values without names could be of any feature`;
      errors.push({ field: block.name, message });
    }
    if (errors.length > 0 && !block.complain(errors)) break;
    block.count++;
  }
  return block;
}

/** `{"price": [1, 2, ...], ...}`, or a number each for a single row. */
export function readColumns(json: Buffer, features: Features, format: string): RowBlock {
  const members = membersOf(json);
  if (members === undefined) throw wrong(format, 'must be an array of objects or an object of columns');
  placeColumns([...members.keys()], features, true);
  const columns = features.map((feature) => readColumn(members.get(feature.name) as Buffer, feature));
  const [first] = columns as [RowBlock];
  const block = new RowBlock(features.length, 0, first.count);
  for (const [place, column] of columns.entries()) {
    const { name } = features[place] as Feature;
    if (column.count !== first.count)
      throw wrong(name, `has ${column.count} values, and ${features[0]?.name} ${first.count}`);
    block.complain(column.errors);
    for (let row = 0; row < first.count; row++)
      block.matrix[row * features.length + place] = column.matrix[row] as number;
  }
  block.count = first.count;
  return block;
}

/** As a block of one column. */
function readColumn(json: Buffer, feature: Feature): RowBlock {
  const block = new RowBlock(1, 0);
  const values =
    json[0] === 0x5b ? parseRows(json, parsePythonJson) : [parsePythonJson(json.toString(), feature.name)];
  for (const value of values) {
    const errors: FieldError[] = [];
    put(value, feature, block, block.place(), errors);
    if (errors.length > 0 && !block.complain(errors)) break;
    block.count++;
  }
  return block;
}

/** Truth values are 0 and 1, as pandas makes them when a column has to be of numbers. */
function put(given: unknown, feature: Feature, block: RowBlock, place: number, errors: FieldError[]): void {
  const value = typeof given === 'boolean' ? Number(given) : given;
  const message = complainOfValue(value, feature);
  if (message !== undefined) errors.push({ field: `${block.name}.${feature.name}`, message });
  else block.matrix[place] = value === null ? Number.NaN : (value as number);
}

function namesOf(json: Buffer): string[] {
  // Before it is parsed: that it holds no more than a row's worth of values.
  endOfElement(json, 0, 'dataframe_split.columns');
  const names = parsePythonJson(json.toString(), 'dataframe_split.columns');
  if (!Array.isArray(names)) throw wrong('dataframe_split.columns', 'must be an array of names');
  return names.map(String);
}

function wrong(field: string, message: string): NotRowsError {
  return new NotRowsError({ field, message });
}
