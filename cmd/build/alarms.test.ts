/** docs/prometheus-rules.yml, asked by Prometheus' own tool. */
import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";

const rules = path.resolve(import.meta.dir, "../../docs/prometheus-rules.yml");

/** Series from minute 0 on, and the alarms that fire at a minute. */
const cases = [
  { series: { 'up{job="weir",instance="a"}': "1 1 0 0 0" }, at: "4m", fires: ["WeirDown"] },
  { series: { 'up{job="weir",instance="a"}': "1x4" }, at: "4m", fires: [] },
  { series: { 'weir_writable{instance="a"}': "1 0 0" }, at: "2m", fires: ["WeirRefusesRecords"] },
  { series: { 'weir_damaged_ranges{instance="a"}': "0 2 0 0 0" }, at: "4m", fires: [] },
  { series: { 'weir_damaged_ranges{instance="a"}': "0 2x4" }, at: "4m", fires: ["WeirDamage"] },
  {
    series: { 'weir_group_lag_seconds{group="g"}': "0+60x30" },
    at: "25m",
    fires: ["WeirGroupBehind", "WeirGroupStands"],
  },
  {
    series: { 'weir_disk_free_bytes{instance="a"}': "100e9-1e9x60" },
    at: "50m",
    fires: ["WeirDiskLow"],
  },
  {
    series: {
      'weir_master{job="p",instance="a"}': "1x3",
      'weir_master{job="p",instance="b"}': "1x3",
    },
    at: "2m",
    fires: ["WeirTwoMasters"],
  },
];

test.skipIf(Bun.which("promtool") === null)("the alarms fire when they should", () => {
  const names = [...new Set(cases.flatMap(({ fires }) => fires))];
  const tests = cases.map(({ series, at, fires }) => ({
    interval: "1m",
    input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
    promql_expr_test: names.map((name) => ({
      expr: `count by (alertname) (ALERTS{alertname="${name}",alertstate="firing"})`,
      eval_time: at,
      exp_samples: fires.includes(name) ? [{ labels: `{alertname="${name}"}`, value: 1 }] : [],
    })),
  }));
  const folder = mkdtempSync(path.join(os.tmpdir(), "weir-alarms-"));
  try {
    const file = path.join(folder, "tests.yml");
    writeFileSync(file, JSON.stringify({ rule_files: [rules], evaluation_interval: "30s", tests }));
    const { exitCode, stdout, stderr } = Bun.spawnSync(["promtool", "test", "rules", file]);
    expect(`${stdout}${stderr}`).toContain("SUCCESS");
    expect(exitCode).toBe(0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
