import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { openWorkbench, type Workbench, weirAlone } from "./weir.testing.ts";

let bench: Workbench;
beforeAll(async () => {
  bench = await openWorkbench(["--durability", "memory"]);
  await bench.bash(`
    weir topic create orders; weir topic create wanting --config min.insync.replicas=2
    seq 10 | weir produce orders
    weir group reset billing --to 4 --topic orders --yes
    weir group reset done --to end --topic orders --yes`);
});
afterAll(() => bench[Symbol.asyncDispose]());

describe("weir check", () => {
  test.each([
    ["lag", 0, "LAG OK - "],
    ["lag billing --warn 7 --crit 10", 0, "LAG OK - billing is 6 records and "],
    ["lag billing --warn 6 --crit 7", 1, "LAG WARNING - billing is 6 records and "],
    ["lag --warn 1 --crit 6", 2, "LAG CRITICAL - billing is 6 records and "],
    ["lag done --warn 1 --crit 1s", 0, "LAG OK - done is 0 records and 0.0s behind | "],
    ["lag billing --warn 1ms --crit 1h", 1, "LAG WARNING - billing is 6 records and "],
    ["lag billing nobody", 3, "LAG UNKNOWN - there is no group nobody\n"],
    ["lag billing --warn x", 3, ""],
    ["isr", 2, "ISR CRITICAL - 1 of "],
    ["disk --warn 1B --crit 0B", 0, "DISK OK - "],
    ["disk --warn 1000TB --crit 1B", 1, "DISK WARNING - "],
    ["disk --warn 1000TB --crit 1000TB", 2, "DISK CRITICAL - "],
    ["damage", 0, "DAMAGE OK - no damage is known | 'damaged_ranges'=0;;1;0\n"],
    ["broker", 0, "BROKER OK - broker 1, "],
    ["broker --warn 0s", 1, "BROKER WARNING - broker 1, "],
    ["broker -b 127.0.0.1:1", 2, "BROKER CRITICAL - unreachable: "],
    ["lag -b 127.0.0.1:1", 3, "LAG UNKNOWN - unreachable: "],
    ["replication", 2, "REPLICATION CRITICAL - this master has no slave\n"],
    ["nothing", 3, ""],
  ])("%s ends with %d", async (line, code, begins) => {
    const result = await bench.bash(`weir check ${line}`);
    expect(result.stdout).toStartWith(begins);
    expect(result.code).toBe(code);
    expect(result.stdout.split("\n").length).toBeLessThanOrEqual(2);
  });

  test("gives its numbers as plugins do", async () => {
    const { stdout } = await bench.bash("weir check lag billing --warn 7 --crit 5m");
    expect(stdout).toMatch(/ \| 'billing_lag'=6;7;;0 'billing_lag_time'=\d+(\.\d+)?s;;300;0\n$/);
  });

  test("has its own exit codes in help", async () => {
    const { stdout } = await weirAlone(["help", "check", "lag", "--json"]);
    const { exit_codes: codes } = JSON.parse(stdout);
    expect(codes.map(({ meaning }: { meaning: string }) => meaning).slice(0, 3)).toEqual([
      "ok",
      "warning",
      "critical",
    ]);
  });
});
