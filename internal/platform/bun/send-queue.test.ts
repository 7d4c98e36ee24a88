import { expect, test } from "bun:test";
import { SendQueue } from "./send-queue.ts";

/** Numbers below `bound`, the same ones for the same seed. */
function seeded(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

/** Bytes that tell where they are, up to a shift of 251. */
const pattern = Uint8Array.from({ length: 210_000 }, (_, at) => at % 251);

test("all bytes leave once and in order, however little each write takes", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const below = seeded(seed);
    const queue = new SendQueue();
    const pushed: Uint8Array[] = [];
    const sent: Uint8Array[] = [];
    let pushedBytes = 0;
    let sentBytes = 0;
    const write = (bytes: Uint8Array, from: number, length: number): number => {
      expect(length).toBeGreaterThan(0);
      const taken = below(3) === 0 ? below(length + 1) : length;
      sent.push(bytes.slice(from, from + taken));
      sentBytes += taken;
      return taken;
    };
    while (pushed.length < 40 || queue.queuedBytes > 0) {
      for (let i = below(6); i > 0 && pushed.length < 40; i--) {
        const size = [below(4), below(300), below(20_000), below(200_000)][below(4)] ?? 0;
        const piece = pattern.slice(pushed.length, pushed.length + size);
        pushed.push(piece);
        pushedBytes += size;
        const from = below(4);
        const around = new Uint8Array(from + size + below(4));
        around.set(piece, from);
        queue.push(around, from, from + size);
      }
      queue.flush(write);
      expect(queue.queuedBytes).toBe(pushedBytes - sentBytes);
    }
    expect(Buffer.compare(Buffer.concat(sent), Buffer.concat(pushed))).toBe(0);
  }
});

test("small pieces leave together, large ones by themselves and uncopied", () => {
  const queue = new SendQueue();
  const large = new Uint8Array(16 * 1024);
  for (const size of [10, 20, 30]) queue.push(new Uint8Array(size), 0, size);
  queue.push(large, 0, large.length);
  for (const size of [1, 2]) queue.push(new Uint8Array(size), 0, size);
  const writes: { length: number; isLarge: boolean }[] = [];
  queue.flush((bytes, _from, length) => {
    writes.push({ length, isLarge: bytes === large });
    return length;
  });
  expect(writes).toEqual([
    { length: 60, isLarge: false },
    { length: 16 * 1024, isLarge: true },
    { length: 3, isLarge: false },
  ]);
});

test("what is cleared never leaves", () => {
  const queue = new SendQueue();
  queue.push(new Uint8Array(100), 0, 100);
  queue.flush(() => 40);
  queue.clear();
  expect(queue.queuedBytes).toBe(0);
  queue.flush(() => {
    throw new Error("nothing to write");
  });
});
