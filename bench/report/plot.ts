/** A line of a plot: values over the x of the plot. */
export interface PlotLine {
  readonly name: string;
  readonly color: string;
  readonly values: readonly number[];
}

/** Values over an x, both by their powers of ten. */
export interface Panel {
  readonly title: string;
  readonly lines: readonly PlotLine[];
}

const WIDTH = 380;
const HEIGHT = 260;
const LEFT = 56;
const RIGHT = 16;
const TOP = 34;
const BOTTOM = 46;

/** Panels side by side over the same x, as an SVG. */
export function plot(xTitle: string, xs: readonly number[], panels: readonly Panel[]): string {
  const width = WIDTH * panels.length;
  const drawn = panels.map(
    (panel, i) => `<g transform="translate(${i * WIDTH},0)">\n${draw(panel, xTitle, xs)}</g>\n`,
  );
  const style = 'font-family="sans-serif" font-size="11" fill="#444"';
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${HEIGHT}" ${style}>\n` +
    `<rect width="${width}" height="${HEIGHT}" fill="#fff"/>\n${drawn.join("")}</svg>\n`
  );
}

function draw({ title, lines }: Panel, xTitle: string, xs: readonly number[]): string {
  const values = lines.flatMap((line) => line.values);
  const x = scale(Math.min(...xs), Math.max(...xs), LEFT, WIDTH - RIGHT);
  const [low, high] = [decadeBelow(Math.min(...values)), decadeAbove(Math.max(...values))];
  const y = scale(low, high, HEIGHT - BOTTOM, TOP);
  const parts = [
    text(LEFT, 16, "start", `<tspan font-weight="bold">${title}</tspan>`),
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, "middle", xTitle),
  ];
  for (let value = low; value <= high * 1.001; value *= 10) {
    parts.push(rule(LEFT, y(value), WIDTH - RIGHT, y(value)));
    parts.push(text(LEFT - 6, y(value) + 4, "end", short(value)));
  }
  for (const value of xs) {
    parts.push(rule(x(value), TOP, x(value), HEIGHT - BOTTOM));
    parts.push(text(x(value), HEIGHT - BOTTOM + 15, "middle", short(value)));
  }
  for (const [i, { name, color, values: all }] of lines.entries()) {
    const points = all.map((value, k) => `${round(x(xs[k] ?? 1))},${round(y(value))}`);
    const stroke = `fill="none" stroke="${color}" stroke-width="2"`;
    parts.push(`<polyline points="${points.join(" ")}" ${stroke}/>\n`);
    for (const point of points) {
      const [cx, cy] = point.split(",");
      parts.push(`<circle cx="${cx}" cy="${cy}" r="3" fill="${color}"/>\n`);
    }
    const named = `<tspan fill="${color}">${name}</tspan>`;
    parts.push(text(WIDTH - RIGHT - 60 * (lines.length - 1 - i), 16, "end", named));
  }
  return parts.join("");
}

/** Places a value by its logarithm. */
function scale(low: number, high: number, from: number, to: number): (value: number) => number {
  const span = Math.log(high / low) || 1;
  return (value) => from + ((to - from) * Math.log(value / low)) / span;
}

function decadeBelow(value: number): number {
  return 10 ** Math.floor(Math.log10(value));
}

function decadeAbove(value: number): number {
  return 10 ** Math.ceil(Math.log10(value) - 1e-9);
}

/** 20k for 20000. */
function short(value: number): string {
  const powers = ["", "k", "M", "G"];
  const power = Math.max(0, Math.min(3, Math.floor(Math.log10(value) / 3 + 1e-9)));
  return `${Number((value / 1000 ** power).toPrecision(3))}${powers[power]}`;
}

function rule(x1: number, y1: number, x2: number, y2: number): string {
  const at = `x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}"`;
  return `<line ${at} stroke="#ddd"/>\n`;
}

function text(x: number, y: number, anchor: "start" | "middle" | "end", content: string): string {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${content}</text>\n`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
