/** The form: one number field for each feature of the served model, as openapi.json describes it. */

const fields = document.getElementById('fields');

/**
 * @param {Record<string, object>} properties of the schema of a row
 * @param {Record<string, number | null>} sample
 */
export function buildFields(properties, sample) {
  const nodes = Object.entries(properties).map(([name, schema]) => buildField(name, schema));
  fields.replaceChildren(...nodes);
  fillIn(sample);
}

export function fillIn(sample) {
  for (const [name, value] of Object.entries(sample)) inputOf(name).value = value ?? '';
  showErrors([]);
}

/** The row as typed, with null for an empty field. */
export function readRow() {
  const entries = inputs().map((input) => [input.name, input.value === '' ? null : input.valueAsNumber]);
  return Object.fromEntries(entries);
}

/** What the browser itself does not take for a number: it would read as an empty field. */
export function findUnreadable() {
  return inputs()
    .filter((input) => input.validity.badInput)
    .map((input) => ({ field: input.name, message: 'is not a number' }));
}

/**
 * Marks each field that is wrong.
 * @param {{field: string, message: string}[]} errors the server's, of the row as typed
 * @returns {string} the first in words, and how many more there are
 */
export function showErrors(errors) {
  const messages = new Map(errors.map(({ field, message }) => [field, wordsFor(field, message)]));
  for (const input of inputs()) markField(input, messages.get(input.name) ?? '');
  const [[field, message] = []] = messages;
  return field === undefined
    ? ''
    : `${field} ${message}${messages.size > 1 ? `, and ${messages.size - 1} more` : ''}`;
}

/** The server speaks of the null that an empty field is sent as. */
function wordsFor(field, message) {
  const input = inputOf(field);
  return input !== null && input.value === '' && !input.validity.badInput ? 'needs a number' : message;
}

export function focusFirstError() {
  document.querySelector('input[aria-invalid="true"]')?.focus();
}

export function markField(input, message) {
  document.getElementById(`${input.id}-error`).textContent = message;
  if (message === '') input.removeAttribute('aria-invalid');
  else input.setAttribute('aria-invalid', 'true');
}

function inputs() {
  return [...fields.querySelectorAll('input')];
}

function inputOf(name) {
  return document.getElementById(`field-${name}`);
}

function buildField(name, schema) {
  const id = `field-${name}`;
  const label = element('label', { htmlFor: id, textContent: name });
  const input = element('input', { id, name, type: 'number', step: 'any', inputMode: 'decimal' });
  if (schema.type.includes('null')) input.placeholder = 'not known';
  else input.required = true;
  input.setAttribute('aria-describedby', `${id}-hint ${id}-error`);
  const hint = element('p', { id: `${id}-hint`, className: 'hint', textContent: schema.description });
  const error = element('p', { id: `${id}-error`, className: 'error' });
  const box = element('div', {});
  box.append(label, input, hint, error);
  return box;
}

function element(tag, properties) {
  return Object.assign(document.createElement(tag), properties);
}
