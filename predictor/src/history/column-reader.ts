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

/** A column's value, and the name under which the caller sent it; undefined where it could not be read. */
interface Filled {
  name: string;
  value: string | number | null | undefined;
}

type Complain = (name: string, message: string) => void;

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
    const filled: Filled[] = [];
    const complain: Complain = (name, message) => {
      if (errors.length < MAX_ERRORS) errors.push({ field: `${prefix}.${name.slice(0, 100)}`, message });
    };
    for (const [name, value] of Object.entries(row)) {
      const targets = this.#targets.get(name);
      if (targets === undefined) complain(name, `is not a column of this model: it knows ${this.#names()}`);
      for (const target of targets ?? []) this.#fill(filled, target, name, value, complain);
    }
    this.#requireAll(filled, complain);
    return this.#columns.map((_, index) => filled[index]?.value ?? null);
  }

  #fill(filled: Filled[], target: Target, name: string, value: unknown, complain: Complain): void {
    const { index, kind, condition } = target;
    const other = filled[index];
    // Who says outright whether it was a stockout need not be asked for the hours.
    if (other !== undefined && condition !== undefined) return;
    if (other !== undefined && this.#columns[index]?.condition === undefined) {
      complain(name, `means the same as ${other.name}: send one of them`);
    }
    const read = readValue(kind, value);
    if ('wrong' in read) complain(name, read.wrong);
    filled[index] = { name, value: 'wrong' in read ? undefined : flagOf(read.value, condition) };
  }

  #requireAll(filled: readonly Filled[], complain: Complain): void {
    for (const [index, { source }] of this.#columns.entries()) {
      if (!this.#required[index]) continue;
      const found = filled[index];
      if (found === undefined) complain(source, 'is missing');
      else if (found.value === null) complain(found.name, 'must not be null');
    }
  }

  #names(): string {
    return [...this.#targets.keys()].slice(0, 30).join(', ');
  }
}

/** A number that a condition makes 0 or 1 of; any other value as it is. */
function flagOf(value: string | number | null, condition: RawColumn['condition']): string | number | null {
  return condition !== undefined && typeof value === 'number' ? applyCondition(condition, value) : value;
}
