import { afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { hasTmux, openScreen, TERMINAL_TEST_MS } from "./tmux.testing.ts";
import { ensureBuilt, startBroker, weirAlone } from "./weir.testing.ts";

setDefaultTimeout(TERMINAL_TEST_MS);

type Running = Awaited<ReturnType<typeof startBroker>>;

let directory = "";
let running: Running[] = [];

beforeAll(ensureBuilt);

afterEach(async () => {
  for (const broker of running) await kill(broker);
  rmSync(directory, { recursive: true });
});

async function start(name: string, flags: readonly string[], address = "127.0.0.1:0") {
  const data = path.join(directory, name);
  const lag = ["--set", "replica.lag.time.max.ms=1000"];
  const broker = await startBroker(["--data", data, "--listen", address, ...lag, ...flags]);
  running.push(broker);
  return broker;
}

async function kill(broker: Running): Promise<void> {
  process.kill(broker.pid, "SIGKILL");
  await broker.exited;
  running = running.filter((one) => one !== broker);
}

async function weir({ address }: Running, args: readonly string[], stdin = ""): Promise<void> {
  const { code, stderr } = await weirAlone(args, { stdin, env: { WEIR_BROKER: address } });
  if (code !== 0) throw new Error(`${args.join(" ")}: ${stderr}`);
}

/** A master, its slave, and two topics with something in them. */
async function startPair() {
  directory = mkdtempSync(path.join(os.tmpdir(), "weir-e2e-"));
  const master = await start("master", []);
  const slave = await start("slave", ["--slave-of", master.address]);
  await weir(master, ["topic", "create", "orders", "-p", "3"]);
  await weir(master, ["topic", "create", "audit", "-p", "1"]);
  await weir(master, ["produce", "orders", "-p", "1"], "one\ntwo\n");
  return { master, slave };
}

const at = ({ address }: Running) => ({ address, directory });

describe.skipIf(!hasTmux)("someone at the screen of a pair", () => {
  test("finds the partition whose ISR lacks a copy, since when, and its return", async () => {
    const { master, slave } = await startPair();
    await using you = await openScreen(at(master));
    await you.see("● 2 of 2 up");
    await you.see("● slave 2 in sync");
    await kill(slave);
    await you.seeTogether("▲ slave away", "broker 2", "not heard for");
    await you.seeTogether("under-replicated", "orders-1", "missing: 2");
    await you.see("broker 2 fell out of the ISR of");
    await weir(master, ["produce", "orders", "-p", "1"], "three\n");
    await you.see("were acked with one copy");
    await you.run("topics orders");
    await you.seeTogether("1 ▲ 1/2", "1*,(2)");
    await you.press("z");
    await you.see("faults only");
    await you.press("j", "i");
    await you.seeTogether("broker 2", "not in sync for");
    await you.seeTogether("1 record", "behind");
    await you.press("Escape", "4");
    await you.seeTogether("2 ✖ away", "slave", "sync");
    await start("slave", ["--slave-of", master.address], slave.address);
    await you.seeTogether("2 ● up", "slave", "sync");
    await you.press("6");
    await you.see("is in the ISR of all partitions again");
  });

  test("hands the lead over, having typed that", async () => {
    const { master } = await startPair();
    await using you = await openScreen(at(master));
    await you.see("● slave 2 in sync");
    await you.press("4", "P");
    await you.see("connect to its slave, broker 2");
    await you.press("W");
    await you.see("hand the lead over to broker 2");
    await you.confirm("switch");
    await you.see("broker 2 is the master now");
    await you.seeTogether("1 ● up", "slave");
    await you.press("2", "C");
    await you.see("this broker is a slave");
  });

  test("promotes the slave when the master is gone, knowing what could be missing", async () => {
    const { master, slave } = await startPair();
    await using you = await openScreen(at(slave));
    await you.see("● master 1 in sync");
    await kill(master);
    await you.seeTogether("✖ master away", "broker 1");
    await you.press("4", "P");
    await you.see("Broker 1, the master, said");
    await you.see("nothing is missing that was acked by all");
    await you.confirm("promote");
    await you.see("this broker is the master now");
    await you.seeTogether("2 ● up", "master");
    await weir(slave, ["produce", "orders", "-p", "1"], "four\n");
  });

  test("changes nothing on a screen that is only for looking, and is told why", async () => {
    const { master } = await startPair();
    await using you = await openScreen(at(master), { flags: ["--read-only"], rows: 60 });
    await you.see("● slave 2 in sync");
    await you.press("W");
    await you.see("✖ this screen is read-only");
    await you.press("?");
    await you.seeTogether("W ", "hand the lead over", "not now: this screen is read-only");
  });
});

test("a broker may come with its own screen, and goes with it", async () => {
  directory = mkdtempSync(path.join(os.tmpdir(), "weir-e2e-"));
  const flags = ["--data", "data", "--listen", "127.0.0.1:0", "--top"];
  const alone = await weirAlone(["broker", ...flags], { cwd: directory });
  expect([alone.code, alone.stdout]).toEqual([2, ""]);
  if (!hasTmux) return;
  const nowhere = { address: "127.0.0.1:1", directory };
  await using you = await openScreen(nowhere, { verb: "broker", flags });
  await you.see("● 1 of 1 up");
  await you.press("q");
  await you.see("ended with 0");
  expect(await you.state()).toEqual({ onAlternateScreen: false, showsCursor: true });
});
