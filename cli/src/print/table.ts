import Table from 'cli-table3';

const NO_BORDERS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/** Columns as kubectl prints them: no borders, two spaces between. */
export function table(head: string[], rows: string[][]): string {
  const printed = new Table({
    head,
    chars: NO_BORDERS,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  printed.push(...rows);
  return printed
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** A metric as people compare it: four decimals, or a dash where it is not defined. */
export function metric(value: number | null | undefined): string {
  return value == null ? '-' : value.toFixed(4);
}

/** A number of rows as people read it: 1,080,000. */
export function count(rows: number): string {
  return rows.toLocaleString('en');
}
