import type { Manifest } from '@stockout/contracts';
import { parseSplitPlan, type SplitPlan } from '../train/split-plan.ts';
import type { TimeSplit } from '../train/time-split.ts';
import { html, type Html } from './html.ts';
import { count, many, percent, threshold as thresholdText } from './numbers.ts';

type Fact = readonly [name: string, value: Html | string];

export function dataFacts(manifest: Manifest): Html {
  const { data, horizonDays } = manifest;
  const plan = parseSplitPlan(manifest.split);
  const rows: Fact[] = [
    ['Table', html`<code>${data.table}</code>, version ${data.version}`],
    ['Days', span(data.firstDay, data.lastDay)],
    ...profileFacts(data.profile),
    ['Question', `a stockout within the next ${horizonDays} days`],
    ['Training rows', count(data.trainRows)],
    ...(data.validationRows === undefined
      ? []
      : [['Of them validation', count(data.validationRows)] as const]),
    ['Test rows', count(data.testRows)],
  ];
  return html`${plan.strategy === 'Time' && timeline(plan, manifest)}
  ${definitions([...rows, ...splitFacts(plan)])}`;
}

/** What the raw rows were. */
function profileFacts(profile: Manifest['data']['profile']): Fact[] {
  if (profile === undefined) return [];
  const { rows, stores, products, series, days, missingDays, stockoutShare } = profile;
  return [
    [
      'Raw rows',
      `${count(rows)}: ${many(stores, 'store')}, ${many(products, 'product')}, ${count(series)} series`,
    ],
    ['Gaps', `${many(missingDays, 'day')} missing within their series, of ${many(days, 'day')} in all`],
    ['With a stockout', percent(stockoutShare)],
    ...(profile.negativeSales
      ? [['Returns', `${many(profile.negativeSales, 'row')} below 0 sold`] as const]
      : []),
    ...(profile.negativeInventory
      ? [['Negative stock', `${many(profile.negativeInventory, 'row')} below 0 in stock`] as const]
      : []),
  ];
}

function splitFacts(plan: SplitPlan): Fact[] {
  switch (plan.strategy) {
    case 'Time': {
      const { validationFrom, validationTo } = plan;
      return [
        ['Split', `Time: the last ${plan.testDays} labelled days test`],
        ['Training days', span(plan.trainFrom, plan.trainTo)],
        ...(validationFrom && validationTo
          ? [['Validation days', span(validationFrom, validationTo)] as const]
          : []),
        ['Test days', span(plan.testFrom, plan.testTo)],
      ];
    }
    case 'Random':
      return [['Split', `Random: ${plan.testFraction} of each class tests, seed ${plan.seed}`]];
    case 'Store':
    case 'Product': {
      const kind = `${plan.strategy.toLowerCase()}s`;
      const words = `${plan.testGroups} of ${plan.groups} ${kind} test, unseen in training`;
      const validate = plan.validationGroups && many(plan.validationGroups, plan.strategy.toLowerCase());
      return [
        ['Split', `${plan.strategy}: ${words}, seed ${plan.seed}`],
        ...(validate ? [['Validation', `${validate} of the others`] as const] : []),
      ];
    }
  }
}

export function modelFacts({ params, threshold, calibration, libraries }: Manifest): Html {
  return definitions([
    ...Object.entries(params).map(([name, value]) => [name, String(value)] as const),
    ['Threshold', `${thresholdText(threshold.value)} (${threshold.strategy})`],
    ['Calibration', calibration?.method ?? 'None'],
    ...Object.entries(libraries),
  ]);
}

export function fileFacts(manifest: Manifest): Html {
  return definitions([
    ['Model', `${manifest.namespace}/${manifest.model}`],
    ['Version', manifest.version],
    ['Training run', manifest.run],
    ['Trained at', manifest.trainedAt],
    ['Digest of model.ubj', html`<code class="digest">${manifest.digest}</code>`],
  ]);
}

function definitions(facts: readonly Fact[]): Html {
  return html`<dl class="facts">
    ${facts.map(
      ([name, value]) =>
        html`<dt>${name}</dt>
          <dd>${value}</dd>`,
    )}
  </dl>`;
}

/** Two ISO dates; neither is broken at its hyphens. */
function span(first: string, last: string): Html {
  return html`${day(first)} to ${day(last)}`;
}

function day(date: string): Html {
  return html`<span class="nowrap">${date}</span>`;
}

/** Training days, those that validate among them, and test days with the days left out between: to scale. */
function timeline(plan: TimeSplit, { horizonDays, data }: Manifest): Html {
  const from = Date.parse(data.firstDay);
  const whole = Date.parse(data.lastDay) - from + DAY;
  const part = (style: string, first: string, last: string, words: string): Html => {
    const left = (100 * (Date.parse(first) - from)) / whole;
    const width = (100 * (Date.parse(last) - Date.parse(first) + DAY)) / whole;
    return html`<span class="${style}" style="left:${left.toFixed(2)}%;width:${width.toFixed(2)}%"
      >${words}</span
    >`;
  };
  const { choosingTrainTo, validationFrom, validationTo } = plan;
  const label = `training and test days, with ${horizonDays} days left out between so that no label looks into the test`;
  return html`<div class="timeline" role="img" aria-label="${label}">
      ${part('train', plan.trainFrom, plan.trainTo, 'training')}
      ${validationFrom && validationTo && part('validation', validationFrom, validationTo, 'validation')}
      ${part('test', plan.testFrom, plan.testTo, 'test')}
    </div>
    <p class="hint">
      Hatched: left out. Before the test ${horizonDays} days whose question looks into it; at the end, those
      whose answer is not known yet.
      ${
        choosingTrainTo &&
        html`What is chosen is chosen on the validation days, with a model of the days up to
        ${day(choosingTrainTo)}; then all training days train.`
      }
    </p>`;
}

const DAY = 86_400_000;
