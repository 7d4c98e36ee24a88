import { describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { spawnWeir, weirAlone } from "./weir.testing.ts";

/** Does `work` with a place for temporary files of its own; expects it to be empty afterwards. */
async function withTemporary(work: (env: Record<string, string>) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(path.join(os.tmpdir(), "weir-dev-test-"));
  try {
    await work({ TMPDIR: directory });
    // The runtime keeps the native code of the executable there, once for all runs.
    const left = readdirSync(directory).filter((name) => !/^\.bun-.*\.node$/.test(name));
    expect(left).toEqual([]);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const dev = (script: string, env: Record<string, string>, flags: readonly string[] = []) =>
  weirAlone(["dev", ...flags, "--", "bash", "-c", script], { env });

describe("weir dev -- COMMAND", () => {
  test("gives it a broker, and ends with its exit code", async () => {
    await withTemporary(async (env) => {
      const script = "seq 3 | weir produce orders; weir topic ls -o tsv | cut -f1,2; exit 7";
      const { code, stdout, stderr } = await dev(script, env, ["--topic", "orders:6"]);
      expect({ code, stdout, stderr }).toEqual({
        code: 7,
        stdout: "topic\tpartitions\norders\t6\n",
        stderr: "",
      });
    });
  });

  test.each([
    ["kill -KILL $$", 137],
    ["kill -TERM $$", 143],
    ["kill -KILL $$ & wait; exit 9", 137],
    ["true", 0],
  ])("leaves nothing behind after %s", async (script, expected) => {
    await withTemporary(async (env) => {
      expect((await dev(script, env)).code).toBe(expected);
    });
  });

  test("says so where there is no such command, or no such topic can be", async () => {
    await withTemporary(async (env) => {
      const missing = await weirAlone(["dev", "--", "no-such-command"], { env });
      expect([missing.code, missing.stderr]).toEqual([
        127,
        expect.stringMatching(/^error: command-failed: no-such-command can't be run: /),
      ]);
      const topic = await weirAlone(["dev", "--topic", "a/b", "--", "true"], { env });
      expect([topic.code, topic.stderr]).toEqual([2, expect.stringMatching(/invalid-topic-name/)]);
    });
  });

  test("takes away what a killed one has left", async () => {
    await withTemporary(async (env) => {
      const killed = spawnWeir(["dev", "--json"], os.tmpdir(), env);
      const { data } = JSON.parse((await killed.line()) ?? "");
      process.kill(killed.pid, "SIGKILL");
      await killed.exited;
      expect(existsSync(data)).toBe(true);
      expect((await dev("true", env)).code).toBe(0);
      expect(existsSync(data)).toBe(false);
    });
  });
});

describe("weir dev", () => {
  test("says where it is, and serves until it is stopped", async () => {
    await withTemporary(async (env) => {
      const running = spawnWeir(["dev", "--json", "--topic", "a"], os.tmpdir(), env);
      const ready = JSON.parse((await running.line()) ?? "");
      expect(ready).toMatchObject({ kind: "dev-ready", version: 1, topics: ["a"] });
      const { stdout } = await weirAlone(["topic", "ls", "-b", ready.address, "--json"]);
      expect(JSON.parse(stdout).items).toHaveLength(1);
      running.kill("SIGTERM");
      expect(await running.exited).toBe(143);
    });
  });

  test("with --demo has a group that keeps up, and one that falls behind", async () => {
    await withTemporary(async (env) => {
      const running = spawnWeir(["dev", "--json", "--demo"], os.tmpdir(), env);
      const { address } = JSON.parse((await running.line()) ?? "");
      const watching = spawnWeir(
        ["group", "ls", "--watch", "200ms", "-b", address],
        os.tmpdir(),
        {},
      );
      for (;;) {
        const group = JSON.parse((await watching.line()) ?? "");
        if (group.group === "billing" && group.state === "Stable" && group.lag_ms > 1000) break;
      }
      watching.kill("SIGINT");
      await watching.exited;
      running.kill("SIGINT");
      expect(await running.exited).toBe(130);
      expect(await running.stderr()).toBe("");
    });
  });
});
