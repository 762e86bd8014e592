import { allPassed, type GateRule, type GateVerdict } from '@stockout/contracts';
import { html, type Html } from './html.ts';
import { METRIC_TITLES } from './metrics-table.ts';
import type { ReportData } from './report.ts';

const RULE_WORDS: Record<GateRule, string> = {
  min: 'at least',
  max: 'at most',
  maxDropFromServing: 'drop from the serving version at most',
  minGainOverBaseline: 'gain over the best single feature at least',
};

/** Whether the version may serve, said first, and why. */
export function verdictSection({ manifest }: ReportData): Html {
  const { gates, version } = manifest;
  const failed = gates.filter((gate) => !gate.passed).length;
  const passed = allPassed(gates);
  const sentence = passed
    ? `${gates.length === 1 ? 'Its gate holds' : `All ${gates.length} gates hold`}: ${version} may serve.`
    : `${failed} of ${gates.length} gates failed: ${version} may not serve.`;
  return html`<section aria-labelledby="verdict" class="verdict ${passed ? 'passed' : 'failed'}">
    <h2 id="verdict">${icon(passed)} ${gates.length === 0 ? 'No gates were given.' : sentence}</h2>
    ${
      gates.length > 0 &&
      html`<table>
        <thead>
          <tr>
            <th scope="col">Gate</th>
            <th scope="col">Verdict</th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>
          ${gates.map(gateRow)}
        </tbody>
      </table>`
    }
  </section>`;
}

function gateRow(gate: GateVerdict): Html {
  return html`<tr>
    <th scope="row">${METRIC_TITLES[gate.metric]}: ${RULE_WORDS[gate.rule]} ${gate.threshold}</th>
    <td class="nowrap">${icon(gate.passed)} ${gate.passed ? 'passed' : 'failed'}</td>
    <td>${gate.message}</td>
  </tr>`;
}

function icon(passed: boolean): Html {
  const shape = passed ? 'M4.5 8.5l2.5 2.5 4.5-5.5' : 'M5 5l6 6M11 5l-6 6';
  return html`<svg class="icon ${passed ? 'good' : 'bad'}" viewBox="0 0 16 16" aria-hidden="true">
    <circle cx="8" cy="8" r="8" />
    <path d="${shape}" />
  </svg>`;
}

export function warningsSection({ manifest }: ReportData): Html {
  if (manifest.warnings.length === 0) return html``;
  return html`<section aria-labelledby="warnings" class="warnings">
    <h2 id="warnings">Before you trust these figures</h2>
    <ul>
      ${manifest.warnings.map((warning) => html`<li>${warning}</li>`)}
    </ul>
  </section>`;
}
