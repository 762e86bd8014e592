import { askForCredential, credentialError, credentialHeaders } from './credential.js';
import {
  buildFields,
  fillIn,
  findUnreadable,
  focusFirstError,
  markField,
  readRow,
  showErrors,
} from './form.js';
import { scrollToResult, showCommand, showNothing, showPrediction, showProblem } from './result.js';

const RETRY_MS = 3000;

const form = document.getElementById('form');
const keyField = document.getElementById('api-key');
let sample = {};
let model;
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
  askForCredential(operation.security);
  sample = operation.requestBody.content['application/json'].example;
  describe(api);
  buildFields(api.components.schemas.Row.properties, sample);
  form.setAttribute('aria-busy', 'false');
  showNothing();
}

function describe({ info }) {
  document.title = `Try a prediction · ${model.model} ${model.version}`;
  document.getElementById('lead').textContent = info.description.replaceAll('`', '');
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
  const unreadable = findUnreadable();
  const answer = unreadable.length > 0 ? { errors: unreadable } : await ask(readRow());
  if (question !== latest) return;
  scored = answer.prediction !== undefined;
  await show(answer);
  if (quiet) return;
  if (scored) scrollToResult();
  else focusFirstError();
}

async function show({ prediction, version, errors = [], status, detail }) {
  const fieldErrors = showErrors(errors);
  const refused = status === 401 ? credentialError(detail) : '';
  markField(keyField, refused);
  if (prediction === undefined) return showProblem(refused || fieldErrors || detail);
  // Another version may have taken over since the page was loaded.
  if (version !== model.version) model = (await getJson('health')) ?? model;
  return showPrediction(prediction, model);
}

/** @returns what the predictor answers: a prediction and its version, or a problem (RFC 9457) */
async function ask(row) {
  showCommand(row);
  const headers = { 'Content-Type': 'application/json', ...credentialHeaders() };
  try {
    const response = await fetch('predict?explain=true', {
      method: 'POST',
      headers,
      body: JSON.stringify(row),
    });
    const content = await response.json();
    return response.ok ? { prediction: content, version: response.headers.get('X-Model-Version') } : content;
  } catch {
    return { detail: 'The predictor does not answer. Score again in a moment.' };
  }
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
