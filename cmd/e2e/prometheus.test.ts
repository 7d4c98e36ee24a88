import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { openWorkbench } from "./weir.testing.ts";

const WAIT_MS = 30_000;

/** What Prometheus' API answers, of queries and of targets. */
interface Answer {
  readonly data: {
    readonly result: readonly { readonly value: readonly [atSeconds: number, value: string] }[];
    readonly activeTargets: readonly { readonly health: string; readonly lastError: string }[];
  };
}

/** A Prometheus of its own that scrapes one address, on a directory that goes when it goes. */
function startPrometheus(target: string) {
  const directory = mkdtempSync(path.join(os.tmpdir(), "weir-prometheus-"));
  const config = path.join(directory, "prometheus.yml");
  const interval = "{ scrape_interval: 200ms, scrape_timeout: 200ms }";
  const scrape = `- { job_name: weir, static_configs: [{ targets: ["${target}"] }] }`;
  writeFileSync(config, `global: ${interval}\nscrape_configs:\n${scrape}\n`);
  const probe = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const address = `127.0.0.1:${probe.port}`;
  probe.stop();
  const child = Bun.spawn(
    [
      "prometheus",
      `--config.file=${config}`,
      `--storage.tsdb.path=${path.join(directory, "data")}`,
      `--web.listen-address=${address}`,
      "--log.level=error",
    ],
    { stdout: "ignore", stderr: "ignore" },
  );
  const get = async (what: string): Promise<Answer> =>
    JSON.parse(await (await fetch(`http://${address}/api/v1/${what}`)).text());
  return {
    /** The value of a query that has one; null while there is none. */
    async value(query: string): Promise<number | null> {
      const answer = await get(`query?query=${encodeURIComponent(query)}`).catch(() => null);
      const value = answer?.data.result[0]?.value[1];
      return value === undefined ? null : Number(value);
    },
    targets: async () => (await get("targets")).data.activeTargets,
    async [Symbol.asyncDispose]() {
      child.kill();
      await child.exited;
      rmSync(directory, { recursive: true });
    },
  };
}

test.skipIf(Bun.which("prometheus") === null)(
  "a real Prometheus has the numbers of what clients did",
  async () => {
    await using bench = await openWorkbench(["--durability", "memory"]);
    await using prometheus = startPrometheus(bench.address);
    await bench.bash(`
      weir topic create orders -p 3
      seq 1234 | weir produce orders
      weir consume orders -g billing -n 1000 > /dev/null
      head -c 2000000 /dev/zero | tr '\\0' x | weir produce orders`);
    const expected = {
      'up{job="weir"}': 1,
      weir_written_records_total: 1234,
      'weir_topic_written_records_total{topic="orders"}': 1234,
      'weir_group_lag_records{group="billing"}': 234,
      'weir_refusals_total{reason="batch-too-large"}': 1,
      'sum(weir_topic_partitions{topic="orders"})': 3,
    };
    const endMs = Date.now() + WAIT_MS;
    let found: Record<string, number | null> = {};
    do {
      await Bun.sleep(100);
      const values = Object.keys(expected).map(async (query) => {
        return [query, await prometheus.value(query)] as const;
      });
      found = Object.fromEntries(await Promise.all(values));
    } while (Date.now() < endMs && !Bun.deepEquals(found, expected));
    expect(found).toEqual(expected);
    const [target] = await prometheus.targets();
    expect([target?.health, target?.lastError]).toEqual(["up", ""]);
  },
  2 * WAIT_MS,
);
