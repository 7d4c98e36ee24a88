import type { Style } from "./palettes.ts";

/** How many colours a terminal has; 0 for one that is to show none. */
export type ColorDepth = 0 | 16 | 256 | 16_777_216;

/** What sets everything back. */
export const RESET = "\x1b[0m";

/** The first 16 colours as most terminals have them. */
const BASIC: readonly string[] = [
  ...["#000000", "#cd0000", "#00cd00", "#cdcd00", "#0000ee", "#cd00cd", "#00cdcd", "#e5e5e5"],
  ...["#7f7f7f", "#ff0000", "#00ff00", "#ffff00", "#5c5cff", "#ff00ff", "#00ffff", "#ffffff"],
];

/** The six steps of each component in the 6x6x6 cube of the 256 colours. */
const CUBE_STEPS = [0, 95, 135, 175, 215, 255] as const;

/**
 * The escape sequence that begins a style (ECMA-48, "Select Graphic Rendition"), in the colours
 * that the terminal has; empty for a style that is none.
 *
 * With 16 colours there is no quiet background: it becomes an inversion.
 */
export function sgr(style: Style, depth: ColorDepth): string {
  const codes: string[] = [];
  const inverted = style.background !== undefined && depth <= 16;
  if (style.bold) codes.push("1");
  if (style.dim) codes.push("2");
  if (style.underline) codes.push("4");
  if (style.inverse || inverted) codes.push("7");
  if (depth > 0 && !inverted) {
    if (style.foreground !== undefined) codes.push(...color(style.foreground, depth, 38));
    if (style.background !== undefined) codes.push(...color(style.background, depth, 48));
  }
  return codes.length === 0 ? "" : `\x1b[${codes.join(";")}m`;
}

function color(hex: string, depth: ColorDepth, selector: 38 | 48): string[] {
  const rgb = components(hex);
  if (depth === 16) {
    const index = nearest(BASIC.map(components), rgb);
    const base = selector === 38 ? 30 : 40;
    return [String(index < 8 ? base + index : base + 52 + index)];
  }
  if (depth === 256) return [String(selector), "5", String(indexed(rgb))];
  return [String(selector), "2", ...rgb.map(String)];
}

type Rgb = readonly [red: number, green: number, blue: number];

function components(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

/** The nearest of the 256 colours: of the cube, or of the 24 greys behind it. */
function indexed(rgb: Rgb): number {
  const steps = rgb.map((part) => nearestStep(part));
  const [red = 0, green = 0, blue = 0] = steps;
  const inCube: Rgb = [step(red), step(green), step(blue)];
  const mean = (rgb[0] + rgb[1] + rgb[2]) / 3;
  const grey = Math.max(0, Math.min(23, Math.round((mean - 8) / 10)));
  const greyLevel = 8 + 10 * grey;
  const isGrey = distance(rgb, [greyLevel, greyLevel, greyLevel]) < distance(rgb, inCube);
  return isGrey ? 232 + grey : 16 + 36 * red + 6 * green + blue;
}

function nearestStep(part: number): number {
  return nearest(
    CUBE_STEPS.map((value): Rgb => [value, 0, 0]),
    [part, 0, 0],
  );
}

function step(index: number): number {
  return CUBE_STEPS[index] ?? 0;
}

function nearest(candidates: readonly Rgb[], rgb: Rgb): number {
  const distances = candidates.map((candidate) => distance(candidate, rgb));
  return distances.indexOf(Math.min(...distances));
}

function distance(one: Rgb, other: Rgb): number {
  return (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2 + (one[2] - other[2]) ** 2;
}
