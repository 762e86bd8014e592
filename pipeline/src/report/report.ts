import { readFileSync } from 'node:fs';
import type { Manifest } from '@stockout/contracts';
import type { ScoredVersion } from '../evaluate/champion.ts';
import type { Contributions } from '../evaluate/contributions.ts';
import type { Insights } from '../evaluate/insights.ts';
import type { Evaluation } from '../evaluate/metrics.ts';
import type { ChosenOn } from '../train/choose.ts';
import type { CurvePoint } from '../xgboost/protocol.ts';
import { confusionFigure } from './confusion-figure.ts';
import { costFigure } from './cost-figure.ts';
import { dataFacts, fileFacts, modelFacts } from './facts.ts';
import { contributionFigure, driftFigure, importanceFigure } from './feature-figures.ts';
import {
  calibrationFigure,
  learningFigure,
  precisionRecallFigure,
  rocFigure,
  scoreFigure,
} from './figures.ts';
import { html, Html } from './html.ts';
import { confidenceNote, headlines, metricsTable } from './metrics-table.ts';
import { slicesSection } from './slices-section.ts';
import { verdictSection, warningsSection } from './verdict.ts';

/** What a report tells. */
export interface ReportData {
  manifest: Manifest;
  /** On the test rows. */
  evaluation: Evaluation;
  /** The serving version on the same rows. */
  champion?: Omit<ScoredVersion, 'scored'> | undefined;
  /** On the test rows, before the calibration. */
  uncalibrated?: Evaluation | undefined;
  insights?: Insights | undefined;
  fit: {
    importance: Record<string, number>;
    curve: readonly CurvePoint[];
    contributions?: Contributions;
  };
  /** The rows that threshold, calibration and number of trees were chosen on. */
  chosenOn?: Omit<ChosenOn, 'rows'> | undefined;
}

const style = new Html(
  ['report.css', 'figures.css', 'facts.css', 'slices.css']
    .map((name) => readFileSync(new URL(`./${name}`, import.meta.url), 'utf8'))
    .join(''),
);

/**
 * One page that explains a version: no script, nothing from the network, as well on paper and in the dark.
 * The same data gives the same bytes.
 */
export function renderReport(data: ReportData): string {
  const { manifest } = data;
  const title = `${manifest.model} ${manifest.version}`;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}: stockout model report</title>
        <style>
          ${style}
        </style>
      </head>
      <body>
        <header>
          <p>Stockout model report</p>
          <h1>${manifest.model} <span>${manifest.version}</span></h1>
          <p>
            trained
            <time datetime="${manifest.trainedAt}"
              >${manifest.trainedAt.slice(0, 16).replace('T', ' ')} UTC</time
            >
            on version ${manifest.data.version} of ${manifest.data.table}
          </p>
        </header>
        <main>
          ${verdictSection(data)} ${warningsSection(data)}
          <section aria-labelledby="metrics">
            <h2 id="metrics">On rows it has never seen</h2>
            ${headlines(data)} ${metricsTable(data)} ${confidenceNote(data)}
          </section>
          <section aria-labelledby="curves">
            <h2 id="curves">In pictures</h2>
            ${legend(data)}
            <div class="figures">
              ${rocFigure(data)} ${precisionRecallFigure(data)} ${calibrationFigure(data)}
              ${scoreFigure(data)} ${confusionFigure(data)} ${costFigure(data)}
            </div>
          </section>
          <section aria-labelledby="features">
            <h2 id="features">What it rests on</h2>
            <div class="figures">
              ${contributionFigure(data)} ${importanceFigure(data)} ${driftFigure(data)}
            </div>
          </section>
          ${slicesSection(data)}
          <section aria-labelledby="facts">
            <h2 id="facts">How it was made</h2>
            <div class="columns">
              <div>
                <h3>Data and split</h3>
                ${dataFacts(manifest)}
              </div>
              <div>
                <h3>XGBoost</h3>
                ${modelFacts(manifest)}
              </div>
              ${learningFigure(data)}
              <div class="wide">
                <h3>Version</h3>
                ${fileFacts(manifest)}
              </div>
            </div>
          </section>
        </main>
      </body>
    </html> `;
  return page.text;
}

function legend({ manifest, champion }: ReportData): Html {
  if (champion === undefined) return html``;
  return html`<p class="legend">
    <span class="key ours">${manifest.version}</span>
    <span class="key theirs">${champion.champion.version}, serving</span>
  </p>`;
}
