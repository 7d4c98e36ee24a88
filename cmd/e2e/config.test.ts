import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseUserConfig } from "../config/file.ts";
import { nearest } from "../nearest.ts";
import { openWorkbench, startBroker, type Workbench } from "./weir.testing.ts";

let bench: Workbench;
let home: Record<string, string>;
beforeAll(async () => {
  bench = await openWorkbench(["--durability", "memory"]);
  const folder = path.join(bench.directory, "home");
  mkdirSync(folder);
  home = { XDG_CONFIG_HOME: folder, WEIR_BROKER: "" };
});
afterAll(() => bench[Symbol.asyncDispose]());

/** Runs a line without the variable that names the broker, and with a home of its own. */
async function weir(line: string, env: Record<string, string> = {}) {
  const clean = `unset WEIR_BROKER; ${Object.entries(env)
    .map(([name, value]) => `export ${name}=${value};`)
    .join(" ")} ${line}`;
  return bench.bash(clean, { env: home });
}

describe("contexts", () => {
  test("name brokers, one of them for when nothing is said", async () => {
    await weir(`weir context add here -b ${bench.address}`);
    await weir("weir context add nowhere -b 127.0.0.1:1 --timeout 3s");
    const listed = (await weir("weir context ls -o tsv")).stdout.split("\n").slice(1, 3);
    expect(listed).toEqual([`here\t*\t${bench.address}\t`, "nowhere\t\t127.0.0.1:1\t3000ms"]);
    expect((await weir("weir status --json")).code).toBe(0);
    expect((await weir("weir -c nowhere status")).code).toBe(4);
    expect((await weir("weir status", { WEIR_CONTEXT: "nowhere" })).code).toBe(4);
    expect((await weir("weir context use nowhere; weir status")).code).toBe(4);
    expect((await weir("weir context use - > /dev/null; weir status")).code).toBe(0);
    expect((await weir(`weir -c nowhere -b ${bench.address} status`)).code).toBe(0);
    expect((await weir("weir context rm nowhere; weir -c nowher status")).code).toBe(2);
  });

  test("that aren't there are told with the nearest one", async () => {
    const { code, stderr } = await weir("weir -c heer status");
    expect([code, stderr]).toEqual([
      2,
      "error: usage: there is no context 'heer'.\n  Did you mean here? See 'weir context ls'.\n",
    ]);
  });

  test("every value is shown with who said it", async () => {
    const sources = async (line: string, env = {}) => {
      const { stdout } = await weir(`${line} config show --resolved --json`, env);
      const items: { name: string; source: string }[] = JSON.parse(stdout).items;
      return Object.fromEntries(items.map(({ name, source }) => [name, source]));
    };
    const inFile = { config: "default", context: "file", broker: "context here" };
    expect(await sources("weir")).toEqual({ ...inFile, timeout: "default" });
    expect(await sources("weir --timeout 1s -b a:1 -c here")).toEqual({
      config: "default",
      context: "flag",
      broker: "flag",
      timeout: "flag",
    });
    const env = { WEIR_BROKER: "b:1", WEIR_CONTEXT: "here" };
    expect(await sources("weir", env)).toMatchObject({
      context: "WEIR_CONTEXT",
      broker: "WEIR_BROKER",
    });
  });

  test("unknown keys are told with the nearest known one; a broken file ends it", async () => {
    const file = path.join(home.XDG_CONFIG_HOME ?? "", "weir", "config.toml");
    const before = readFileSync(file, "utf8");
    writeFileSync(file, `${before}brokr = "x"\n`);
    const { code, stderr } = await weir("weir status");
    expect([code, stderr]).toEqual([
      0,
      `warning: ${file}: unknown key 'brokr' in context.here; did you mean 'broker'?\n`,
    ]);
    writeFileSync(file, "current = ");
    expect(await weir("weir status")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("error: invalid-config: "),
    });
    writeFileSync(file, before);
  });
});

test("what a file says is read as it is meant", () => {
  const warnings: string[] = [];
  const text = 'curent = "a"\n[context.a]\nbroker = "x:1"\n[context."b c"]\ntimeout = "5s"\n';
  const { current, contexts } = parseUserConfig(text, (line) => warnings.push(line));
  expect(current).toBeNull();
  expect([...contexts]).toEqual([
    ["a", { broker: "x:1" }],
    ["b c", { timeout: "5s" }],
  ]);
  expect(warnings).toEqual(["unknown key 'curent'; did you mean 'current'?"]);
  expect(() => parseUserConfig("[context]\na = 1", () => {})).toThrow("context.a is not a table");
  expect(() => parseUserConfig("current = 1", () => {})).toThrow("current is not a text");
});

test("the nearest name is near", () => {
  expect(nearest("brokr", ["broker", "timeout"])).toBe("broker");
  expect(nearest("log.retention.m", ["log.retention.ms", "log.roll.ms"])).toBe("log.retention.ms");
  expect(nearest("xyz", ["broker", "timeout"])).toBeNull();
});

describe("weir config set", () => {
  test("changes what may change, at once and for the next starts", async () => {
    const data = path.join(bench.directory, "set");
    const args = ["--data", data, "--listen", "127.0.0.1:0", "--set", "log.retention.ms=5000"];
    const first = await startBroker(args);
    const at = (broker: { address: string }, line: string) =>
      bench.bash(`weir -b ${broker.address} ${line}`);
    await at(first, "topic create t");
    const set = await at(first, "config set log.retention.ms=7000 metrics.partitions.enable=true");
    expect([set.code, set.stdout.split("\n").length]).toEqual([0, 4]);
    const retention = async (broker: { address: string }) => {
      const { stdout } = await at(broker, "topic config t -o tsv");
      return stdout.split("\n").find((line) => line.startsWith("retention.ms\t"));
    };
    expect(await retention(first)).toStartWith("retention.ms\t7000\tbroker");
    const metrics = await fetch(`http://${first.address}/metrics`);
    expect(await metrics.text()).toContain('weir_partition_high_watermark{topic="t"');
    await first.stop();
    const second = await startBroker(args);
    expect(await retention(second)).toStartWith("retention.ms\t7000\tbroker");
    expect((await at(second, "config set --unset log.retention.ms")).code).toBe(0);
    expect(await retention(second)).toStartWith("retention.ms\t5000\tbroker");
    await second.stop();
  });

  test.each([
    ["broker.id=5", 1, "broker.id holds until the next start"],
    ["log.retention.ms=x", 1, "log.retention.ms"],
    ["no.such=1", 1, "a broker has no setting no.such"],
    ["log.retentoin.ms=1", 1, "Did you mean log.retention.ms?"],
    ["nothing", 2, "It must be NAME=VALUE"],
  ])("refuses %s", async (setting, code, message) => {
    const result = await bench.bash(`weir config set ${setting}`);
    expect([result.code, result.stderr]).toEqual([code, expect.stringContaining(message)]);
  });
});

test("a broker is told the setting that was probably meant", async () => {
  const { code, stderr } = await bench.bash("weir broker --data x --set log.retention.mss=1");
  expect([code, stderr]).toEqual([2, expect.stringContaining("Did you mean log.retention.ms?")]);
});
