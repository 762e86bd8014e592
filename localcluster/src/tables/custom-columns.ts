import type { Column } from '../registry/resource.ts';
import type { CustomResourceDefinition, Json } from '../types.ts';
import { age } from './duration.ts';
import { compileJsonPath } from './json-path.ts';
import { ageColumn, nameColumn } from './columns.ts';

type PrinterColumn = NonNullable<
  CustomResourceDefinition['spec']['versions'][number]['additionalPrinterColumns']
>[number];

/** NAME, then what the CRD says, or AGE where it says nothing. */
export function customColumns(columns: PrinterColumn[] | undefined): Column[] {
  return [nameColumn, ...(columns?.map(customColumn) ?? [ageColumn])];
}

function customColumn({
  name,
  type,
  format,
  priority = 0,
  description = '',
  jsonPath,
}: PrinterColumn): Column {
  const find = compileJsonPath(jsonPath);
  return {
    name,
    type: type as Column['type'],
    ...(format ? { format } : {}),
    priority,
    description,
    value: (object) => cell(find(object), type),
  };
}

function cell(found: Json[], type: string): boolean | number | string | null {
  const [first] = found;
  if (first === undefined || first === null) return null;
  if (type === 'date') return age(String(first));
  if (type === 'string')
    return found.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join(',');
  return typeof first === 'object' ? JSON.stringify(first) : first;
}
