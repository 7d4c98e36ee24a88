import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { hasTmux, openScreen } from "./tmux.testing.ts";
import { openWorkbench, startBroker, type Workbench, weirAlone } from "./weir.testing.ts";

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
    await using screen = await openScreen(bench);
    await screen.shows("✖ under-min-isr");
    expect(await screen.lineWith("▌")).toContain("payments-0");
    await screen.press("Enter");
    await screen.shows("topics ▸ payments");
    await screen.shows("✖ 1/1");
    await screen.press("Escape");
    await screen.shows("WHAT MATTERS NOW");
  });

  test("finds the group that lags most, and where", async () => {
    await using screen = await openScreen(bench);
    await screen.shows("● live");
    await screen.press("3");
    await screen.shows("▌billing");
    expect(await screen.lineWith("billing")).toContain("1.0k");
    await screen.press("Enter");
    await screen.shows("groups ▸ billing");
    await screen.shows("lag 1.0k");
    expect(await screen.lineWith("▌")).toMatch(/orders +0 /);
  });

  test("watches a topic while it is written, and reads one message", async () => {
    await using screen = await openScreen(bench);
    await screen.shows("● live");
    await screen.press(":");
    await screen.type("messages tailed");
    await screen.press("Enter");
    await screen.shows("there is no topic tailed");
    await bench.weir(["topic", "create", "tailed", "-p", "1"]);
    await screen.shows("tailed was made");
    await screen.press(":");
    await screen.type("messages tailed");
    await screen.press("Enter");
    await screen.shows("no messages yet");
    await bench.bash(`echo '{"hello":"world"}' | weir produce tailed`);
    await screen.shows('{"hello":"world"}');
    await screen.press("Enter");
    await screen.shows('  "hello": "world"');
    await screen.press("x");
    await screen.shows("7b 22 68 65 6c 6c 6f");
    const groups = await bench.weir(["group", "ls", "--json"]);
    const names = JSON.parse(groups.stdout).items.map((item: { group: string }) => item.group);
    expect(names).toEqual(["billing", "search"]);
  });

  test("sets a group back, having seen what that does", async () => {
    await using screen = await openScreen(bench);
    await screen.shows("● live");
    await screen.press("3");
    await screen.shows("search");
    await screen.press("/");
    await screen.type("search");
    await screen.press("Enter", "R");
    await screen.type("start");
    await screen.press("Enter");
    await screen.shows("records are read again");
    await screen.type("search");
    await screen.press("Enter");
    await screen.shows("search goes on elsewhere");
    const { stdout } = await bench.weir(["group", "ls", "--json"]);
    expect(JSON.parse(stdout).items[1]).toMatchObject({ group: "search", lag: 50 });
  });

  test("makes, changes and deletes a topic, by typing its name", async () => {
    await using screen = await openScreen(bench);
    await screen.shows("● live");
    await screen.press("2", "C");
    await screen.type("made 2");
    await screen.press("Enter");
    await screen.shows("made was created");
    await screen.shows("made   ");
    await screen.press(":");
    await screen.type("set made retention.ms=60000");
    await screen.press("Enter");
    await screen.type("made");
    await screen.press("Enter");
    await screen.shows("made: retention.ms=60000");
    await screen.press(":");
    await screen.type("delete made");
    await screen.press("Enter");
    await screen.shows("Type made to go on");
    await screen.type("made");
    await screen.press("Enter");
    await screen.shows("made was deleted");
  });

  test("is told why a broker without a slave has none to promote", async () => {
    await using screen = await openScreen(bench);
    await screen.shows("● live");
    await screen.press("4", "P");
    await screen.shows("it has no slave");
  });

  test("may make the window larger and smaller", async () => {
    await using screen = await openScreen(bench);
    await screen.shows("● live");
    await screen.press("2");
    await screen.shows("audit");
    await screen.press("G");
    await screen.shows("▌tailed");
    await screen.resize(160, 50);
    await screen.shows("│ partitions");
    await screen.resize(60, 15);
    await screen.hides("│");
    await screen.shows("▌tailed");
    await screen.resize(30, 8);
    await screen.shows("needs 60x15");
    await screen.resize(100, 30);
    await screen.shows("▌tailed");
  });

  test("is shown no colours where none are wanted, and plain letters where asked for", async () => {
    await using screen = await openScreen(bench, {
      flags: ["--ascii"],
      env: { NO_COLOR: "1" },
    });
    await screen.shows("* live");
    expect((await screen.lines()).join("")).toMatch(/^[\x20-\x7e]*$/);
  });
});

describe.skipIf(!hasTmux)("the broker", () => {
  test("may go and come back: what is shown stays, and says how old it is", async () => {
    const directory = mkdtempSync(path.join(os.tmpdir(), "weir-e2e-"));
    const flags = ["--data", path.join(directory, "data"), "--durability", "memory"];
    const first = await startBroker([...flags, "--listen", "127.0.0.1:0"]);
    await using screen = await openScreen({ address: first.address, directory });
    await screen.shows("● live");
    await screen.press("2");
    await screen.shows("no topics yet");
    await first.stop();
    await screen.shows("✖ lost");
    const second = await startBroker([...flags, "--listen", first.address]);
    await screen.shows("● live");
    await second.stop();
    rmSync(directory, { recursive: true });
  });

  test("need not be there when one begins", async () => {
    await using screen = await openScreen({ address: "127.0.0.1:1", directory: os.tmpdir() });
    await screen.shows("✖ lost");
    await screen.shows("127.0.0.1:1");
    await screen.press("q");
    await screen.shows("ended with 0");
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
    await using screen = await openScreen(bench);
    await screen.shows("● live");
    expect(await screen.state()).toEqual({ onAlternateScreen: true, showsCursor: false });
    if (way.startsWith("SIG")) await screen.kill(way);
    else await screen.press(way);
    if (way === ":") {
      await screen.type("quit");
      await screen.press("Enter");
    }
    await screen.shows(`ended with ${code}`);
    expect(await screen.state()).toEqual({ onAlternateScreen: false, showsCursor: true });
  });
});
