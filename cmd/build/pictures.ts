/**
 * Takes the pictures in docs/screen: each view of `weir top` at two sizes, of a real pair of
 * brokers under load, of which the slave has been killed, a group is stuck and the disk is low.
 *
 *     bun cmd/build/pictures.ts [FOLDER]     # FOLDER: where the brokers keep their data
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { openScreen, type SomeoneAtScreen } from "../e2e/tmux.testing.ts";
import { smallPng } from "./pictures/png.ts";
import { openStage, type Stage } from "./pictures/stage.ts";
import { svgOf } from "./pictures/svg.ts";

const SIZES = [
  [80, 24],
  [120, 40],
] as const;
const target = path.resolve(import.meta.dir, "../../docs/screen");

/** A picture: what has to be pressed, and what has to be seen then. */
interface Picture {
  readonly name: string;
  readonly keys: readonly string[];
  readonly shows: string;
}

/** With the slave away, in the order of the help. `go` keys lead from one to the next. */
const PICTURES: readonly Picture[] = [
  { name: "overview", keys: ["1"], shows: "slave away" },
  { name: "topics", keys: ["2"], shows: "payments" },
  { name: "partitions", keys: [":topics orders", ":sort lag desc"], shows: "(2)" },
  { name: "partition", keys: ["i"], shows: "not in sync" },
  { name: "groups", keys: ["Escape", "3"], shows: "stuck" },
  { name: "lag", keys: [":groups search-index"], shows: "✖ stuck" },
  { name: "brokers", keys: ["4"], shows: "away" },
  { name: "broker", keys: ["i"], shows: "what fills up" },
  { name: "messages", keys: ["Escape", ":messages orders"], shows: "following" },
  { name: "message", keys: ["Enter"], shows: '"amount"' },
  { name: "message-bytes", keys: ["x"], shows: "7b 22" },
  { name: "configs", keys: ["x", ":configs payments"], shows: "min.insync.replicas" },
  { name: "events", keys: ["6"], shows: "fell out of the ISR" },
  { name: "reset", keys: [":reset reports start"], shows: "read again" },
  { name: "delete", keys: ["Escape", ":delete inventory"], shows: "Type inventory" },
  { name: "switch", keys: ["Escape", "4", "W"], shows: "isn't connected" },
  { name: "help", keys: ["?"], shows: "MOVE" },
];

async function takeAll(stage: Stage, directory: string): Promise<void> {
  for (const [columns, rows] of SIZES) {
    await using screen = await open(stage.master, directory, columns, rows);
    // The past minute is to have something to tell.
    await Bun.sleep(20_000);
    for (const picture of PICTURES) await take(screen, picture, columns, rows);
  }
}

/** What the slave shows while it follows; and the master, while the slave catches up. */
async function takePair(stage: Stage, directory: string): Promise<void> {
  for (const [columns, rows] of SIZES) {
    await using slave = await open(stage.slave, directory, columns, rows);
    await take(slave, { name: "slave", keys: ["4"], shows: "slave" }, columns, rows);
    await take(slave, { name: "promote", keys: ["P"], shows: "Type promote" }, columns, rows);
  }
}

async function open(
  address: string,
  directory: string,
  columns: number,
  rows: number,
): Promise<SomeoneAtScreen> {
  const env = { COLORTERM: "truecolor" };
  const screen = await openScreen({ address, directory }, { columns, rows, env });
  await screen.see("● live");
  return screen;
}

async function take(
  screen: SomeoneAtScreen,
  { name, keys, shows }: Picture,
  columns: number,
  rows: number,
): Promise<void> {
  for (const key of keys) {
    if (key.startsWith(":")) await screen.run(key.slice(1));
    else await screen.press(key);
  }
  await screen.see(shows);
  // Rates are means of seconds, and a list that was just moved in keeps its order for a while.
  await Bun.sleep(3500);
  const { Resvg } = await import("@resvg/resvg-js");
  const svg = svgOf(await screen.capture(), columns);
  const font = { defaultFontFamily: "DejaVu Sans Mono" };
  const image = new Resvg(svg, { font }).render();
  writeFileSync(path.join(target, `${name}-${columns}x${rows}.png`), smallPng(image));
}

async function main(): Promise<void> {
  const given = process.argv[2];
  const directory = given ?? mkdtempSync(path.join(os.tmpdir(), "weir-pictures-"));
  mkdirSync(target, { recursive: true });
  const stage = await openStage(directory);
  try {
    await Bun.sleep(15_000);
    await stage.killSlave();
    await Bun.sleep(10_000);
    await takeAll(stage, directory);
    await stage.restartSlave();
    await Bun.sleep(5000);
    await takePair(stage, directory);
  } finally {
    await stage.close();
    if (given === undefined) rmSync(directory, { recursive: true });
  }
}

await main();
