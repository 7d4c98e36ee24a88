import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type Curve, curves } from "../curves/all.ts";
import { type CurveResult, LINES, type Line, type Point, readCurves } from "../curves/run.ts";
import { type Summary, summarize } from "../statistics.ts";
import { type Direction, describeLine } from "./bends.ts";
import { plot } from "./plot.ts";
import { decimal, spread, table } from "./tables.ts";

const COLORS: Readonly<Record<Line, string>> = { fsync: "#1f6feb", memory: "#d1642a" };

/** The section of the curves that were measured; their plots go to a folder beside the page. */
export function curvesSection(page: string): string {
  const results = readCurves();
  if (results.length === 0) return "";
  const folder = path.join(path.dirname(page), "benchmarks");
  mkdirSync(folder, { recursive: true });
  const order = Object.keys(curves);
  const sections = results
    .toSorted((a, b) => order.indexOf(a.curve) - order.indexOf(b.curve))
    .map((result) => section(result, folder));
  const head = "## Cost curves\n\nMedians, in brackets the smallest and the largest.\n";
  return [head, ...sections].join("\n");
}

function section(result: CurveResult, folder: string): string {
  const curve: Curve = curves[result.curve];
  const unit = curve.load(curve.points[0] ?? 1).unit;
  const summary = (line: Line, i: number, figure: keyof Point) =>
    summaryOf(result, line, i, figure);
  const lines = (figure: keyof Point) =>
    LINES.map((name) => {
      const values = curve.points.map((_, i) => summary(name, i, figure).median);
      return { name, color: COLORS[name], values };
    });
  const file = `${result.curve}.svg`;
  const panels = [
    { title: unit, lines: lines("rate") },
    { title: "p99, ms", lines: lines("p99Ms") },
  ];
  writeFileSync(path.join(folder, file), plot(curve.x.split(",")[0] ?? "", curve.points, panels));
  const rows = curve.points.map((x, i) => [
    decimal(x, 0),
    ...LINES.flatMap((line) => [
      spread(summary(line, i, "rate"), unit === "MB/s" ? 1 : 0),
      spread(summary(line, i, "p99Ms"), 1),
    ]),
  ]);
  const head = LINES.flatMap((line) => [`Weir, ${line}, ${unit}`, "p99, ms"]);
  const rounds = result.lines.fsync[0]?.length ?? 0;
  return [
    `### ${curve.title}\n`,
    `![${curve.title}](benchmarks/${file})\n`,
    table([curve.x, ...head], rows),
    `${bends(curve, result)}\n`,
    `${result.date}, ${rounds} rounds: \`${result.command}\`\n`,
  ].join("\n");
}

function summaryOf({ lines }: CurveResult, line: Line, i: number, figure: keyof Point): Summary {
  return summarize((lines[line][i] ?? []).map((point) => point[figure]));
}

/** What each line does, and for what is seen its reason. */
function bends({ points, reasons }: Curve, result: CurveResult): string {
  const seen = new Set<Direction>();
  const lines = LINES.map((line) => {
    const values = points.map((_, i) => summaryOf(result, line, i, "rate"));
    const { text, directions } = describeLine(points, values);
    for (const direction of directions) seen.add(direction);
    return `- ${line}: ${text}.`;
  });
  const known = (["rises", "level", "falls"] as const).filter((direction) => seen.has(direction));
  const sentences = known.map((direction) => {
    const where = direction === "level" ? "is level" : direction;
    const reason = reasons[direction];
    return `- Where it ${where}: ${reason ?? "why isn't known."}`;
  });
  return [...lines, ...sentences].join("\n");
}
