import { readDefinitions, type StockoutModel } from '@stockout/crds';
import { customColumns } from '../../localcluster/src/tables/custom-columns.ts';
import type { KubeObject } from '../../localcluster/src/types.ts';

/** Of a column, with the three blanks after it. */
const MIN_WIDTH = 6;

/** What `kubectl get som` prints: the server's own columns, as kubectl lays them out; ages are masked. */
export function printedRow(model: StockoutModel): string {
  const definition = readDefinitions().find(({ spec }) => spec.names.kind === model.kind);
  const columns = customColumns(definition?.spec.versions[0]?.additionalPrinterColumns).filter(
    ({ priority = 0 }) => priority === 0,
  );
  const cells = columns.map(({ name, value }) => {
    const cell = name === 'Age' ? '<age>' : value(model as unknown as KubeObject);
    return [name.toUpperCase(), cell === null ? '' : String(cell)] as const;
  });
  const widths = cells.map(([head, cell]) => Math.max(MIN_WIDTH, head.length + 3, cell.length + 3));
  const row = (index: 0 | 1): string =>
    cells
      .map((pair, i) => pair[index].padEnd(widths[i] ?? 0))
      .join('')
      .trimEnd();
  return `${row(0)}\n${row(1)}`;
}
