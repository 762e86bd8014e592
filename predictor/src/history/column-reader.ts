import { applyCondition, type RawColumn, type RawRows } from '@stockout/contracts';
import { type FieldError, MAX_ERRORS } from '../features.ts';
import { readValue } from './read-value.ts';

interface Target {
  /** Index of the column that is filled. */
  index: number;
  kind: RawColumn['kind'];
  /** Of a number from which the column's 0 or 1 is made. */
  condition?: RawColumn['condition'];
}

/** Reads rows under the customer's own names or the standard ones, as the columns that features are made of. */
export class ColumnReader {
  readonly #columns: readonly RawColumn[];
  readonly #targets = new Map<string, Target[]>();
  readonly #required: readonly boolean[];

  constructor({ set, columns }: RawRows) {
    const required = new Set(['store_id', 'product_id', 'date', ...(set === 'Extended' ? ['stockout'] : [])]);
    this.#columns = columns;
    this.#required = columns.map(({ name }) => required.has(name));
    for (const [index, { source, kind, condition }] of columns.entries()) {
      const others = this.#targets.get(source) ?? [];
      this.#targets.set(source, [...others, { index, kind, condition }]);
    }
    for (const [index, { name, kind, condition }] of columns.entries()) {
      // Where the customer means something else by a standard name, that is what it means.
      if (this.#targets.has(name)) continue;
      this.#targets.set(name, [{ index, kind: condition === undefined ? kind : 'flag' }]);
    }
  }

  /**
   * @param errors what is wrong is added to it, under the names that the caller uses
   * @returns the row's values in the order of the columns, null where there is none
   */
  read(row: Record<string, unknown>, prefix: string, errors: FieldError[]): (string | number | null)[] {
    const values: (string | number | null)[] = this.#columns.map(() => null);
    const from: (string | undefined)[] = [];
    const complain = (name: string, message: string): void => {
      if (errors.length < MAX_ERRORS) errors.push({ field: `${prefix}.${name.slice(0, 100)}`, message });
    };
    for (const name of Object.keys(row)) {
      const targets = this.#targets.get(name);
      if (targets === undefined) complain(name, `is not a column of this model: it knows ${this.#names()}`);
      for (const { index, kind, condition } of targets ?? []) {
        const other = from[index];
        // Who says outright whether it was a stockout need not be asked for the hours.
        if (other !== undefined && condition !== undefined) continue;
        if (other !== undefined && this.#columns[index]?.condition === undefined) {
          complain(name, `means the same as ${other}: send one of them`);
        }
        from[index] = name;
        const read = readValue(kind, row[name]);
        if ('wrong' in read) complain(name, read.wrong);
        else {
          values[index] =
            condition !== undefined && typeof read.value === 'number'
              ? applyCondition(condition, read.value)
              : read.value;
        }
      }
    }
    this.#requireAll(values, from, complain);
    return values;
  }

  #requireAll(
    values: readonly unknown[],
    from: readonly (string | undefined)[],
    complain: (name: string, message: string) => void,
  ): void {
    for (const [index, { source }] of this.#columns.entries()) {
      if (!this.#required[index]) continue;
      const name = from[index];
      if (name === undefined) complain(source, 'is missing');
      else if (values[index] === null && this.#columns[index]?.name === 'stockout')
        complain(name, 'must not be null');
    }
  }

  #names(): string {
    return [...this.#targets.keys()].slice(0, 30).join(', ');
  }
}
