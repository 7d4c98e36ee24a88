/** Compacted segments as Apache Kafka's own tools read them. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { kafkaTool } from "./clients.ts";
import { output } from "./command.ts";
import {
  compacted,
  createCompacted,
  noise,
  segmentFiles,
  startCompactingFixture,
} from "./compacted-log.ts";
import type { Fixture } from "./fixture.ts";

/** A line of DumpLogSegments that tells of a batch, and one that tells of a record. */
const BATCH = /^baseOffset: (\d+) lastOffset: (\d+) count: (\d+) .*producerId: (-?\d+)/;
const RECORD = /^\| offset: (\d+) .*valueSize: (-?\d+) .*key: (\S+)/;

describe.skipIf(!kafkaTool("").isInstalled)("Apache Kafka's tools on a compacted topic", () => {
  let fixture: Fixture;

  beforeAll(async () => {
    fixture = await startCompactingFixture();
  });

  afterAll(async () => {
    await fixture[Symbol.asyncDispose]();
  });

  function dumped(...args: string[]): Promise<string> {
    return output([...kafkaTool("DumpLogSegments").command, ...args]);
  }

  test.each(["none", "lz4"])("DumpLogSegments finds all batches whole (%s)", async (codec) => {
    const topic = `dumped-${codec}`;
    await createCompacted(fixture, topic);
    const command = kafkaTool("ConsoleProducer").command;
    const server = ["--bootstrap-server", fixture.broker.address, "--topic", topic];
    const properties = ["parse.key=true", "null.marker=NULL"];
    const options = properties.flatMap((property) => ["--reader-property", property]);
    // The first half of the keys is written twice, and each tenth of them ends without a value.
    const lines = Array.from({ length: 3000 }, (_, n) => {
      const key = n % 2000;
      return `key-${key}\t${n >= 2000 && key % 10 === 0 ? "NULL" : noise(n)}\n`;
    });
    const producing = [...command, ...server, ...options, "--compression-codec", codec];
    await output(producing, { input: lines.join("") });
    const fill = Array.from({ length: 300 }, (_, n) => `fill-${n}\t${noise(n + 5000)}\n`);
    await output(producing, { input: fill.join("") });
    const partition = `${topic}-0`;
    await compacted(fixture.broker, partition, 3000);

    const { data } = fixture;
    const files = segmentFiles(data, partition);
    const text = await dumped("--print-data-log", "--deep-iteration", "--files", files.join(","));
    const dump = text.split("\n");
    const batches = dump.flatMap((line) => BATCH.exec(line) ?? []);
    expect(batches.length).toBeGreaterThan(0);
    expect(dump.filter((line) => BATCH.test(line) && !line.includes("isvalid: true"))).toEqual([]);
    const offsets = new Map<string, number>();
    for (const line of dump) {
      const [, offset, valueSize, key] = RECORD.exec(line) ?? [];
      if (key === undefined || Number(offset) >= 3000) continue;
      expect(offsets.has(key), key).toBe(false);
      offsets.set(key, Number(offset));
      const n = Number(key.slice("key-".length));
      expect(Number(offset)).toBe(n < 1000 ? n + 2000 : n);
      expect(Number(valueSize) === -1).toBe(n < 1000 && n % 10 === 0);
    }
    expect(offsets.size).toBe(2000);
    expect(text).toMatch(/deleteHorizonMs: OptionalLong\[\d+\]/);
  });

  test("DumpLogSegments finds nothing wrong with the indexes", async () => {
    const { data } = fixture;
    for (const suffix of [".index", ".timeindex"]) {
      const files = segmentFiles(data, "dumped-none-0", suffix);
      const text = await dumped("--index-sanity-check", "--files", files.join(","));
      expect(text).not.toMatch(/mismatch|out of order|Invalid|corrupt/i);
      const entries = await dumped("--files", files.join(","));
      expect(entries).not.toMatch(/mismatch|not found|out of order/i);
    }
  });
});
