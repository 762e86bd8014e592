import type { ConfusionMatrix } from '@stockout/contracts';

const STYLE =
  '<style>text{font:14px sans-serif;fill:#222}.n{font-weight:bold;font-size:18px}.s{fill:#555}</style>';
const BLUE = '#2563a8';
const ORANGE = '#c2571a';

/** Of many features, those that matter. */
const SHOWN = 30;

/** The confusion matrix as a picture, each cell shaded by its share of the rows. */
export function confusionSvg({ tn, fp, fn, tp }: ConfusionMatrix, threshold: number): string {
  const rows = Math.max(tn + fp + fn + tp, 1);
  const cell = (column: number, row: number, count: number, words: string): string => {
    const [x, y] = [150 + column * 190, 60 + row * 110];
    const opacity = (0.12 + (0.75 * count) / rows).toFixed(3);
    return [
      `<rect x="${x}" y="${y}" width="182" height="102" fill="${column === row ? BLUE : ORANGE}" fill-opacity="${opacity}"/>`,
      `<text class="n" x="${x + 91}" y="${y + 48}" text-anchor="middle">${count.toLocaleString('en')}</text>`,
      `<text class="s" x="${x + 91}" y="${y + 72}" text-anchor="middle">${words}, ${percent(count / rows)}</text>`,
    ].join('');
  };
  return svg(540, 290, [
    `<text x="335" y="22" text-anchor="middle">at threshold ${threshold.toPrecision(4)} the model says</text>`,
    '<text x="241" y="46" text-anchor="middle">no stockout</text><text x="431" y="46" text-anchor="middle">stockout</text>',
    '<text x="142" y="116" text-anchor="end">none followed</text><text x="142" y="226" text-anchor="end">stockout followed</text>',
    cell(0, 0, tn, 'rightly calm'),
    cell(1, 0, fp, 'false alarm'),
    cell(0, 1, fn, 'missed'),
    cell(1, 1, tp, 'rightly warned'),
  ]);
}

/** Shares of the total gain of all splits, the greatest first. */
export function importanceSvg(importance: Readonly<Record<string, number>>): string {
  const total = Object.values(importance).reduce((sum, gain) => sum + gain, 0) || 1;
  const shares = Object.entries(importance)
    .map(([name, gain]) => ({ name, share: gain / total }))
    .sort((a, b) => b.share - a.share)
    .slice(0, SHOWN);
  const most = shares[0]?.share ?? 1;
  const bars = shares.map(({ name, share }, i) => {
    const y = 40 + i * 24;
    const width = Math.max(1, (360 * share) / most).toFixed(1);
    return [
      `<text x="252" y="${y + 14}" text-anchor="end">${escape(name)}</text>`,
      `<rect x="260" y="${y}" width="${width}" height="18" fill="${BLUE}"/>`,
      `<text class="s" x="${268 + Number(width)}" y="${y + 14}">${percent(share)}</text>`,
    ].join('');
  });
  return svg(720, 56 + shares.length * 24, [
    '<text x="260" y="22">share of the total gain of all splits</text>',
    ...bars,
  ]);
}

function svg(width: number, height: number, parts: readonly string[]): string {
  const size = `viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"`;
  const background = '<rect width="100%" height="100%" fill="#fff"/>';
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size}>${STYLE}${background}${parts.join('')}</svg>\n`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
