import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { openWorkbench, type Workbench } from "./weir.testing.ts";

let bench: Workbench;
beforeAll(async () => {
  bench = await openWorkbench(["--durability", "memory", "--set", "metrics.series.max=500"]);
  await bench.bash(`
    weir topic create orders -p 10000; weir topic create 'few'
    seq 1000 | weir produce orders -p 7
    seq 10 | weir produce few; weir consume few > /dev/null
    weir group reset billing --to 400 --topic orders -p 7 --yes
    head -c 2000000 /dev/zero | tr '\\0' x | weir produce few`);
});
afterAll(() => bench[Symbol.asyncDispose]());

async function metrics(accept = "text/plain"): Promise<string> {
  const response = await fetch(`http://${bench.address}/metrics`, { headers: { accept } });
  expect(response.status).toBe(200);
  return response.text();
}

/** The value of a series, by its name with its labels. */
function value(text: string, series: string): number {
  const line = text.split("\n").find((each) => each.startsWith(`${series} `));
  if (line === undefined) throw new Error(`there is no ${series}`);
  return Number(line.slice(series.length + 1));
}

describe("/metrics", () => {
  test("agrees with what clients did", async () => {
    const text = await metrics();
    expect(value(text, "weir_written_records_total")).toBe(1010);
    expect(value(text, 'weir_topic_written_records_total{topic="orders"}')).toBe(1000);
    expect(value(text, 'weir_topic_partitions{topic="orders"}')).toBe(10_000);
    expect(value(text, 'weir_group_lag_records{group="billing"}')).toBe(600);
    expect(value(text, 'weir_group_topic_lag_records{group="billing",topic="orders"}')).toBe(600);
    expect(value(text, 'weir_group_lag_seconds{group="billing"}')).toBeGreaterThan(0);
    expect(value(text, 'weir_refusals_total{reason="batch-too-large"}')).toBe(1);
    expect(value(text, 'weir_topic_read_bytes_total{topic="few"}')).toBeGreaterThan(0);
    const status = JSON.parse((await bench.weir(["status", "--json"])).stdout).items[0];
    expect(value(text, "weir_written_bytes_total")).toBe(status.bytes_in);
    expect(status.refusals).toContainEqual({ reason: "batch-too-large", count: 1 });
  });

  test("has few series with 10,000 partitions, and the rest where that is wanted", async () => {
    const text = await metrics();
    expect(text.split("\n").filter((line) => line.startsWith("weir_")).length).toBeLessThan(100);
    expect(text).not.toContain("weir_partition_");
  });

  test("is read by OpenMetrics' rules: each family once, EOF at the end", async () => {
    const text = await metrics("application/openmetrics-text; version=1.0.0");
    const families = [...text.matchAll(/^# TYPE (\S+)/gm)].map((match) => match[1]);
    expect(new Set(families).size).toBe(families.length);
    expect(text).toEndWith("# EOF\n");
  });
});

test("the dashboard asks for metrics that there are", async () => {
  const dashboard = await Bun.file(`${import.meta.dir}/../../docs/grafana.json`).text();
  const asked = new Set(dashboard.match(/weir_\w+/g));
  const sources = ["metric-families.ts", "metrics.ts"].map((name) =>
    Bun.file(`${import.meta.dir}/../../internal/broker/observability/${name}`).text(),
  );
  const known = new Set((await Promise.all(sources)).join("").match(/weir_\w+/g));
  expect([...asked].filter((name) => !known.has(name.replace(/_total$/, "")))).toEqual([]);
});

test.skipIf(Bun.which("promtool") === null)("Prometheus' own lint finds nothing", async () => {
  const lint = Bun.spawn(["promtool", "check", "metrics"], {
    stdin: new TextEncoder().encode(await metrics()),
    stdout: "pipe",
    stderr: "pipe",
  });
  const said = (await new Response(lint.stdout).text()) + (await new Response(lint.stderr).text());
  expect([await lint.exited, said]).toEqual([0, ""]);
});

test("health and readiness", async () => {
  const health = await fetch(`http://${bench.address}/health`);
  expect([health.status, await health.json()]).toEqual([200, { status: "ok" }]);
  const ready = await fetch(`http://${bench.address}/ready`);
  const fields = { status: "ready", role: "master", reason: null };
  expect([ready.status, await ready.json()]).toEqual([200, fields]);
});
