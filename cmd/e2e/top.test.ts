import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { hasTmux, openScreen, TERMINAL_TEST_MS } from "./tmux.testing.ts";
import { openWorkbench, startBroker, type Workbench, weirAlone } from "./weir.testing.ts";

setDefaultTimeout(TERMINAL_TEST_MS);

if (!hasTmux) process.stderr.write("The screen is not tested on a terminal: there is no tmux.\n");

let bench: Workbench;
beforeAll(async () => {
  bench = await openWorkbench(["--durability", "memory"]);
  await bench.bash(`
    weir topic create orders -p 3; weir topic create audit -p 2
    weir topic create payments -p 2 --config min.insync.replicas=2
    seq 1000 | weir produce orders -p 0; seq 10 | weir produce orders -p 1
    seq 50 | weir produce audit
    weir group reset billing --topic orders --to start --yes
    weir group reset search --topic audit --to -3 --yes`);
});
afterAll(() => bench[Symbol.asyncDispose]());

test("not on a terminal, it says what to use instead", async () => {
  const { code, stdout, stderr } = await weirAlone(["top"]);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toContain("weir top needs a terminal");
  expect(stderr).toContain("weir status --json");
});

describe.skipIf(!hasTmux)("someone at a terminal", () => {
  test("finds the partitions that have too few copies", async () => {
    await using you = await openScreen(bench);
    await you.see("✖ under-min-isr");
    await you.haveSelected("payments-0");
    await you.press("Enter");
    await you.see("topics ▸ payments");
    await you.see("✖ 1/1");
    await you.press("Escape");
    await you.see("WHAT MATTERS NOW");
  });

  test("finds the group that lags most, and where", async () => {
    await using you = await openScreen(bench);
    await you.see("● live");
    await you.press("3");
    await you.see("▌billing");
    await you.seeTogether("billing", "1.0k");
    await you.press("Enter");
    await you.see("groups ▸ billing");
    await you.see("lag 1.0k");
    await you.haveSelected("orders", "   0 ");
  });

  test("watches a topic while it is written, and reads one message", async () => {
    await using you = await openScreen(bench);
    await you.see("● live");
    await you.run("messages tailed");
    await you.see("there is no topic tailed");
    await bench.weir(["topic", "create", "tailed", "-p", "1"]);
    await you.see("tailed was made");
    await you.run("messages tailed");
    await you.see("no messages yet");
    await bench.bash(`echo '{"hello":"world"}' | weir produce tailed`);
    await you.see('{"hello":"world"}');
    await you.press("Enter");
    await you.see('  "hello": "world"');
    await you.press("x");
    await you.see("7b 22 68 65 6c 6c 6f");
    const keyed = "k-1:first\nk-2:other\nk-1:last\n";
    await bench.weir(["produce", "tailed", "-K", ":"], { stdin: keyed });
    await you.run("last tailed k-1");
    await you.seeTogether("tailed-0", "offset 3");
    await you.see("last");
    await you.run("last tailed k-9");
    await you.see("none of the last 4 messages of tailed has the key k-9");
    const groups = await bench.weir(["group", "ls", "--json"]);
    const names = JSON.parse(groups.stdout).items.map((item: { group: string }) => item.group);
    expect(names).toEqual(["billing", "search"]);
  });

  test("sets a group back, having seen what that does", async () => {
    await using you = await openScreen(bench);
    await you.see("● live");
    await you.press("3");
    await you.see("search");
    await you.press("/");
    await you.type("search");
    await you.press("Enter", "R");
    await you.type("start");
    await you.press("Enter");
    await you.see("records are read again");
    await you.confirm("search");
    await you.see("search goes on elsewhere");
    const { stdout } = await bench.weir(["group", "ls", "--json"]);
    expect(JSON.parse(stdout).items[1]).toMatchObject({ group: "search", lag: 50 });
  });

  test("makes, changes and deletes a topic, by typing its name", async () => {
    await using you = await openScreen(bench);
    await you.see("● live");
    await you.press("2", "C");
    await you.type("made 2");
    await you.press("Enter");
    await you.see("made was created");
    await you.see("made   ");
    await you.run("set made retention.ms=60000");
    await you.confirm("made");
    await you.see("made: retention.ms=60000");
    await you.run("delete made");
    await you.confirm("made");
    await you.see("made was deleted");
  });

  test("is told why a broker without a slave has none to promote", async () => {
    await using you = await openScreen(bench);
    await you.see("● live");
    await you.press("4", "P");
    await you.see("it has no slave");
  });

  test("may make the window larger and smaller", async () => {
    await using you = await openScreen(bench);
    await you.see("● live");
    await you.press("2");
    await you.see("audit");
    await you.press("G");
    await you.see("▌tailed");
    await you.resize(160, 50);
    await you.see("│ partitions");
    await you.resize(60, 15);
    await you.seeNoMore("│");
    await you.see("▌tailed");
    await you.resize(30, 8);
    await you.see("needs 60x15");
    await you.resize(100, 30);
    await you.see("▌tailed");
  });

  test("is shown no colours where none are wanted, and plain letters where asked for", async () => {
    await using you = await openScreen(bench, {
      flags: ["--ascii"],
      env: { NO_COLOR: "1" },
    });
    await you.see("* live");
    expect((await you.lines()).join("")).toMatch(/^[\x20-\x7e]*$/);
  });
});

