import type { Manifest } from '@stockout/contracts';
import { parseSplitPlan, type TimeSplit } from '../train/split-plan.ts';
import { html, type Html } from './html.ts';
import { count } from './numbers.ts';

type Fact = readonly [name: string, value: Html | string];

export function dataFacts(manifest: Manifest): Html {
  const { data, horizonDays } = manifest;
  const plan = parseSplitPlan(manifest.split);
  const rows: Fact[] = [
    ['Table', html`<code>${data.table}</code>, version ${data.version}`],
    ['Days', span(data.firstDay, data.lastDay)],
    ['Question', `a stockout within the next ${horizonDays} days`],
    ['Training rows', count(data.trainRows)],
    ['Test rows', count(data.testRows)],
  ];
  const split: Fact[] =
    plan.strategy === 'Time'
      ? [
          ['Split', `Time: the last ${plan.testDays} labelled days test`],
          ['Training days', span(plan.trainFrom, plan.trainTo)],
          ['Test days', span(plan.testFrom, plan.testTo)],
        ]
      : [['Split', `Random: ${plan.testFraction} of each class tests, seed ${plan.seed}`]];
  return html`${plan.strategy === 'Time' && timeline(plan, manifest)}${definitions([...rows, ...split])}`;
}

export function modelFacts({ params, threshold, libraries }: Manifest): Html {
  return definitions([
    ...Object.entries(params).map(([name, value]) => [name, String(value)] as const),
    ['Threshold', `${threshold.value} (${threshold.strategy})`],
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
  return html`<span class="nowrap">${first}</span> to <span class="nowrap">${last}</span>`;
}

/** Training days, the days left out between, test days: to scale. */
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
  const label = `Training days, then ${horizonDays} days left out so that no label looks into the test days, then test days`;
  return html`<div class="timeline" role="img" aria-label="${label}">
      ${part('train', plan.trainFrom, plan.trainTo, 'training')}
      ${part('test', plan.testFrom, plan.testTo, 'test')}
    </div>
    <p class="hint">
      Hatched: left out. Before the test days, ${horizonDays} days whose question looks into them; at the end,
      those whose answer is not known yet.
    </p>`;
}

const DAY = 86_400_000;
