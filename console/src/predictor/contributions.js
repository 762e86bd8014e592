/** Why the risk is what it is: a bar for each of the features that move it most, to the right when it raises the risk. */

const LISTED = 6;

const list = document.getElementById('bars');

/** @param {{contributions: {feature: string, value: number | null, contribution: number}[], rest: number}} explanation */
export function showContributions({ contributions }) {
  const listed = contributions.slice(0, LISTED);
  const others = contributions.slice(LISTED);
  const widest = Math.abs(listed[0]?.contribution ?? 0) || 1;
  const rows = listed.map(({ feature, value, contribution }) =>
    buildRow(feature, valueInWords(value), contribution, widest),
  );
  if (others.length > 0) rows.push(buildRow(`${others.length} others`, '', sumOf(others), widest));
  list.replaceChildren(...rows);
}

function buildRow(feature, value, contribution, widest) {
  const row = document.createElement('li');
  row.className = contribution >= 0 ? 'raises' : 'lowers';
  row.append(
    element('span', 'feature', feature),
    element('span', 'value', value),
    buildBar(contribution, widest),
    element('span', 'amount', inWords(contribution)),
  );
  return row;
}

/** Only for the eye: the amount beside it says the same. */
function buildBar(contribution, widest) {
  const bar = element('span', 'bar', '');
  bar.setAttribute('aria-hidden', 'true');
  const fill = document.createElement('i');
  fill.style.setProperty('--share', String(Math.min(1, Math.abs(contribution) / widest)));
  bar.append(fill);
  return bar;
}

/** The sign has to be heard too. */
function inWords(contribution) {
  const amount = Math.abs(contribution).toFixed(2);
  if (amount === '0.00') return 'no effect';
  return contribution > 0 ? `raises by ${amount}` : `lowers by ${amount}`;
}

function valueInWords(value) {
  return value === null ? 'not known' : String(Number(value.toPrecision(6)));
}

function sumOf(parts) {
  return parts.reduce((sum, { contribution }) => sum + contribution, 0);
}

function element(tag, className, textContent) {
  return Object.assign(document.createElement(tag), { className, textContent });
}
