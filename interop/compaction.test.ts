/** A compacted topic as kcat sees it, while it is compacted and after the broker was killed. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { run } from "./command.ts";
import {
  compacted,
  createCompacted,
  noise,
  sizeOnDisk,
  startCompactingFixture,
} from "./compacted-log.ts";
import { consumed, type Fixture } from "./fixture.ts";
import { hasKcat, kcat, readLines } from "./kcat.ts";
import { startWeir } from "./weir.ts";

const KEYS = 200;
const ROUNDS = 10;

/** What a reader of the whole topic knows in the end: each key's last value. */
function stateOf(lines: readonly string[]): Map<string, string> {
  const state = new Map<string, string>();
  for (const line of lines) {
    const [, key = "", , size, value = ""] = line.split("|");
    if (size === "-1") state.delete(key);
    else state.set(key, value);
  }
  return state;
}

/** One round of records, a line each: every key once, some of them without a value. */
function roundOf(round: number): string {
  const line = (key: number) =>
    (key + round) % 10 === 0 ? `key-${key}:` : `key-${key}:${round} ${noise(key * 100 + round)}`;
  return `${Array.from({ length: KEYS }, (_, key) => line(key)).join("\n")}\n`;
}

function expected(rounds: number): Map<string, string> {
  const lines = Array.from({ length: rounds }, (_, round) => roundOf(round)).join("");
  const fields = lines
    .split("\n")
    .slice(0, -1)
    .map((line) => line.split(":"));
  return stateOf(fields.map(([key, value]) => `0|${key}||${value === "" ? -1 : 1}|${value}`));
}

describe.skipIf(!hasKcat)("a compacted topic", () => {
  let fixture: Fixture;

  beforeAll(async () => {
    fixture = await startCompactingFixture();
  });

  afterAll(async () => {
    await fixture[Symbol.asyncDispose]();
  });

  async function produce(topic: string, round: number, codec: string): Promise<void> {
    const args = ["-P", "-t", topic, "-p", "0", "-K:", "-Z", "-z", codec];
    const idempotent = round % 2 === 0 ? [] : ["-X", "enable.idempotence=true"];
    const input = roundOf(round);
    await kcat(fixture.broker.address, [...args, ...idempotent], { input });
  }

  test.each(["none", "zstd"])("keeps its state (%s)", async (codec) => {
    const topic = `state-${codec}`;
    await createCompacted(fixture, topic);
    for (let round = 0; round < ROUNDS; round++) await produce(topic, round, codec);
    const partition = `${topic}-0`;
    // Some 70 KB a round, compressed or not, and segments of 64 KiB.
    await compacted(fixture.broker, partition, KEYS * (ROUNDS - 3));
    expect(sizeOnDisk(fixture.data, partition)).toBeLessThan(KEYS * 550 * 5);
    const lines = await readLines(fixture.broker.address, topic);
    expect(lines.length).toBeLessThan(KEYS * 5);
    expect(stateOf(lines)).toEqual(expected(ROUNDS));
    const offsets = lines.map((line) => Number(line.split("|")[0]));
    expect(offsets).toEqual([...offsets].sort((a, b) => a - b));
    const own = await consumed(fixture, topic);
    const ownLines = own.map(({ key, value }) => `0|${key}||${value === null ? -1 : 1}|${value}`);
    expect(stateOf(ownLines)).toEqual(expected(ROUNDS));
  });

  test("takes no record without a key", async () => {
    await createCompacted(fixture, "keyed");
    const args = ["kcat", "-b", fixture.broker.address, "-P", "-t", "keyed", "-p", "0"];
    const { stderr } = await run(args, { input: "no key\n" });
    expect(stderr).toContain("Delivery failed");
    const refused = await run(["kcat", "-b", fixture.broker.address, "-C", "-e", "-t", "keyed"]);
    expect(refused.stdout).toBe("");
  });

  test("has lost nothing when its broker is killed at any time", async () => {
    const { data } = fixture;
    await fixture.broker.end("SIGTERM");
    const settings = {
      "log.cleaner.backoff.ms": "1",
      "log.cleaner.io.max.bytes.per.second": "2e7",
    };
    let rounds = ROUNDS;
    for (let kills = 0; kills < 5; kills++) {
      const broker = await startWeir({ data, settings: { ...settings } });
      const input = roundOf(rounds++);
      const args = ["-P", "-t", "state-none", "-p", "0", "-K:", "-Z"];
      await kcat(broker.address, args, { input });
      await Bun.sleep(kills * 7);
      await broker.end("SIGKILL");
      const again = await startWeir({ data, settings });
      expect(stateOf(await readLines(again.address, "state-none"))).toEqual(expected(rounds));
      await again.end("SIGKILL");
    }
  });
});
