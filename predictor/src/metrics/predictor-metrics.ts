import type { Manifest } from '@stockout/contracts';
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import { DriftMetrics } from './drift-metrics.ts';
import { SCORE_BOUNDS, type ScoreSummary } from './score-summary.ts';
import { ShadowMetrics } from './shadow-metrics.ts';
import { type Tally, TallyHistogram } from './tally-histogram.ts';
import { TlsMetrics } from './tls-metrics.ts';
import { TroubleMetrics } from './trouble-metrics.ts';

/** Upper bounds in seconds: a row takes microseconds, a batch of 64 MB seconds. */
const SCORING_SECONDS = [
  5e-6, 1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 5e-3, 0.01, 0.05, 0.1, 0.5, 1, 5,
];
const REQUEST_SECONDS = [5e-4, 1e-3, 2.5e-3, 5e-3, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export class PredictorMetrics {
  readonly registry = new Registry();
  readonly drift = new DriftMetrics(this.registry);
  readonly shadow = new ShadowMetrics(this.registry);
  readonly tls = new TlsMetrics(this.registry);
  readonly trouble = new TroubleMetrics(this.registry);
  readonly #requests: TallyHistogram;
  readonly #byRoute = new Map<string, Tally>();
  readonly #durations: Tally;
  readonly #scores: Tally;
  #atRisk = 0;
  #notAtRisk = 0;

  constructor() {
    const { registry } = this;
    collectDefaultMetrics({ register: registry });
    this.#requests = new TallyHistogram(
      registry,
      'http_request_duration_seconds',
      'Seconds from the arrival of the headers to the answer, by route and status code',
      REQUEST_SECONDS,
    );
    this.#durations = new TallyHistogram(
      registry,
      'stockout_prediction_duration_seconds',
      "Seconds of computing for one request: a row's score, or a batch's parsing, scores and answer",
      SCORING_SECONDS,
    ).labels({});
    this.#scores = new TallyHistogram(
      registry,
      'stockout_prediction_score',
      'Stockout risk scores',
      SCORE_BOUNDS,
    ).labels({});
  }

  /** Names the version that is served in the metrics that carry it. */
  serving({ namespace, model, version, digest }: Manifest): void {
    const name = `${namespace}/${model}`;
    const registers = [this.registry];
    new Gauge({
      name: 'stockout_model_info',
      help: 'The model version served: always 1',
      labelNames: ['model', 'version', 'digest'],
      // Of several processes too: it is one version.
      aggregator: 'first',
      registers,
    }).set({ model: name, version, digest }, 1);
    const counted = (): [string, number][] => [
      ['0', this.#notAtRisk],
      ['1', this.#atRisk],
    ];
    const predictions = new Counter({
      name: 'stockout_predictions_total',
      help: 'Rows scored, by the label they were given',
      labelNames: ['model', 'version', 'label'],
      registers,
      collect() {
        predictions.reset();
        for (const [label, count] of counted()) predictions.inc({ model: name, version, label }, count);
      },
    });
  }

  prediction(score: number, label: 0 | 1, seconds: number): void {
    if (label === 1) this.#atRisk++;
    else this.#notAtRisk++;
    this.#scores.observe(score);
    this.#durations.observe(seconds);
  }

  batch({ rows, atRisk, counts, sum }: ScoreSummary, seconds: number): void {
    this.#atRisk += atRisk;
    this.#notAtRisk += rows - atRisk;
    this.#scores.add(counts, sum);
    this.#durations.observe(seconds);
  }

  /** @param route one of a fixed set, so that no caller can make label values up */
  request(route: string, code: number, seconds: number): void {
    const key = `${route} ${code}`;
    let tally = this.#byRoute.get(key);
    if (tally === undefined) {
      tally = this.#requests.labels({ route, code: String(code) });
      this.#byRoute.set(key, tally);
    }
    tally.observe(seconds);
  }
}
