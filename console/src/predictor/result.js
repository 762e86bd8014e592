/** The answer: the risk as a number, a bar with the threshold on it, and why it is so. */

import { showContributions } from './contributions.js';
import { credentialInShell } from './credential.js';

const part = (id) => document.getElementById(id);

export function showNothing() {
  reveal('empty');
}

/**
 * @param {{stockout_risk_score: number, stockout_risk_label: 0 | 1, explanation: object}} prediction
 * @param {{threshold: number, horizonDays: number, version: string}} model
 */
export function showPrediction(prediction, model) {
  const { stockout_risk_score: score, stockout_risk_label: label, explanation } = prediction;
  const days = model.horizonDays === 1 ? 'day' : `${model.horizonDays} days`;
  const answer = part('answer');
  answer.classList.toggle('at-risk', label === 1);
  answer.style.setProperty('--score', String(score));
  answer.style.setProperty('--threshold', String(model.threshold));
  part('percent').textContent = percentOf(score);
  part('threshold').textContent = `label 1 from ${Number(model.threshold.toFixed(4))}`;
  part('meter').setAttribute(
    'aria-label',
    `${percentOf(score)} risk, at risk from ${percentOf(model.threshold)}`,
  );
  part('verdict').textContent =
    label === 1
      ? `At risk: expect it to run out within the next ${days}.`
      : `Not at risk within the next ${days}.`;
  part('sentence').textContent = reasonIn(explanation.sentence);
  showContributions(explanation);
  part('exact').textContent = `Score ${score.toFixed(6)}, label ${label}, by version ${model.version}.`;
  reveal('answer');
}

/** Without the verdict that it begins with: the page has that already. */
function reasonIn(sentence) {
  const reason = sentence.replace(/^[^(]*\([^)]*\)[,.]?\s*/, '');
  return reason.charAt(0).toUpperCase() + reason.slice(1);
}

/** On a narrow screen the result lies below the form. */
export function scrollToResult() {
  document.querySelector('.result').scrollIntoView({ block: 'nearest' });
}

export function showProblem(text) {
  part('problem').textContent = text;
  reveal('problem');
}

export function showCommand(row) {
  const url = new URL('predict?explain=true', document.baseURI).href;
  const body = JSON.stringify(row, undefined, 1)
    .replaceAll('\n}', ' }')
    .replaceAll("'", String.raw`'\''`);
  part('command').textContent =
    `curl '${url}'${credentialInShell()} \\\n  -H 'Content-Type: application/json' \\\n  -d '${body}'`;
  part('curl').hidden = false;
}

function reveal(id) {
  for (const other of ['empty', 'problem', 'answer']) part(other).hidden = other !== id;
  part('why').hidden = id !== 'answer';
}

function percentOf(score) {
  const percent = 100 * score;
  // 99.96% is not certainty.
  if (percent > 99.9 && percent < 100) return '> 99.9%';
  if (percent < 0.1 && percent > 0) return '< 0.1%';
  return `${percent.toFixed(1)}%`;
}
