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

/** The row as typed; what is not a number at all is left for the server to name. */
export function readRow() {
  const row = {};
  for (const input of fields.querySelectorAll('input')) {
    row[input.name] = input.value === '' && !input.validity.badInput ? null : input.valueAsNumber;
  }
  return row;
}

/** @param {{field: string, message: string}[]} errors */
export function showErrors(errors) {
  const messages = new Map(errors.map(({ field, message }) => [field, message]));
  for (const input of fields.querySelectorAll('input')) markField(input, messages.get(input.name) ?? '');
}

export function focusFirstError() {
  document.querySelector('input[aria-invalid="true"]')?.focus();
}

export function markField(input, message) {
  document.getElementById(`${input.id}-error`).textContent = message;
  if (message === '') input.removeAttribute('aria-invalid');
  else input.setAttribute('aria-invalid', 'true');
}

function inputOf(name) {
  return document.getElementById(`field-${name}`);
}

function buildField(name, schema) {
  const id = `field-${name}`;
  const label = element('label', { htmlFor: id, textContent: name });
  const input = element('input', { id, name, type: 'number', step: 'any', inputMode: 'decimal' });
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
