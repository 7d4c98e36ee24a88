import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import path from "node:path";
import { hasTmux, openScreen, type SomeoneAtScreen, TERMINAL_TEST_MS } from "./tmux.testing.ts";
import { openWorkbench, startBroker, type Workbench } from "./weir.testing.ts";

setDefaultTimeout(TERMINAL_TEST_MS);

const page = readFileSync(path.join(import.meta.dir, "../../docs/screen.md"), "utf8");
/** `weir top`, and Enter. */
const KEYS_TO_START = 9;

let bench: Workbench;
beforeAll(async () => {
  bench = await openWorkbench(["--set", "replica.lag.time.max.ms=1000"]);
  await bench.bash(`
    weir topic create orders -p 3
    seq -f 'customer-7:%g' 4000 | weir produce orders -K :
    seq -f 'customer-8:%g' 4000 | weir produce orders -K :`);
});
afterAll(() => bench[Symbol.asyncDispose]());

/** What docs/screen.md says of how many keys a task takes. */
function keysOnPage(task: string): number {
  const row = page.split("\n").find((line) => line.startsWith(`| ${task}`));
  return Number(row?.split(" | ")[2]);
}

const keysOf = (you: SomeoneAtScreen): number => KEYS_TO_START + you.keyCount();

test.skipIf(!hasTmux)("the screen tells which partition lacks a copy, and since when", async () => {
  const data = path.join(bench.directory, "slave");
  const flags = ["--data", data, "--listen", "127.0.0.1:0", "--slave-of", bench.address];
  const slave = await startBroker(flags);
  await using you = await openScreen(bench);
  await you.see("● slave 2 in sync");
  await slave.stop();
  await you.seeTogether("under-replicated", "orders-", "missing: 2 for");
  expect(keysOf(you)).toBe(keysOnPage("Which partition is under-replicated"));
});

test.skipIf(!hasTmux)("it tells how long until a group has caught up", async () => {
  await using you = await openScreen(bench, { columns: 120 });
  let isReading = true;
  const reads = (async () => {
    const to = (count: number) => ["--topic", "orders", "--to", String(count), "--yes"];
    for (let count = 0; isReading && count < 3900; count += 2) {
      await bench.weir(["group", "reset", "billing", ...to(count)]);
    }
  })();
  await you.see("● live");
  await you.press("3");
  await you.see("catches up");
  const line = (await you.lines()).find((shown) => shown.includes("catches up"));
  isReading = false;
  await reads;
  expect(line).toMatch(/billing .* (\d+h)?(\d+m)?[\d.]+[ms] /);
  expect(keysOf(you)).toBe(keysOnPage("How long until group `billing`"));
});

test.skipIf(!hasTmux)("it tells what the last message of a key was", async () => {
  await using you = await openScreen(bench);
  await you.see("● live");
  await you.run("last orders customer-7");
  await you.seeTogether("key", "customer-7");
  await you.see("4000");
  expect(keysOf(you)).toBe(keysOnPage("What was the last message of key"));
});
