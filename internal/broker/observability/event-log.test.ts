import { describe, expect, test } from "bun:test";
import { DiskError } from "../../platform/disk.ts";
import type { Log } from "../../platform/log.ts";
import { type ManualClock, manualClock } from "../../platform/testing/manual-clock.ts";
import { memoryDisk } from "../../platform/testing/memory-disk.ts";
import { EventFile } from "./event-file.ts";
import { EventLog, MAX_EVENTS } from "./event-log.ts";

const NEW = "/data/events.log";
const OLD = "/data/events.old.log";

/** A process that notes events on this disk; what it has in memory ends with it. */
function life(disk = memoryDisk(), clock: ManualClock = manualClock()) {
  disk.makeDirectory("/data");
  const logged: string[] = [];
  const note = (event: string) => logged.push(event);
  const log: Log = { info: note, warn: note, error: note };
  const events = new EventLog(clock, log);
  return {
    disk,
    logged,
    events,
    keep: () => events.keepIn(new EventFile(disk, "/data")),
    async add(...messages: string[]) {
      for (const message of messages) events.add("info", "fenced", { subject: "", message });
      await new Promise((resolve) => setImmediate(resolve));
    },
    told: () => events.after(0).map(({ sequence, message }) => `${sequence} ${message}`),
  };
}

describe("events", () => {
  test("are there again in the next life, and its own come behind them", async () => {
    const first = life();
    first.keep();
    await first.add("one", "two");
    const second = life(first.disk);
    await second.add("while it starts");
    second.keep();
    await second.add("later");
    const expected = ["1 one", "2 two", "3 while it starts", "4 later"];
    expect(second.told()).toEqual(expected);
    expect(second.events.after(2).map(({ message }) => message)).toEqual(
      expected.slice(2).map((text) => text.slice(2)),
    );
    const third = life(first.disk);
    third.keep();
    expect(third.told()).toEqual(expected);
  });

  test("are as many as are kept in memory, in files that are bounded", async () => {
    const { disk, keep, add } = life();
    keep();
    for (let at = 0; at < 8000; at += 100) {
      await add(...Array.from({ length: 100 }, (_, each) => `event ${at + each}`));
    }
    const sizes = [NEW, OLD].map((path) => disk.files().get(path)?.length ?? 0);
    expect(Math.max(...sizes)).toBeLessThan(128 * 1024 + 20_000);
    const next = life(disk);
    next.keep();
    expect(next.told()).toHaveLength(MAX_EVENTS);
    expect(next.told().at(-1)).toBe("8000 event 7999");
  });

  test("that are damaged are left out, and no others", async () => {
    const first = life();
    first.keep();
    await first.add("one", "two", "three");
    const bytes = first.disk.files().get(NEW) ?? new Uint8Array(0);
    for (let at = 0; at < bytes.length; at++) {
      const disk = memoryDisk();
      disk.makeDirectory("/data");
      const damaged = bytes.slice();
      damaged[at] = (damaged[at] ?? 0) ^ 0x10;
      disk.open(NEW, "create").write(damaged, 0, damaged.length, 0);
      const next = life(disk);
      next.keep();
      const told = next.told().map((text) => text.slice(2));
      expect(told.length).toBeGreaterThanOrEqual(1);
      for (const message of told) expect(["one", "two", "three"]).toContain(message);
    }
  });

  test("that were torn in the writing cost themselves only", async () => {
    const first = life();
    first.keep();
    await first.add("one", "two");
    const bytes = first.disk.files().get(NEW) ?? new Uint8Array(0);
    for (let end = 0; end < bytes.length; end++) {
      const disk = memoryDisk();
      disk.makeDirectory("/data");
      disk.open(NEW, "create").write(bytes, 0, end, 0);
      const next = life(disk);
      next.keep();
      await next.add("after");
      const last = life(disk);
      last.keep();
      expect(last.told().at(-1)).toEndWith(" after");
    }
  });

  test("go on in memory where the disk takes none, and the log says so once", async () => {
    const { disk, events, logged, add, told } = life();
    let broken = true;
    const failing = {
      ...disk,
      exists: () => false,
      open: (path: string, mode: "read" | "create") => {
        if (broken) throw new DiskError("full", "open", path, "no space left");
        return disk.open(path, mode);
      },
    };
    events.keepIn(new EventFile(failing, "/data"));
    await add("one");
    await add("two");
    broken = false;
    await add("three");
    expect(told()).toEqual(["1 one", "2 two", "3 three"]);
    expect(logged.filter((event) => event === "events-not-kept")).toHaveLength(1);
    const next = life(disk);
    next.keep();
    expect(next.told()).toEqual(["3 three"]);
  });
});
