import { describe, expect, test } from "bun:test";
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { CommandError } from "../errors.ts";
import { descriptorWriter, Output, OutputClosedError } from "./output.ts";

/** An output whose writer takes at most `most` bytes a call, and what it took. */
function collecting(most: number) {
  const taken: number[] = [];
  const output = new Output(async (bytes, from, to) => {
    const count = Math.min(most, to - from);
    for (let at = from; at < from + count; at++) taken.push(bytes[at] ?? -1);
    return count;
  });
  return { output, text: () => new TextDecoder().decode(new Uint8Array(taken)), taken };
}

describe("Output", () => {
  test("keeps order and bytes over short writes", async () => {
    const { output, text } = collecting(3);
    const outer = new TextEncoder().encode("xx value yy");
    output.appendText("é€😀 ");
    output.appendBytes(outer, 3, 8);
    output.appendBytes(new Uint8Array(outer.buffer, 9, 2), 0, 2);
    await output.flush();
    expect(text()).toBe("é€😀 valueyy");
    expect(output.empty).toBe(true);
  });

  test("goes on when a write takes nothing", async () => {
    let calls = 0;
    const output = new Output(async (_, from, to) => (calls++ < 3 ? 0 : to - from));
    output.appendText("abc");
    await output.flush();
    expect(calls).toBe(4);
  });

  test("holds what is larger than its buffer, and says when it is full", async () => {
    const { output, taken } = collecting(1 << 20);
    expect(output.full).toBe(false);
    output.appendText("a");
    const large = new Uint8Array(1_000_000).fill(98);
    output.appendBytes(large, 0, large.length);
    expect(output.full).toBe(true);
    await output.flush();
    expect(taken.length).toBe(1_000_001);
    expect(output.full).toBe(false);
    output.appendText("again");
    await output.flush();
    expect(taken.length).toBe(1_000_006);
  });

  test("refuses to be changed while a flush runs", async () => {
    const taken = Promise.withResolvers<number>();
    const output = new Output(() => taken.promise);
    output.appendText("a");
    const flushed = output.flush();
    expect(() => output.appendText("b")).toThrow("while a flush runs");
    taken.resolve(1);
    await flushed;
    output.appendText("b");
  });

  test("waits for a reader that takes nothing, but not when one is to end", async () => {
    let calls = 0;
    const output = new Output(() => {
      calls++;
      return new Promise(() => {});
    });
    const ending = new AbortController();
    output.endBy(ending.signal, 1);
    output.appendText("a");
    const flushed = output.flush();
    expect(output.stuck).toBe(false);
    ending.abort();
    await expect(flushed).rejects.toThrow(OutputClosedError);
    expect(output.stuck).toBe(true);
    await output.flush(); // there is nothing
    output.appendText("b");
    await expect(output.flush()).rejects.toThrow(OutputClosedError);
    expect(calls).toBe(1);
  });

  test("lets a reader that comes to it in time have everything", async () => {
    const taken = Promise.withResolvers<number>();
    const output = new Output(() => taken.promise);
    output.endBy(AbortSignal.abort(), 60_000);
    output.appendText("a");
    const flushed = output.flush();
    taken.resolve(1);
    await flushed;
    expect(output.stuck).toBe(false);
  });

  test("passes a writer's failure on and is empty afterwards", async () => {
    const output = new Output(() => Promise.reject(new Error("no space left")));
    output.appendText("a");
    await expect(output.flush()).rejects.toThrow("no space left");
    expect(output.empty).toBe(true);
  });
});

describe("a file descriptor", () => {
  test("that doesn't block and is full is tried again until it has taken all", async () => {
    const directory = mkdtempSync(path.join(os.tmpdir(), "weir-output-"));
    const fifo = path.join(directory, "fifo");
    Bun.spawnSync(["mkfifo", fifo]);
    const fd = openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK);
    const output = new Output(descriptorWriter(fd));
    const sent = Uint8Array.from({ length: 1_000_000 }, (_, index) => index % 251);
    output.appendBytes(sent, 0, sent.length);
    const received = new Uint8Array(sent.length);
    const flushed = output.flush();
    for (let at = 0; at < received.length; ) {
      await new Promise((resolve) => setImmediate(resolve));
      at += readSome(fd, received, at);
    }
    await flushed;
    expect(received).toEqual(sent);
    closeSync(fd);
    rmSync(directory, { recursive: true });
  });

  test.each([
    ["/dev/full", CommandError],
    ["/dev/null", null],
  ])("of %s", async (file, failure) => {
    const fd = openSync(file, "w");
    const output = new Output(descriptorWriter(fd));
    output.appendText("a");
    if (failure === null) await output.flush();
    else await expect(output.flush()).rejects.toBeInstanceOf(failure);
    closeSync(fd);
  });
});

/** What a descriptor has now, and no waiting for more. */
function readSome(fd: number, target: Uint8Array, at: number): number {
  try {
    return readSync(fd, target, at, target.length - at, null);
  } catch {
    return 0; // nothing there yet
  }
}
