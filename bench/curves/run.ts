import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { startWeir } from "../../interop/weir.ts";
import { type LoadResult, loads, rate, runLoad } from "../loads.ts";
import { tools } from "../tools.ts";
import { type Curve, type CurveId, curves } from "./all.ts";
import { commitSteadily } from "./groups.ts";

const folder = path.resolve(import.meta.dir, "../../dist/bench/curves");
const MOMENT = { seconds: 1, bytes: 40e6 };
const PAUSE_MS = 300;
/** For the curve of sizes; it changes nothing for the others. */
const settings = { "message.max.bytes": "20000000" };

/** The durabilities that each have a line. */
export const LINES = ["fsync", "memory"] as const;
export type Line = (typeof LINES)[number];

/** What was measured of a curve. */
export interface CurveResult {
  readonly curve: CurveId;
  readonly date: string;
  readonly command: string;
  /** For each line and each point of the curve: what the rounds saw. */
  readonly lines: Readonly<Record<Line, readonly (readonly Point[])[]>>;
}

export interface Point {
  /** In the unit of the load. */
  readonly rate: number;
  readonly p99Ms: number;
}

/** Measures curves, and keeps what it has after each. */
export async function runCurves(
  ids: readonly CurveId[],
  rounds: number,
  directory: string,
  command: string,
  tell: (text: string) => void,
): Promise<void> {
  for (const id of ids) {
    const curve: Curve = curves[id];
    const lines = {
      fsync: curve.points.map((): Point[] => []),
      memory: curve.points.map((): Point[] => []),
    };
    for (let round = 0; round < rounds; round++) {
      for (const line of round % 2 === 0 ? LINES : LINES.toReversed()) {
        const points = await measure(curve, line, path.join(directory, "curve"));
        for (const [i, point] of points.entries()) lines[line][i]?.push(point);
        tell(`${id}, ${line}: ${points.map((point) => point.rate.toFixed(0)).join(", ")}`);
      }
    }
    mkdirSync(folder, { recursive: true });
    const date = new Date().toISOString().slice(0, 10);
    const result: CurveResult = { curve: id, date, command, lines };
    writeFileSync(path.join(folder, `${id}.json`), `${JSON.stringify(result, null, 1)}\n`);
  }
}

export function readCurves(): CurveResult[] {
  mkdirSync(folder, { recursive: true });
  return readdirSync(folder).map((name) =>
    JSON.parse(readFileSync(path.join(folder, name), "utf8")),
  );
}

/** A life of a broker, over all points. */
async function measure(curve: Curve, durability: Line, directory: string): Promise<Point[]> {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const data = path.join(directory, "data");
  const { address, end } = await startWeir({ data, durability, settings });
  const points: Point[] = [];
  let stored = 0;
  try {
    for (const x of curve.points) {
      if (curve.beside === "stored") {
        await store(address, x - stored);
        stored = x;
      }
      points.push(await point(curve, x, address));
    }
  } finally {
    await end("SIGTERM");
  }
  rmSync(directory, { recursive: true });
  Bun.spawnSync({ cmd: ["sync", "--file-system", path.dirname(directory)] });
  return points;
}

async function store(address: string, bytes: number): Promise<void> {
  const stored = { ...loads.batches, partitions: 8 };
  await runLoad(address, "stored", stored, { seconds: 600, bytes });
}

async function point(curve: Curve, x: number, address: string): Promise<Point> {
  const load = curve.load(x);
  const topic = `t${x}`;
  await runLoad(address, topic, load, load.unit === "MB/s" ? curve.limits(x) : MOMENT);
  const endGroups = curve.beside === "groups" ? await commitSteadily(address, topic, x) : undefined;
  const result: LoadResult = await runLoad(address, topic, load, curve.limits(x));
  endGroups?.();
  Bun.spawnSync({ cmd: [tools.load, address, topic, "delete"] });
  await Bun.sleep(PAUSE_MS);
  return { rate: rate(load, result), p99Ms: result.p99Us / 1000 };
}
