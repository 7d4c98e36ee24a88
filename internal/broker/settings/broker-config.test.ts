import { expect, test } from "bun:test";
import { memoryDisk } from "../../platform/testing/memory-disk.ts";
import { BrokerConfig } from "./broker-config.ts";

test("of changes that come at once each is kept, without blanks, also at a restart", async () => {
  const disk = memoryDisk();
  disk.makeDirectory("/data");
  const config = new BrokerConfig(disk, "/data", new Map());
  await Promise.all([
    config.alter(new Map([["log.retention.ms", " 1000 "]]), false),
    config.alter(new Map([["metrics.series.max", "5000"]]), false),
  ]);
  const expected = new Map([
    ["log.retention.ms", "1000"],
    ["metrics.series.max", "5000"],
  ]);
  expect(config.values).toEqual(expected);
  expect(new BrokerConfig(disk, "/data", new Map()).values).toEqual(expected);
});
