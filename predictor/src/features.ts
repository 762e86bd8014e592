import type { Feature } from '@stockout/contracts';

export interface FieldError {
  field: string;
  message: string;
}

/** More than this many wrong fields are not listed: the answer to a bad batch stays small. */
export const MAX_ERRORS = 100;

/** The name under which a request that is no object (or array of them) at all is reported. */
export const WHOLE_BODY = '(body)';

/**
 * Turns a parsed row into model input, for the features of one version.
 * It accepts what `predictionRequestSchema` of the contracts accepts (a test holds the two together), at a
 * hundredth of its time.
 */
export class RowReader {
  readonly features: readonly Feature[];
  readonly #names: string[];
  readonly #nullable: boolean[];
  /** Bytes of the shortest JSON that is a row: all the names, and a digit each. */
  readonly shortest: number;

  constructor(features: readonly Feature[]) {
    this.features = features;
    this.#names = features.map((feature) => feature.name);
    this.#nullable = features.map((feature) => feature.nullable);
    this.shortest = JSON.stringify(Object.fromEntries(this.#names.map((name) => [name, 0]))).length;
  }

  /** Features a row. */
  get width(): number {
    return this.features.length;
  }

  /**
   * Writes the row's values in model order (NaN for null) into `matrix` from `offset` on.
   * @returns false when a field is missing, unknown or of a wrong type: `explain` then says which
   */
  read(row: unknown, matrix: Float32Array, offset = 0): boolean {
    if (!isObject(row)) return false;
    const names = this.#names;
    for (let index = 0; index < names.length; index++) {
      const value = row[names[index]!];
      if (typeof value === 'number') {
        matrix[offset + index] = value;
        // What overflows 32 bits (1e400 as well as 1e39) is Infinity here, and no model knows what it means.
        if (!Number.isFinite(matrix[offset + index])) return false;
      } else if (value === null && this.#nullable[index]) {
        matrix[offset + index] = Number.NaN;
      } else {
        return false;
      }
    }
    return countKeys(row) === names.length;
  }

  /** Every field that is wrong, and why; empty for a row that `read` accepts. */
  explain(row: unknown, prefix = ''): FieldError[] {
    if (!isObject(row)) {
      const elsewhere = prefix === '' && Array.isArray(row) ? ': POST /predict/batch takes many rows' : '';
      const message = `must be an object with the model's features, not ${nameOf(row)}${elsewhere}`;
      return [{ field: prefix || WHOLE_BODY, message }];
    }
    const at = (name: string): string => (prefix === '' ? name : `${prefix}.${name}`);
    const errors: FieldError[] = [];
    for (const feature of this.features) {
      const message = complain(row, feature);
      if (message !== undefined) errors.push({ field: at(feature.name), message });
    }
    const known = new Set(this.#names);
    for (const name of Object.keys(row)) {
      if (errors.length >= MAX_ERRORS) break;
      if (!known.has(name))
        errors.push({ field: at(name.slice(0, 100)), message: 'is not a feature of this model' });
    }
    return errors;
  }
}

function complain(row: Record<string, unknown>, feature: Feature): string | undefined {
  return Object.hasOwn(row, feature.name) ? complainOfValue(row[feature.name], feature) : 'is missing';
}

/** What is wrong with a feature's value, if anything is. */
export function complainOfValue(value: unknown, { nullable }: Feature): string | undefined {
  if (value === null) return nullable ? undefined : 'must be a number, not null';
  if (typeof value !== 'number') return `must be a number${nullable ? ' or null' : ''}, not ${nameOf(value)}`;
  return Number.isFinite(Math.fround(value)) ? undefined : 'must be a finite 32-bit number (at most 3.4e38)';
}

export function nameOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function countKeys(row: object): number {
  let count = 0;
  // A parsed row has no inherited enumerable keys; Object.keys would allocate on the hot path.
  for (const _ in row) count++;
  return count;
}
