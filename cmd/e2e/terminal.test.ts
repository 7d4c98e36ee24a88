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
