import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { openWorkbench, type Workbench } from "./weir.testing.ts";

let bench: Workbench;
beforeAll(async () => {
  bench = await openWorkbench(["--durability", "memory"]);
  await bench.bash("weir topic create orders -p 2; seq 3 | weir produce orders -p 0");
});
afterAll(() => bench[Symbol.asyncDispose]());

/** What `weir` shows on a terminal of 60 columns where `typed` is typed once it shows `prompt`. */
async function onTerminal(
  line: string,
  { env = {}, prompt = "", typed = "" }: { env?: object; prompt?: string; typed?: string } = {},
) {
  let shown = "";
  let answered = typed === "";
  const child = Bun.spawn(["bash", "-c", `PATH=${process.cwd()}/dist:$PATH; ${line}`], {
    cwd: bench.directory,
    env: { PATH: process.env.PATH, WEIR_BROKER: bench.address, TERM: "xterm-256color", ...env },
    terminal: {
      cols: 60,
      rows: 20,
      data(terminal, data) {
        shown += new TextDecoder().decode(data);
        if (answered || !shown.includes(prompt)) return;
        answered = true;
        terminal.write(typed);
      },
    },
  });
  const code = await child.exited;
  child.terminal?.close();
  return { code, shown: shown.replaceAll("\r\n", "\n") };
}

const verbs = [
  "topic ls",
  "topic describe orders",
  "topic config orders",
  "consume orders",
  "help",
];

describe.each(verbs)("weir %s", (verb) => {
  test.each([{}, { TERM: "dumb" }, { NO_COLOR: "1" }, { FORCE_COLOR: "3" }])(
    "shows the same on a terminal with %j as in a pipe",
    async (env) => {
      const piped = await bench.weir(verb.split(" "));
      const { code, shown } = await onTerminal(`weir ${verb}`, { env });
      expect(code).toBe(0);
      expect(shown).not.toContain("\x1b");
      expect(shown).toBe(piped.stdout);
    },
  );
});

describe("someone at the terminal", () => {
  test("is told that records are read from there", async () => {
    const { code, shown } = await onTerminal("weir produce typed", {
      prompt: "Ctrl-D ends",
      typed: "one\ntwo\n\x04",
    });
    expect(code).toBe(0);
    expect(shown).toContain("2 records written");
    expect(await bench.weir(["consume", "typed"])).toMatchObject({ stdout: "one\ntwo\n" });
  });

  test("sees no cursor movement on a dumb terminal", async () => {
    const env = { TERM: "dumb" };
    const { shown } = await onTerminal("seq 3 | weir produce dumb-one", { env });
    expect(shown).not.toContain("\x1b");
  });

  test.each(["status --watch 100ms", "check broker --watch 100ms", "doctor --watch 100ms"])(
    "watches on a terminal that moves its cursor, and line by line on a dumb one: %s",
    async (verb) => {
      const line = `weir ${verb} & sleep 1; kill -INT $!; wait $!`;
      const anew = await onTerminal(line);
      expect([anew.code, anew.shown]).toEqual([130, expect.stringContaining("\x1b[H\x1b[2J")]);
      const dumb = await onTerminal(line, { env: { TERM: "dumb" } });
      expect([dumb.code, dumb.shown]).toEqual([130, expect.not.stringContaining("\x1b")]);
      expect(dumb.shown.trimEnd().split("\n").length).toBeGreaterThan(1);
    },
  );

  test("sees how far a measurement is, and what it came to", async () => {
    const { code, shown } = await onTerminal("weir bench --duration 1s --rate 200");
    expect(code).toBe(0);
    expect(shown.replaceAll("\r\x1b[K", "|")).toMatch(/\d+ written, \d+ read\|/);
    const dumb = await onTerminal("weir bench --records 10", { env: { TERM: "dumb" } });
    expect(dumb.shown).not.toContain("\x1b");
  });

  test("isn't shown an archive", async () => {
    const { code, shown } = await onTerminal("weir log export orders");
    expect([code, shown]).toEqual([2, expect.stringContaining("error: usage: an archive")]);
  });

  test.each([
    ["yes\n", 0, "deleted"],
    ["y\n", 2, "nothing was deleted"],
    ["\x04", 2, "nothing was deleted"],
  ])("is asked before a topic is deleted: %j", async (typed, expected, text) => {
    await bench.weir(["topic", "create", "doomed", "--if-not-exists"]);
    const options = { prompt: "Type yes", typed };
    const { code, shown } = await onTerminal("weir topic delete doomed", options);
    expect(shown).toContain(text);
    expect(code).toBe(expected);
  });

  test("reads the broker's log as text", async () => {
    const line = "weir broker --data b --listen 127.0.0.1:0 & sleep 0.5; kill $!; wait $!";
    const { shown } = await onTerminal(line);
    expect(shown).toMatch(/^weir \S+ serves at 127\.0\.0\.1:\d+, data in \S+ \(fsync\)\n/m);
    expect(shown).toMatch(/^\d{4}-\S+Z info {2}stopped$/m);
  });
});
