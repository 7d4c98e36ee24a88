import { describe, expect, test } from "bun:test";
import { BrokerError } from "../errors.ts";
import { checkedValue, UNLIMITED } from "./setting.ts";
import { checkedTopicConfig, topicSetting, topicSettings } from "./topic-settings.ts";

function mapOf(config: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map(Object.entries(config));
}

describe("which values a topic's settings may have", () => {
  const table = [
    ["cleanup.policy", "compact", true],
    ["cleanup.policy", "compact, delete", true],
    ["cleanup.policy", "", true],
    ["cleanup.policy", "compress", false],
    ["compression.type", "zstd", true],
    ["compression.type", "none", false],
    ["min.cleanable.dirty.ratio", "0.01", true],
    ["min.cleanable.dirty.ratio", "1e-2", true],
    ["min.cleanable.dirty.ratio", "1.5", false],
    ["min.cleanable.dirty.ratio", "half", false],
    ["delete.retention.ms", "0", true],
    ["delete.retention.ms", "-1", false],
    ["max.compaction.lag.ms", "9223372036854775807", true],
    ["max.compaction.lag.ms", "0", false],
    ["segment.bytes", "65535", false],
  ] as const;
  test.each(table)("%s = %j: %j", (name, value, allowed) => {
    const check = () => checkedValue(topicSetting(name), value);
    if (allowed) check();
    else expect(check).toThrow(BrokerError);
  });

  test.each([
    ["replication.policy", " refuse ", "refuse"],
    ["unclean.leader.election.enable", "true\n", "true"],
    ["retention.ms", "\t5", "5"],
    ["cleanup.policy", " compact , delete,", "compact,delete"],
  ])("%s = %j is kept as %j", (name, given, kept) => {
    const config = checkedTopicConfig(mapOf({ [name]: given }), mapOf({}));
    expect(config).toEqual(mapOf({ [name]: kept }));
  });

  test("an unknown one is refused with the names of those there are", () => {
    expect(() => checkedTopicConfig(mapOf({ "cleanup.polity": "delete" }), mapOf({}))).toThrow(
      "cleanup.policy",
    );
  });

  test("the least lag of compaction is not more than the greatest", () => {
    const own = mapOf({ "min.compaction.lag.ms": "5000" });
    checkedTopicConfig(own, mapOf({ "log.cleaner.max.compaction.lag.ms": "5000" }));
    const broker = mapOf({ "log.cleaner.max.compaction.lag.ms": "4999" });
    expect(() => checkedTopicConfig(own, broker)).toThrow("(5000) is more than");
  });
});

describe("what they come down to", () => {
  test("nothing is compacted, and old records go, if nothing is said", () => {
    const settings = topicSettings(mapOf({}), mapOf({}));
    expect(settings).toMatchObject({ deletesOld: true, codec: null, retentionBytes: UNLIMITED });
    expect(settings.compaction).toBeUndefined();
  });

  test("the broker's are the defaults, a topic's own come first", () => {
    const broker = mapOf({
      "log.cleanup.policy": "compact",
      "log.cleaner.min.cleanable.ratio": "0.1",
      "log.cleaner.delete.retention.ms": "5",
    });
    const settings = topicSettings(mapOf({ "delete.retention.ms": "6" }), broker);
    expect(settings.deletesOld).toBe(false);
    expect(settings.compaction).toEqual({
      minDirtyRatio: 0.1,
      deleteRetentionMs: 6,
      minLagMs: 0,
      maxLagMs: UNLIMITED,
    });
  });

  test("segments of a compacted topic don't grow older than records may stay uncompacted", () => {
    const lag = { "max.compaction.lag.ms": "1000" };
    expect(topicSettings(mapOf(lag), mapOf({})).segmentMs).toBe(604_800_000);
    const compacted = mapOf({ ...lag, "cleanup.policy": "compact,delete" });
    expect(topicSettings(compacted, mapOf({}))).toMatchObject({
      segmentMs: 1000,
      deletesOld: true,
    });
  });
});
