/**
 * Takes the pictures in docs/screen: each view of `weir top` at two sizes, of a real pair of
 * brokers under load. Its disk is low and a group is stuck; its slave is killed, comes back and
 * catches up, and before it has, its master is killed, too. Then of a cluster that has lost one of
 * its three brokers.
 *
 *     npm run pictures [FOLDER]     # FOLDER: where the brokers keep their data
 *
 * Needs tmux and etcd.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { Resvg } from "@resvg/resvg-js";
import { openScreen, type SomeoneAtScreen } from "../e2e/tmux.testing.ts";
import { smallPng } from "./pictures/png.ts";
import { type ClusterStage, openClusterStage, openStage, type Stage } from "./pictures/stage.ts";
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

/** What the slave shows while it follows. */
async function takeSlave(stage: Stage, directory: string): Promise<void> {
  for (const [columns, rows] of SIZES) {
    await using slave = await open(stage.slave, directory, columns, rows);
    await take(slave, { name: "slave", keys: ["4"], shows: "● up" }, columns, rows);
  }
}

/** A slave that catches up, on its master's screen and on its own: that is soon over. */
async function takeCatchingUp(stage: Stage, directory: string): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const masters = await Promise.all(
    SIZES.map(async ([columns, rows]) => {
      const screen = stack.use(await open(stage.master, directory, columns, rows));
      await screen.press("4", "j");
      return screen;
    }),
  );
  await stage.restartSlave();
  const slaves = await Promise.all(
    SIZES.map(async ([columns, rows]) =>
      stack.use(await open(stage.slave, directory, columns, rows)),
    ),
  );
  for (const slave of slaves) await slave.press("4", "j");
  const both = [...masters, ...slaves];
  await Promise.all(both.map((screen) => screen.see("▲ behind")));
  const captures = await Promise.all(both.map((screen) => screen.capture()));
  await stage.killMaster();
  for (const [index, capture] of captures.entries()) {
    const size = SIZES[index % SIZES.length] ?? SIZES[0];
    write(index < SIZES.length ? "behind" : "catching-up", capture, size[0], size[1]);
  }
}

/** What a promotion would cost, while the slave misses what its master didn't come to send. */
async function takePromotion(stage: Stage, directory: string): Promise<void> {
  for (const [columns, rows] of SIZES) {
    await using slave = await open(stage.slave, directory, columns, rows);
    await take(slave, { name: "master-away", keys: ["1"], shows: "master away" }, columns, rows);
    await take(slave, { name: "promote", keys: ["P"], shows: "Type promote" }, columns, rows);
  }
}

/** With one broker away, and its partitions led by others. */
const CLUSTER_PICTURES: readonly Picture[] = [
  { name: "cluster-overview", keys: ["1"], shows: "broker away" },
  { name: "cluster-brokers", keys: ["4"], shows: "✖ away" },
  { name: "cluster-partitions", keys: [":topics orders"], shows: "(3)" },
];

async function takeCluster({ address }: ClusterStage, directory: string): Promise<void> {
  for (const [columns, rows] of SIZES) {
    await using screen = await open(address, directory, columns, rows);
    for (const picture of CLUSTER_PICTURES) await take(screen, picture, columns, rows);
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
  write(name, await screen.capture(), columns, rows);
}

function write(name: string, captured: string, columns: number, rows: number): void {
  const font = { defaultFontFamily: "DejaVu Sans Mono" };
  const image = new Resvg(svgOf(captured, columns), { font }).render();
  writeFileSync(path.join(target, `${name}-${columns}x${rows}.png`), smallPng(image));
}

async function ofPair(directory: string): Promise<void> {
  const stage = await openStage(directory);
  try {
    await Bun.sleep(15_000);
    await takeSlave(stage, directory);
    await stage.killSlave();
    await Bun.sleep(10_000);
    await takeAll(stage, directory);
    await takeCatchingUp(stage, directory);
    await takePromotion(stage, directory);
  } finally {
    await stage.close();
  }
}

async function ofCluster(directory: string): Promise<void> {
  await using stage = await openClusterStage();
  await Bun.sleep(15_000);
  await stage.killOne();
  await Bun.sleep(20_000);
  await takeCluster(stage, directory);
}

async function main(): Promise<void> {
  const given = process.argv[2];
  const directory = given ?? mkdtempSync(path.join(os.tmpdir(), "weir-pictures-"));
  mkdirSync(target, { recursive: true });
  try {
    await ofPair(directory);
    await ofCluster(directory);
  } finally {
    if (given === undefined) rmSync(directory, { recursive: true });
  }
}

await main();
