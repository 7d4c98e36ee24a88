import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";

/** Throws when the broker has said for a moment that it has started. */
const BUG = `
  const { existsSync } = require("node:fs");
  let times = 0;
  setInterval(() => {
    if (existsSync("EVENTS") && ++times === 10) throw new Error("a bug");
  }, 30);
`;

test("a crash is a line of the log as others, and an event that the next start knows", async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "weir-crash-"));
  try {
    const weir = path.resolve(import.meta.dir, "../weir.ts");
    const data = path.join(folder, "data");
    const bug = path.join(folder, "bug.js");
    writeFileSync(bug, BUG.replace("EVENTS", path.join(data, "events.log")));
    const verb = ["broker", "--data", data, "--listen", "127.0.0.1:0"];
    const command = [process.execPath, "--preload", bug, weir, ...verb];
    const child = Bun.spawn(command, { stdout: "ignore", stderr: "pipe" });
    const lines = (await new Response(child.stderr).text()).trim().split("\n");
    expect(await child.exited).toBe(70);
    const logged = lines.map((line) => JSON.parse(line));
    expect(logged.at(-1)).toMatchObject({
      level: "error",
      event: "crashed",
      message: "Error: a bug",
      stack: expect.stringContaining("bug.js"),
    });
    const events = await Bun.file(path.join(data, "events.log")).text();
    expect(events).toContain('"kind":"crashed"');
    expect(events).toContain("Error: a bug (at ");
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 30_000);
