import { describe, expect, test } from "bun:test";
import { codecOf, maxTimestampMs, timestampType } from "../record/batch.ts";
import { BatchBuilder } from "../record/builder.ts";
import { CODECS, type Codec } from "../record/layout.ts";
import { recordsOf } from "../record/records.ts";
import { admitBatch, recompressed } from "./batch-rules.ts";
import { BrokerError } from "./errors.ts";
import { type TopicSettings, topicSettings } from "./settings/topic-settings.ts";

const NOW_MS = 1_700_000_000_000;

/** A record of a test: whether it has a key, and how far its time is from now. */
interface Sample {
  readonly key: boolean;
  readonly agoMs: number;
}

const PLAIN: Sample = { key: true, agoMs: 0 };
const KEYLESS: Sample = { key: false, agoMs: 0 };

function batchOf(samples: readonly Sample[], codec: Codec = "none"): Uint8Array {
  const builder = new BatchBuilder();
  for (const { key, agoMs } of samples) {
    const timestampMs = NOW_MS - agoMs;
    const value = new Uint8Array(300);
    builder.append({ timestampMs, key: key ? new Uint8Array(1) : null, value, headers: [] });
  }
  return builder.build(codec);
}

function settingsOf(config: Readonly<Record<string, string>>): TopicSettings {
  return topicSettings(new Map(Object.entries(config)), new Map());
}

function admit(config: Readonly<Record<string, string>>, batch: Uint8Array): number | string {
  const admitted = admitBatch(settingsOf(config), batch, 0, batch.length, NOW_MS);
  return admitted instanceof BrokerError ? admitted.code : admitted;
}

describe("a batch is taken or refused by its topic's settings", () => {
  const compact = { "cleanup.policy": "compact" };
  const both = { "cleanup.policy": "compact,delete" };
  const before = { "message.timestamp.before.max.ms": "1000" };
  const after = { "message.timestamp.after.max.ms": "1000" };
  const appendTime = { "message.timestamp.type": "LogAppendTime" };
  const early = { key: true, agoMs: -1001 };
  const late = { key: true, agoMs: 1001 };
  const table = [
    ["all with keys, compacted", compact, [PLAIN, PLAIN], -1],
    ["one without a key", {}, [PLAIN, KEYLESS], -1],
    ["one without a key, compacted", compact, [PLAIN, KEYLESS], "invalid-record"],
    ["one without a key, compacted and deleted", both, [KEYLESS, PLAIN], "invalid-record"],
    ["old enough", before, [{ key: true, agoMs: 1000 }], -1],
    ["too old", before, [late], "invalid-timestamp"],
    ["one too old behind a good one", before, [PLAIN, late], "invalid-timestamp"],
    ["one too old before a good one", before, [late, PLAIN], "invalid-timestamp"],
    ["too old, unbounded", {}, [late], -1],
    ["from the future", after, [early], "invalid-timestamp"],
    ["one of two from the future", after, [early, PLAIN], "invalid-timestamp"],
    ["from the near future", after, [{ key: true, agoMs: -1000 }], -1],
    ["too old, but the broker's time counts", { ...before, ...appendTime }, [late], NOW_MS],
    ["too large", { "max.message.bytes": "600" }, [PLAIN, PLAIN], "batch-too-large"],
  ] as const;
  for (const codec of ["none", "lz4"] as const) {
    test.each(table)(`%s (${codec})`, (name, config, samples, expected) => {
      if (name === "too large" && codec === "lz4") return;
      expect(admit(config, batchOf(samples, codec))).toBe(expected);
    });
  }
});

describe("the records at fault are told by their places", () => {
  const future = { key: true, agoMs: -7_200_000 };
  test.each([
    ["no keys", [KEYLESS, PLAIN, KEYLESS], [0, 2], "invalid-record"],
    ["times ahead", [PLAIN, future, future], [1, 2], "invalid-timestamp"],
    ["both", [KEYLESS, future], [0, 1], "invalid-timestamp"],
    ["more than are told", Array.from({ length: 1001 }, () => KEYLESS), null, "invalid-record"],
  ] as const)("%s", (_, samples, places, code) => {
    const batch = batchOf(samples, "lz4");
    const settings = settingsOf({ "cleanup.policy": "compact" });
    const refusal = admitBatch(settings, batch, 0, batch.length, NOW_MS);
    if (!(refusal instanceof BrokerError)) throw new Error("the batch was taken");
    expect(refusal.code).toBe(code);
    const told = refusal.records.map(({ index }) => index);
    expect(told).toEqual(places === null ? Array.from({ length: 1000 }, (_, i) => i) : [...places]);
  });
});

test("the broker's time is put into the batch", () => {
  const batch = batchOf([{ key: true, agoMs: 5000 }], "zstd");
  expect(admit({ "message.timestamp.type": "LogAppendTime" }, batch)).toBe(NOW_MS);
  expect([timestampType(batch, 0), maxTimestampMs(batch, 0)]).toEqual(["log-append", NOW_MS]);
});

test("records that can't be opened are refused where the broker has to open them", () => {
  const batch = batchOf([PLAIN]);
  const lying = new BatchBuilder();
  lying.append({ timestampMs: NOW_MS, key: null, value: new Uint8Array(2 ** 27), headers: [] });
  const bomb = lying.build("gzip");
  expect(bomb.length).toBeLessThan(1_000_000);
  expect(admit({}, bomb)).toBe(-1);
  expect(admit({ "cleanup.policy": "compact" }, bomb)).toBe("batch-too-large");
  const refused = recompressed(settingsOf({ "compression.type": "lz4" }), bomb, 0);
  expect(refused instanceof BrokerError && refused.code).toBe("batch-too-large");
  expect(admit({ "cleanup.policy": "compact" }, batch)).toBe(-1);
});

describe("a batch is compressed as its topic asks for", () => {
  const wishes = ["producer", "uncompressed", "gzip", "snappy", "lz4", "zstd"];
  test.each(wishes)("%s", (wish) => {
    const settings = settingsOf({ "compression.type": wish });
    for (const codec of CODECS) {
      const batch = batchOf([PLAIN, KEYLESS], codec);
      const packed = recompressed(settings, batch, 0);
      const wanted = wish === "uncompressed" ? "none" : wish;
      if (wish === "producer" || wanted === codec) {
        expect(packed).toBeNull();
        continue;
      }
      if (!(packed instanceof Uint8Array)) throw new Error(`${codec} stays`);
      expect(codecOf(packed, 0)).toBe(settings.codec ?? "none");
      expect([...recordsOf(packed, 0, 10_000)]).toEqual([...recordsOf(batch, 0, 10_000)]);
    }
  });

  test("a batch that is too large without its compression is refused", () => {
    const settings = settingsOf({ "compression.type": "uncompressed", "max.message.bytes": "900" });
    const packed = recompressed(settings, batchOf([PLAIN, PLAIN, PLAIN], "gzip"), 0);
    expect(packed instanceof BrokerError && packed.code).toBe("batch-too-large");
  });
});