describe.skipIf(!hasTmux)("the broker", () => {
  test("may go and come back: what is shown stays, and says how old it is", async () => {
    const directory = mkdtempSync(path.join(os.tmpdir(), "weir-e2e-"));
    const flags = ["--data", path.join(directory, "data"), "--durability", "memory"];
    const first = await startBroker([...flags, "--listen", "127.0.0.1:0"]);
    await using you = await openScreen({ address: first.address, directory });
    await you.see("● live");
    await you.press("2");
    await you.see("no topics yet");
    await first.stop();
    await you.see("✖ lost");
    const second = await startBroker([...flags, "--listen", first.address]);
    await you.see("● live");
    await second.stop();
    rmSync(directory, { recursive: true });
  });

  test("need not be there when one begins", async () => {
    await using you = await openScreen({ address: "127.0.0.1:1", directory: os.tmpdir() });
    await you.see("✖ lost");
    await you.see("127.0.0.1:1");
    await you.press("q");
    await you.see("ended with 0");
  });
});

describe.skipIf(!hasTmux)("the terminal is given back", () => {
  const ways: readonly [string, string, number][] = [
    ["by q", "q", 0],
    ["by Ctrl-C", "C-c", 0],
    ["by a command", ":", 0],
    ["by SIGTERM", "SIGTERM", 143],
    ["by SIGINT", "SIGINT", 130],
    ["by SIGHUP", "SIGHUP", 129],
  ];

  test.each(ways)("%s", async (_, way, code) => {
    await using you = await openScreen(bench);
    await you.see("● live");
    expect(await you.state()).toEqual({ onAlternateScreen: true, showsCursor: false });
    if (way.startsWith("SIG")) await you.kill(way);
    else await you.press(way);
    if (way === ":") {
      await you.type("quit");
      await you.press("Enter");
    }
    await you.see(`ended with ${code}`);
    expect(await you.state()).toEqual({ onAlternateScreen: false, showsCursor: true });
  });

  test("when there is a bug, with a word about it", async () => {
    const crash = path.join(bench.directory, "crash.js");
    writeFileSync(crash, "setTimeout(() => { throw new Error('a bug'); }, 4000);");
    const env = { BUN_OPTIONS: `--preload ${crash}` };
    await using you = await openScreen(bench, { env });
    await you.see("● live");
    expect(await you.state()).toEqual({ onAlternateScreen: true, showsCursor: false });
    await you.see("error: internal: a bug");
    await you.see("ended with 70");
    expect(await you.state()).toEqual({ onAlternateScreen: false, showsCursor: true });
  });
});
