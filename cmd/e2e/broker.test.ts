import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { startBroker, weirAlone } from "./weir.testing.ts";

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), "weir-broker-"));
});
afterAll(() => rmSync(directory, { recursive: true }));

const dataAt = (name: string): string => path.join(directory, name);

describe("a broker that is ready", () => {
  test("says so in one line, and logs to stderr as JSON", async () => {
    const data = dataAt("ready");
    const broker = await startBroker(["--data", data, "--listen", "127.0.0.1:0"]);
    const { weir: version, addresses, ...ready } = broker.ready;
    const { pid } = broker;
    expect(ready).toEqual({ kind: "broker-ready", version: 1, data, durability: "fsync", pid });
    expect(version).toMatch(/^\d+\.\d+\.\d+/);
    expect(addresses).toHaveLength(1);
    expect(await broker.stop()).toBe(0);
    const lines = (await broker.stderr()).trimEnd().split("\n");
    for (const line of lines) expect(JSON.parse(line)).toHaveProperty("event");
  });

  test("answers at each of its addresses", async () => {
    const listen = ["--listen", "127.0.0.1:0", "--listen", "localhost:0"];
    const broker = await startBroker(["--data", dataAt("several"), ...listen]);
    expect(broker.ready.addresses).toHaveLength(2);
    for (const address of broker.ready.addresses) {
      const { code, stdout } = await weirAlone(["status", "--json", "-b", address]);
      expect(code).toBe(0);
      expect(JSON.parse(stdout).items[0].data).toBe(dataAt("several"));
    }
    await broker.stop();
  });

  test("keeps on when nobody reads its line or its log", async () => {
    const broker = await startBroker(["--data", dataAt("unread"), "--listen", "127.0.0.1:0"]);
    await using garbage = await Bun.connect({
      hostname: "127.0.0.1",
      port: Number(broker.address.split(":")[1]),
      socket: { data() {} },
    }).then((socket) => ({ socket, [Symbol.asyncDispose]: async () => void socket.end() }));
    garbage.socket.write("no protocol at all");
    expect((await weirAlone(["status", "-b", broker.address])).code).toBe(0);
    expect(await broker.stop()).toBe(0);
  });
});

describe("a broker that can't start", () => {
  test("on a directory that is in use names who has it", async () => {
    const data = dataAt("locked");
    const first = await startBroker(["--data", data, "--listen", "127.0.0.1:0"]);
    const { code, stdout, stderr } = await weirAlone(["broker", "--data", data]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toStartWith("error: locked: ");
    expect(stderr).toContain(String(first.pid));
    await first.stop();
  });

  test("at an address that is in use says so, and leaves its directory free", async () => {
    const first = await startBroker(["--data", dataAt("a"), "--listen", "127.0.0.1:0"]);
    const args = ["broker", "--data", dataAt("b"), "--listen", first.address];
    const { code, stderr } = await weirAlone(args);
    expect(code).toBe(1);
    expect(stderr).toStartWith(`error: address-in-use: ${first.address} is in use`);
    const second = await startBroker(["--data", dataAt("b"), "--listen", "127.0.0.1:0"]);
    await second.stop();
    await first.stop();
  });

  test.each([
    [["--set", "nope=1"], 2, "invalid-config"],
    [["--set", "num.partitions=none"], 2, "invalid-config"],
    [["--set", "nothing"], 2, "usage"],
    [["--durability", "maybe"], 2, "usage"],
    [["--listen", "::1:9092"], 2, "usage"],
    [["--config", "/nowhere/weir.toml"], 2, "invalid-config"],
    [["--data", "/proc/nowhere"], 1, "disk-"],
    [["extra"], 2, "usage"],
  ] as const)("%j", async (args, expected, word) => {
    const { code, stdout, stderr } = await weirAlone(["broker", ...args], { cwd: directory });
    expect({ code, stdout }).toEqual({ code: expected, stdout: "" });
    expect(stderr).toStartWith(`error: ${word}`);
  });
});

describe("a config file", () => {
  test("gives what flags don't", async () => {
    const file = path.join(directory, "weir.toml");
    const data = dataAt("from-file");
    const lines = [`data = "${data}"`, 'listen = "127.0.0.1:0"', 'durability = "memory"'];
    await Bun.write(file, [...lines, "num.partitions = 5", ""].join("\n"));
    const broker = await startBroker(["--config", file, "--set", "num.partitions=7"]);
    expect(broker.ready).toMatchObject({ data, durability: "memory" });
    await weirAlone(["topic", "create", "t", "-b", broker.address]);
    const { stdout } = await weirAlone(["topic", "ls", "-o", "tsv", "-b", broker.address]);
    expect(stdout.split("\n")[1]).toStartWith("t\t7\t0\t");
    await broker.stop();
  });

  test("that is wrong is named with its fault", async () => {
    const file = path.join(directory, "wrong.toml");
    await Bun.write(file, 'durability = "sometimes"\n');
    const { code, stderr } = await weirAlone(["broker", "--config", file]);
    expect(code).toBe(2);
    expect(stderr).toBe(
      'error: invalid-config: durability is one of fsync, memory, not "sometimes"\n',
    );
    await Bun.write(file, "listen = 9092\n");
    const other = await weirAlone(["broker", "--config", file]);
    expect(other.stderr).toBe(`error: invalid-config: ${file}: listen is not a text\n`);
  });

  test("in the current directory is none", async () => {
    const cwd = mkdtempSync(path.join(directory, "cwd-"));
    await Bun.write(path.join(cwd, ".env"), "WEIR_BROKER=127.0.0.1:2\n");
    await Bun.write(path.join(cwd, "bunfig.toml"), 'preload = ["./evil.ts"]\n');
    await Bun.write(path.join(cwd, "evil.ts"), 'console.log("evil");\n');
    const { stdout, stderr } = await weirAlone(["status", "--timeout", "500ms"], { cwd });
    expect(stdout).not.toContain("evil");
    expect(stderr).not.toContain("127.0.0.1:2:");
  });
});
