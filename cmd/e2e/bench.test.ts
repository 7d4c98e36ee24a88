import { afterAll, beforeAll, expect, test } from "bun:test";
import { openWorkbench, type Workbench } from "./weir.testing.ts";

let bench: Workbench;
beforeAll(async () => {
  bench = await openWorkbench();
  await bench.weir(["topic", "create", "given", "-p", "3"]);
});
afterAll(() => bench[Symbol.asyncDispose]());

async function items(line: string) {
  const { code, stdout, stderr } = await bench.bash(line);
  expect([code, stderr]).toEqual([0, ""]);
  return JSON.parse(stdout).items;
}

async function topics(): Promise<string[]> {
  const { stdout } = await bench.weir(["topic", "ls", "-o", "tsv"]);
  const lines = stdout.trimEnd().split("\n").slice(1);
  return lines.map((line) => line.split("\t")[0] ?? "");
}

test("counts what the broker counts, and leaves nothing", async () => {
  const [produced, consumed] = await items(
    "weir bench --records 5000 --size 300 --connections 3 --partitions 4 --json",
  );
  for (const measured of [produced, consumed]) {
    expect(measured).toMatchObject({ records: 5000, bytes: 1_500_000, connections: 3 });
    const { latency_p50_ms, latency_p99_ms, latency_p999_ms, latency_max_ms } = measured;
    const ascending = [latency_p50_ms, latency_p99_ms, latency_p999_ms, latency_max_ms];
    expect(ascending).toEqual(ascending.toSorted((a, b) => a - b));
    expect(latency_p50_ms).toBeGreaterThan(0);
    const perSecond = (5000 / measured.duration_ms) * 1000;
    expect(Math.abs(measured.records_per_s / perSecond - 1)).toBeLessThan(0.01);
  }
  const [status] = await items("weir status --json");
  expect(status.records_in).toBeGreaterThanOrEqual(5000);
  expect(await topics()).toEqual(["given"]);
});

test("writes at the rate that is asked for, to the topic that is given", async () => {
  const [produced] = await items(
    "weir bench given --only produce --rate 500 --records 500 --acks 1 --json",
  );
  expect(produced.duration_ms).toBeGreaterThan(990);
  const [consumed] = await items("weir bench given --only consume --json");
  expect(consumed).toMatchObject({ records: 500, partitions: 3, latency_p50_ms: null });
  expect((await bench.weir(["consume", "given", "--format", "x"])).stdout).toHaveLength(500);
});

test("others may write to the topic meanwhile", async () => {
  const [, consumed] = await items(`
    (for i in 1 2 3 4 5 6; do seq 100 | weir produce given; done) &
    weir bench given --records 2000 --rate 4000 --json; wait`);
  expect(consumed.records).toBe(2000);
});

test("a signal ends it early: it prints what it has, and leaves nothing", async () => {
  const running = bench.start(["bench", "--duration", "1h", "--rate", "100", "--json"]);
  while ((await topics()).length < 2) await Bun.sleep(20);
  running.kill("SIGINT");
  const { items: measured } = JSON.parse((await running.line()) ?? "");
  expect(await running.exited).toBe(130);
  expect(measured[1].records).toBe(measured[0].records);
  expect(await topics()).toEqual(["given"]);
});

test.each([
  ["weir bench no-such-topic", 1, "unknown-topic-or-partition"],
  ["weir bench -b 127.0.0.1:1", 4, "unreachable"],
  ["weir bench --only consume --rate 5", 2, "usage"],
  ["weir bench --size 3", 2, "usage"],
  [
    "weir topic config given --set max.message.bytes=2000 && weir bench given --size 3000",
    1,
    "batch",
  ],
])("%s ends with %d", async (line, code, what) => {
  const finished = await bench.bash(`${line} > /dev/null`);
  expect([finished.code, finished.stderr]).toEqual([
    code,
    expect.stringContaining(`error: ${what}`),
  ]);
});
