import { describe, expect, test } from "bun:test";
import { writtenLog } from "./log.ts";

const nowMs = () => Date.UTC(2026, 0, 31, 12);

/** A log whose reader takes what `gate` lets through, and what it took. */
function logged(asJson: boolean, gate: () => Promise<void> = async () => {}) {
  const taken: string[] = [];
  const log = writtenLog(
    async (bytes, from, to) => {
      await gate();
      taken.push(new TextDecoder().decode(bytes.subarray(from, to)));
      return to - from;
    },
    asJson,
    nowMs,
  );
  return { log, text: () => taken.join("") };
}

describe("the broker's log", () => {
  test("is text for people, one line an event", async () => {
    const { log, text } = logged(false);
    log.info("ready", { port: 9092, data: "./weir data", note: 'a\n"b"', none: null });
    log.warn("slow", {});
    await log.settled();
    expect(text()).toBe(
      "2026-01-31T12:00:00.000Z info  ready port=9092 " +
        'data="./weir data" note="a\\n\\"b\\"" none=null\n' +
        "2026-01-31T12:00:00.000Z warn  slow\n",
    );
  });

  test("is JSON for programs, and a field can't pass for the log's own", async () => {
    const { log, text } = logged(true);
    log.error("disk-full", { freeBytes: 0, level: "info" });
    await log.settled();
    expect(JSON.parse(text())).toEqual({
      time: "2026-01-31T12:00:00.000Z",
      level: "error",
      event: "disk-full",
      freeBytes: 0,
    });
  });

  test("gives what nobody has taken to who ends the process", async () => {
    const opened = Promise.withResolvers<void>();
    const { log } = logged(true, () => opened.promise);
    log.info("under way", {});
    log.info("one", {});
    log.warn("two", {});
    const last = log.last("error", "crashed", { message: "a bug" });
    const events = last
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).event);
    expect(events).toEqual(["one", "two", "crashed"]);
    opened.resolve();
    await log.settled();
  });

  test("keeps a bounded amount for a reader that stopped, and says what it dropped", async () => {
    const opened = Promise.withResolvers<void>();
    const { log, text } = logged(true, () => opened.promise);
    const line = "x".repeat(10_000);
    for (let count = 0; count < 1000; count++) log.info("event", { count, line });
    opened.resolve();
    await log.settled();
    log.info("after", {});
    await log.settled();
    const events = text()
      .trimEnd()
      .split("\n")
      .map((each) => JSON.parse(each));
    const dropped = events.find(({ event }) => event === "log-lines-dropped");
    expect(events.filter(({ event }) => event === "event").length + dropped.lines).toBe(1000);
    expect(text().length).toBeLessThan(2_500_000);
    expect(events.map(({ event }) => event)).toContain("after");
  });

  test("goes on when it can't be written", async () => {
    const log = writtenLog(() => Promise.reject(new Error("gone")), true, nowMs);
    log.info("one", {});
    await log.settled();
    log.info("two", {});
    await log.settled();
  });
});
