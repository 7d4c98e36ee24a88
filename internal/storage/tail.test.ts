import { expect, test } from "bun:test";
import { lastOffsetDelta, stampBatch } from "../record/batch.ts";
import { BatchBuilder } from "../record/builder.ts";
import { Segment } from "./segments/segment.ts";
import { type FrameMemory, Slabs, wholeSlab } from "./slabs.ts";
import { positionInTail, readTail, type TailRun } from "./tail.ts";

/** A batch of so many records, its place in the log and in its segment. */
interface Placed {
  readonly bytes: Uint8Array;
  readonly baseOffset: number;
  readonly endOffset: number;
  readonly position: number;
}

function seeded(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

function batchOf(count: number, valueBytes: number, baseOffset: number): Uint8Array {
  const builder = new BatchBuilder();
  for (let i = 0; i < count; i++) {
    builder.append({ key: null, value: new Uint8Array(valueBytes), headers: [], timestampMs: 1 });
  }
  const batch = builder.build("none");
  stampBatch(batch, 0, baseOffset, 0);
  return batch;
}

/** A tail of runs of batches, from offset 100 on, and the same batches one by one. */
function tailOf(seed: number): { tail: TailRun[]; batches: Placed[] } {
  const below = seeded(seed);
  const slabs = new Slabs();
  const segment = Segment.create("logs/t-0", 0);
  const tail: TailRun[] = [];
  const batches: Placed[] = [];
  let offset = 100;
  let position = 5000;
  for (let runs = 1 + below(6); runs > 0; runs--) {
    const run: Placed[] = [];
    const start = { baseOffset: offset, position };
    for (let count = 1 + below(4); count > 0; count--) {
      const bytes = batchOf(1 + below(3), below(200), offset);
      const endOffset = offset + lastOffsetDelta(bytes, 0) + 1;
      run.push({ bytes, baseOffset: offset, endOffset, position });
      offset = endOffset;
      position += bytes.length;
    }
    const at = below(50);
    const memory = slabs.take(at + position - start.position);
    memory.bytes.set(Buffer.concat(run.map(({ bytes }) => bytes)), at);
    slabs.keep(memory.slab);
    const sizeBytes = position - start.position;
    tail.push({ segment, ...start, endOffset: offset, ...memory, at, sizeBytes });
    batches.push(...run);
  }
  return { tail, batches };
}

/** What `readTail` promises, batch by batch. */
function expected(batches: Placed[], offset: number, endOffset: number, maxBytes: number): Buffer {
  const taken: Uint8Array[] = [];
  let total = 0;
  for (const { bytes, baseOffset, endOffset: batchEnd } of batches) {
    if (batchEnd <= offset) continue;
    if (baseOffset >= endOffset || (total > 0 && total + bytes.length > maxBytes)) break;
    taken.push(bytes);
    total += bytes.length;
  }
  return Buffer.concat(taken);
}

test("a tail is read from any offset, up to any other, by whole batches", () => {
  for (let seed = 1; seed <= 200; seed++) {
    const { tail, batches } = tailOf(seed);
    const below = seeded(seed + 1000);
    const ends = batches.map(({ endOffset }) => endOffset);
    const last = ends.at(-1) ?? 0;
    for (let round = 0; round < 20; round++) {
      const offset = 100 + below(last - 100);
      const endOffset = ends[below(ends.length)] ?? last;
      const maxBytes = below(1500);
      const read = Buffer.concat(readTail(tail, offset, endOffset, maxBytes));
      expect(read.equals(expected(batches, offset, endOffset, maxBytes))).toBe(true);
    }
  }
});

test("what was read stays when the tail's memory is used again", () => {
  const slabs = new Slabs();
  const batch = batchOf(2, 100, 7);
  const memory = slabs.take(batch.length);
  memory.bytes.set(batch);
  slabs.keep(memory.slab);
  const segment = Segment.create("logs/t-0", 0);
  const place = { segment, position: 0, baseOffset: 7, endOffset: 9, at: 0 };
  const read = readTail([{ ...place, ...memory, sizeBytes: batch.length }], 7, 9, 10_000);
  slabs.release(memory.slab);
  slabs.take(batch.length).bytes.fill(0);
  expect(Buffer.concat(read).equals(batch)).toBe(true);
});

test("the position of each offset is that of its batch", () => {
  for (let seed = 1; seed <= 50; seed++) {
    const { tail, batches } = tailOf(seed);
    for (const { baseOffset, endOffset, position } of batches) {
      for (let offset = baseOffset; offset < endOffset; offset++) {
        expect(positionInTail(tail, offset)).toBe(position);
      }
    }
    expect(positionInTail(tail, 99)).toBeNull();
    expect(positionInTail(tail, batches.at(-1)?.endOffset ?? 0)).toBeNull();
  }
});

test("memory that is kept is never handed out", () => {
  const below = seeded(7);
  const slabs = new Slabs();
  const kept: (FrameMemory & { mark: number })[] = [];
  for (let mark = 1; mark <= 3000; mark++) {
    const memory = slabs.take(1 + below(300_000));
    const value = mark % 251;
    memory.bytes.fill(value);
    if (below(3) > 0) {
      slabs.keep(memory.slab);
      kept.push({ ...memory, mark: value });
    }
    while (kept.length > below(40)) {
      const [oldest] = kept.splice(below(kept.length), 1);
      if (!oldest) break;
      expect(oldest.bytes[0]).toBe(oldest.mark);
      expect(oldest.bytes.at(-1)).toBe(oldest.mark);
      slabs.release(oldest.slab);
    }
  }
});

test("the memory of a journal file that was read is never handed out, whatever its size", () => {
  const slabs = new Slabs();
  const file = new Uint8Array(1024 * 1024);
  const [first, second] = [wholeSlab(file), wholeSlab(file)];
  slabs.keep(first.slab);
  slabs.keep(second.slab);
  slabs.release(first.slab);
  for (let taken = 0; taken < 5; taken++) {
    expect(slabs.take(file.length).bytes.buffer === file.buffer).toBe(false);
  }
});
