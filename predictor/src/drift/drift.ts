import { type ColumnDrift, type DriftReport, type Manifest, stabilityIndex } from '@stockout/contracts';
import { Bins, type ColumnBins } from './bins.ts';
import { SlidingCounts, type WindowLimits } from './sliding-counts.ts';

/**
 * Without any drift the index of B bins is (B - 1) / rows on average, by chance alone: .04 for 21 bins and 500 rows, a
 * fifth of what counts as much.
 */
const MIN_ROWS = 500;

/** What the window holds: plain, so that it can change processes. */
export interface DriftTotals {
  /** By bin. */
  counts: Float64Array;
  rows: number;
  /** When the oldest of them came, in milliseconds since 1970; undefined without any. */
  since: number | undefined;
}

/** How far the rows that are served have moved from those that the version was trained on. */
export class Drift {
  readonly bins: Bins;
  readonly #manifest: Manifest;
  readonly #limits: WindowLimits;
  readonly #now: () => number;
  readonly #window: SlidingCounts;

  /** @param now milliseconds since 1970 */
  constructor(manifest: Manifest, limits: WindowLimits, now: () => number = Date.now) {
    this.bins = new Bins(manifest);
    this.#manifest = manifest;
    this.#limits = limits;
    this.#now = now;
    this.#window = new SlidingCounts(this.bins.size, limits, now());
  }

  /** One row and its score. */
  row(matrix: Float32Array, offset: number, score: number): void {
    this.bins.count(this.#window.open(1, this.#now()), matrix, offset, score);
  }

  /** What another thread counted of `rows` rows. */
  add(counts: Uint32Array, rows: number): void {
    const into = this.#window.open(rows, this.#now());
    for (let bin = 0; bin < into.length; bin++) into[bin]! += counts[bin]!;
  }

  totals(): DriftTotals {
    return this.#window.total(this.#now());
  }

  /** @param totals of this window, or of several processes' together */
  report({ counts, rows, since }: DriftTotals = this.totals()): DriftReport {
    const { namespace, model, version } = this.#manifest;
    const columns = this.bins.columns.map((column) => [column.name, driftOf(column, counts, rows)] as const);
    const [, score] = columns.pop() as [string, ColumnDrift];
    const { windowMs, windowRows } = this.#limits;
    return {
      model: `${namespace}/${model}`,
      version,
      window: {
        seconds: windowMs / 1000,
        maxRows: windowRows,
        minRows: MIN_ROWS,
        since: since === undefined ? null : new Date(since).toISOString(),
      },
      rows,
      score,
      features: Object.fromEntries(columns),
    };
  }
}

/** What several windows of one version hold together; at least one. */
export function sumDrifts(all: readonly DriftTotals[]): DriftTotals {
  const counts = new Float64Array((all[0] as DriftTotals).counts.length);
  for (const each of all) for (let bin = 0; bin < counts.length; bin++) counts[bin]! += each.counts[bin]!;
  const begins = all.map(({ since }) => since).filter((since) => since !== undefined);
  const rows = all.reduce((sum, each) => sum + each.rows, 0);
  return { counts, rows, since: begins.length === 0 ? undefined : Math.min(...begins) };
}

function driftOf({ histogram, first, bins }: ColumnBins, all: Float64Array, rows: number): ColumnDrift {
  const missing = { expected: histogram.nulls, observed: all[first + bins] as number };
  const expected = histogram.counts.length === 0 ? [0] : histogram.counts;
  const observed = Array.from(all.subarray(first, first + bins));
  const trained = expected.reduce((sum, count) => sum + count, missing.expected);
  const reason = reasonAgainst(trained, rows);
  return {
    psi:
      reason === undefined
        ? stabilityIndex([...expected, missing.expected], [...observed, missing.observed])
        : null,
    ...(reason !== undefined && { reason }),
    missingShare: { expected: share(missing.expected, trained), observed: share(missing.observed, rows) },
    edges: histogram.edges,
    counts: { expected, observed },
    missing,
  };
}

function reasonAgainst(trained: number, rows: number): string | undefined {
  if (trained === 0) return 'the version has no training histogram of it: train another version';
  if (trained < MIN_ROWS)
    return `the training histogram counts ${trained} rows, and nothing can be told from fewer than ${MIN_ROWS}`;
  if (rows < MIN_ROWS)
    return `${rows} rows were scored within the window, and nothing can be told from fewer than ${MIN_ROWS}`;
  return undefined;
}

function share(count: number, total: number): number | null {
  return total === 0 ? null : count / total;
}
