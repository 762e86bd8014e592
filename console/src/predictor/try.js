import { buildFields, fillIn, focusFirstError, markField, readRow, showErrors } from './form.js';
import { scrollToResult, showCommand, showPrediction, showProblem } from './result.js';

const RETRY_MS = 3000;

const form = document.getElementById('form');
const keyField = document.getElementById('api-key');
let sample = {};
let model;
let keyRequired = false;
/** After the first score every change is scored: that is what makes it a page to try things on. */
let scored = false;
/** Answers may overtake one another: only the latest question's is shown. */
let latest = 0;

async function start() {
  const [api, health] = await Promise.all([getJson('openapi.json'), getJson('health')]);
  if (api === undefined || health === undefined) {
    setTimeout(start, RETRY_MS);
    return;
  }
  model = health;
  const operation = api.paths['/predict'].post;
  keyRequired = operation.security.length > 0;
  sample = operation.requestBody.content['application/json'].example;
  describe(api);
  buildFields(api.components.schemas.Row.properties, sample);
  form.setAttribute('aria-busy', 'false');
}

function describe({ info }) {
  document.title = `Try a prediction · ${model.model} ${model.version}`;
  document.getElementById('lead').textContent = info.description.replaceAll('`', '');
  document.getElementById('key').hidden = !keyRequired;
}

async function getJson(path) {
  try {
    const response = await fetch(path);
    const content = await response.json();
    if (response.ok) return content;
    showProblem(`${content.title}: ${content.detail}`);
  } catch {
    showProblem('The predictor does not answer. It is asked again every few seconds.');
  }
  return undefined;
}

async function score({ quiet }) {
  if (model === undefined) return;
  const question = ++latest;
  const row = readRow();
  const response = await post(row).catch(() => undefined);
  if (question !== latest) return;
  showErrors(response?.problem?.errors ?? []);
  markField(keyField, response?.problem?.status === 401 ? 'Not a valid key.' : '');
  showCommand(row, keyRequired);
  if (response === undefined) showProblem('The predictor does not answer.');
  else if (response.problem === undefined) showPrediction(response.prediction, model);
  else showProblem(response.problem.detail);
  scored = response?.prediction !== undefined;
  if (quiet) return;
  if (scored) scrollToResult();
  else focusFirstError();
}

async function post(row) {
  const headers = { 'Content-Type': 'application/json' };
  if (keyField.value !== '') headers['X-API-Key'] = keyField.value;
  const response = await fetch('predict', { method: 'POST', headers, body: JSON.stringify(row) });
  const content = await response.json();
  return response.ok ? { prediction: content } : { problem: content };
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  score({ quiet: false });
});
form.addEventListener('change', () => {
  if (scored) score({ quiet: true });
});
document.getElementById('sample').addEventListener('click', () => {
  fillIn(sample);
  if (scored) score({ quiet: true });
});
start();
