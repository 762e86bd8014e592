import { html, type Html } from './html.ts';
import { pixel } from './numbers.ts';

interface Axis {
  label: string;
  from: number;
  to: number;
  ticks: readonly number[];
  format?: (value: number) => string;
}

export type Point = readonly [x: number, y: number];

/** Turns values of the axes into coordinates. */
export interface Scales {
  x: (value: number) => number;
  y: (value: number) => number;
}

export interface ChartOptions {
  /** Read by screen readers: what the picture is, and what it says. */
  title: string;
  description: string;
  x: Axis;
  y: Axis;
}

const WIDTH = 360;
const HEIGHT = 280;
const [TOP, RIGHT, BOTTOM, LEFT] = [12, 14, 46, 52];

export const UNIT_TICKS = [0, 0.25, 0.5, 0.75, 1];

/** An SVG with both axes; `draw` puts the marks between them. */
export function chart({ title, description, x, y }: ChartOptions, draw: (scales: Scales) => Html[]): Html {
  const scales: Scales = {
    x: (value) => LEFT + ((value - x.from) / (x.to - x.from)) * (WIDTH - LEFT - RIGHT),
    y: (value) => HEIGHT - BOTTOM - ((value - y.from) / (y.to - y.from)) * (HEIGHT - TOP - BOTTOM),
  };
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}. ${description}">
    ${y.ticks.map((tick) => yTick(y, tick, scales))} ${x.ticks.map((tick) => xTick(x, tick, scales))}
    ${draw(scales)}
    <path class="axis" d="M${LEFT} ${TOP}V${HEIGHT - BOTTOM}H${WIDTH - RIGHT}" />
    <text class="label" x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 8}">${x.label}</text>
    <text class="label" transform="translate(13 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)">${y.label}</text>
  </svg>`;
}

export function line(scales: Scales, points: readonly Point[], style: string): Html {
  const path = points.map(([x, y]) => `${pixel(scales.x(x))} ${pixel(scales.y(y))}`).join('L');
  return html`<path class="line ${style}" d="M${path}" />`;
}

export function dot(scales: Scales, [x, y]: Point, radius: number, style: string): Html {
  return html`<circle
    class="${style}"
    cx="${pixel(scales.x(x))}"
    cy="${pixel(scales.y(y))}"
    r="${pixel(radius)}"
  />`;
}

/** A bar between two values of x and two of y. */
export function bar(scales: Scales, [x0, y0]: Point, [x1, y1]: Point, style: string): Html {
  const [left, top] = [scales.x(x0), scales.y(y1)];
  const [width, height] = [Math.max(scales.x(x1) - left - 1, 0.5), Math.max(scales.y(y0) - top, 0)];
  return html`<rect
    class="${style}"
    x="${pixel(left)}"
    y="${pixel(top)}"
    width="${pixel(width)}"
    height="${pixel(height)}"
  />`;
}

function yTick({ format = String }: Axis, tick: number, scales: Scales): Html {
  const at = pixel(scales.y(tick));
  return html`<path class="grid" d="M${LEFT} ${at}H${WIDTH - RIGHT}" />
    <text class="tick end" x="${LEFT - 7}" y="${at}" dy=".32em">${format(tick)}</text>`;
}

function xTick({ format = String }: Axis, tick: number, scales: Scales): Html {
  const at = pixel(scales.x(tick));
  return html`<text class="tick" x="${at}" y="${HEIGHT - BOTTOM + 17}">${format(tick)}</text>`;
}

/** Round steps from 0 that cover `max`, about four of them. */
export function ticksUpTo(max: number): number[] {
  if (!(max > 0)) return [0, 1];
  const rough = max / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((each) => each * power >= rough) ?? 10) * power;
  return Array.from({ length: Math.ceil(max / step - 1e-9) + 1 }, (_, i) =>
    Number((i * step).toPrecision(12)),
  );
}
