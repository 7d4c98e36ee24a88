import { expect, test } from "bun:test";
import { openWorkbench } from "./weir.testing.ts";

test("lag as time is right within a tenth, with irregular load", async () => {
  await using bench = await openWorkbench(["--durability", "memory"]);
  await bench.weir(["topic", "create", "orders"]);
  const producer = bench.start(["produce", "orders", "--json"]);
  const cameAtMs: number[] = [];
  let seed = 11;
  const fraction = () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const write = async (count: number): Promise<void> => {
    producer.write("x\n".repeat(count));
    for (let acked = 0; acked < count; ) {
      const receipt = JSON.parse((await producer.line()) ?? "");
      acked += receipt.records;
      for (let each = 0; each < receipt.records; each++) cameAtMs.push(receipt.time_ms);
    }
  };
  const commit = (offset: number) =>
    bench.bash(`weir group reset g --to ${offset} --topic orders --yes > /dev/null`);
  const look = async () => {
    const { stdout } = await bench.weir(["group", "ls", "--json"]);
    const [group] = JSON.parse(stdout).items;
    return { atMs: Date.now(), lagMs: Number(group.lag_ms) };
  };

  // Bursts and pauses, and nobody reads.
  for (let burst = 0; burst < 12; burst++) {
    await write(1 + Math.floor(fraction() * 400));
    await Bun.sleep(fraction() * 600);
  }
  const lags: number[] = [];
  for (let offset = 0; offset < cameAtMs.length; offset += Math.ceil(cameAtMs.length / 6)) {
    await commit(offset);
    const { atMs, lagMs } = await look();
    const trueMs = atMs - (cameAtMs[offset] ?? atMs);
    // The look itself takes its time, on a machine that does other things, too.
    lags.push(Math.abs(lagMs - trueMs) / Math.max(2500, trueMs));
  }
  producer.endInput();
  expect(Math.max(...lags)).toBeLessThanOrEqual(0.1);
});
