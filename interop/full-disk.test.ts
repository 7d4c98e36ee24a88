/** A disk without room refuses records and takes everything else. */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { run } from "./command.ts";
import { startFixture } from "./fixture.ts";
import { executable, startWeir } from "./weir.ts";

test("a full disk refuses records, and lets topics be read, deleted and made", async () => {
  await using fixture = await startFixture();
  await fixture.weir(["produce", "kept", "-p", "0"], { input: "1\n2\n" });
  await fixture.weir(["produce", "large", "-p", "0"], { input: "3\n" });
  await fixture.broker.end("SIGTERM");

  const { data } = fixture;
  const settings = { "storage.min.free.bytes": String(Number.MAX_SAFE_INTEGER) };
  const full = await startWeir({ data, settings });
  try {
    const env = { WEIR_BROKER: full.address };
    const weir = (args: readonly string[], input = "") =>
      run([executable, ...args], { env, input });
    const refused = await weir(["produce", "kept"], "4\n");
    expect(refused).toMatchObject({ exitCode: 4, stdout: "" });
    expect(refused.stderr).toStartWith("error: storage-full: ");
    expect((await weir(["consume", "kept"])).stdout).toBe("1\n2\n");
    expect((await weir(["topic", "delete", "large", "--yes"])).exitCode).toBe(0);
    expect((await weir(["topic", "create", "small"])).exitCode).toBe(0);
    expect((await weir(["topic", "config", "kept", "--set", "retention.ms=1"])).exitCode).toBe(0);
    const [status] = JSON.parse((await weir(["status", "--json"])).stdout).items;
    expect(status).toMatchObject({ writable: false, topics: 2 });
    expect(readFileSync(full.logFile, "utf8")).toContain(
      '"level":"error","event":"writes-refused"',
    );
  } finally {
    expect(await full.end("SIGTERM")).toBe(0);
  }
});
