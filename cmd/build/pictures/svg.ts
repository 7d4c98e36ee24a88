/** Draws what a terminal shows, as `tmux capture-pane -e` writes it, as an SVG. */

/** How text is drawn from here on. */
interface Pen {
  readonly foreground: string | null;
  readonly background: string | null;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly underline: boolean;
  readonly inverse: boolean;
}

const plain: Pen = {
  foreground: null,
  background: null,
  bold: false,
  dim: false,
  underline: false,
  inverse: false,
};

/** Of a sequence of SGR codes, the codes. */
const SGR = new RegExp(`${String.fromCharCode(27)}\\[([\\d;:]*)m`);

/** DejaVu Sans Mono at this size: its box drawing signs meet when lines are this high. */
const FONT_PX = 14;
const CELL_WIDTH = FONT_PX * 0.60205;
const CELL_HEIGHT = FONT_PX * 1.1640625;
const BASELINE = FONT_PX * 0.928;
const MARGIN = 6;
const FOREGROUND = "#d6dae0";
const BACKGROUND = "#101418";

/** The sixteen colours that a terminal knows by number. */
const NAMED = [
  ...["000000", "cd3131", "0dbc79", "e5e510", "2472c8", "bc3fbc", "11a8cd", "e5e5e5"],
  ...["666666", "f14c4c", "23d18b", "f5f543", "3b8eea", "d670d6", "29b8db", "ffffff"],
];

/** An SVG of the lines of a terminal so many cells wide. */
export function svgOf(captured: string, columns: number): string {
  const lines = captured.replace(/\n$/, "").split("\n");
  const width = Math.ceil(columns * CELL_WIDTH + 2 * MARGIN);
  const height = Math.ceil(lines.length * CELL_HEIGHT + 2 * MARGIN);
  let pen = plain;
  const drawn = lines.flatMap((line, row) => {
    let column = 0;
    return line.split(SGR).map((part, index) => {
      // What is between two sequences stands at the even places.
      const code = index % 2 === 1 ? part : undefined;
      if (code !== undefined) pen = turn(pen, code);
      if (code !== undefined || part === "") return "";
      const cells = Bun.stringWidth(part);
      const run = drawRun(part, pen, column, row, cells);
      column += cells;
      return run;
    });
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
<rect width="100%" height="100%" fill="${BACKGROUND}"/>
<g font-family="DejaVu Sans Mono" font-size="${FONT_PX}" xml:space="preserve">
${drawn.join("")}</g></svg>`;
}

function drawRun(text: string, pen: Pen, column: number, row: number, cells: number): string {
  const x = MARGIN + column * CELL_WIDTH;
  const y = MARGIN + row * CELL_HEIGHT;
  const width = (cells * CELL_WIDTH).toFixed(2);
  const front = (pen.inverse ? pen.background : pen.foreground) ?? FOREGROUND;
  const behind = pen.inverse ? (pen.foreground ?? FOREGROUND) : pen.background;
  const box = (top: number, height: number, fill: string): string => {
    const place = `x="${x.toFixed(2)}" y="${top.toFixed(2)}"`;
    return `<rect ${place} width="${width}" height="${height.toFixed(2)}" fill="${fill}"/>`;
  };
  const under = pen.underline ? box(y + CELL_HEIGHT - 2, 1, front) : "";
  const ground = behind === null ? "" : box(y, CELL_HEIGHT, behind);
  if (text.trim() === "") return ground + under;
  const weight = pen.bold ? ' font-weight="bold"' : "";
  const faded = pen.dim ? ' opacity="0.6"' : "";
  const place = `x="${x.toFixed(2)}" y="${(y + BASELINE).toFixed(2)}" textLength="${width}"`;
  const drawn = `<text ${place} fill="${front}"${weight}${faded}>${escaped(text)}</text>`;
  return `${ground}${drawn}${under}\n`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** The pen after a sequence of SGR codes (ECMA-48, 8.3.117). */
function turn(before: Pen, codes: string): Pen {
  const numbers = codes === "" ? [0] : codes.split(/[;:]/).map(Number);
  let pen = before;
  for (let at = 0; at < numbers.length; at++) {
    const code = numbers[at] ?? 0;
    if (code === 38 || code === 48) {
      const isIndexed = numbers[at + 1] === 5;
      const colour = isIndexed ? indexed(numbers[at + 2] ?? 0) : hex(numbers.slice(at + 2, at + 5));
      pen = { ...pen, [code === 38 ? "foreground" : "background"]: colour };
      at += isIndexed ? 2 : 4;
    } else pen = { ...pen, ...change(code) };
  }
  return pen;
}

function change(code: number): Partial<Pen> {
  if (code === 0) return plain;
  if (code === 1) return { bold: true };
  if (code === 2) return { dim: true };
  if (code === 4) return { underline: true };
  if (code === 7) return { inverse: true };
  if (code === 22) return { bold: false, dim: false };
  if (code === 24) return { underline: false };
  if (code === 27) return { inverse: false };
  if (code === 39) return { foreground: null };
  if (code === 49) return { background: null };
  if (code >= 30 && code <= 37) return { foreground: indexed(code - 30) };
  if (code >= 90 && code <= 97) return { foreground: indexed(code - 82) };
  if (code >= 40 && code <= 47) return { background: indexed(code - 40) };
  return {};
}

/** One of the 256 colours: sixteen by name, a cube of 6x6x6, and greys. */
function indexed(index: number): string {
  const named = NAMED[index];
  if (named !== undefined) return `#${named}`;
  if (index > 231) return hex(Array(3).fill(8 + (index - 232) * 10));
  const level = (step: number): number => (step === 0 ? 0 : 55 + step * 40);
  const cube = index - 16;
  return hex([level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6)]);
}

function hex(channels: readonly number[]): string {
  return `#${channels.map((channel) => channel.toString(16).padStart(2, "0")).join("")}`;
}
