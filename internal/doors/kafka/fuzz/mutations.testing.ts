/*
 * Frames that lie: seeded changes of real requests, for tests and for the fuzzer. A frame here is
 * what stands behind the size; what is sent has a size in front, which may lie as well.
 */

/** Numbers from 0 to 1, 1 excluded. */
export type Draw = () => number;

const INT16S = [-1, -2, 0, 1, 0x7f, 0xff, 0x100, 0x7fff, -0x8000];
const INT32S = [-1, -2, 0, 1, 0xff, 0x7fff, 0xffff, 0x00ff_ffff, 0x7fff_ffff, -0x8000_0000];
/** Sizes in front of a frame; most larger than any frame that comes. */
const SIZES = [-1, 0, 1, 7, 0x10000, 0x640_0000, 0x640_0001, 0x7fff_ffff, -0x8000_0000];
const LONG_VARINT = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f);
const MAX_REPEATS = 1000;

/** One of some items. */
export function oneOf<T>(items: readonly T[], draw: Draw): T {
  const item = items[below(items.length, draw)];
  if (item === undefined) throw new Error("there is nothing to draw from");
  return item;
}

/** A whole number from 0 to `bound`, which is excluded. */
export function below(bound: number, draw: Draw): number {
  return Math.floor(draw() * bound);
}

/** Bytes of no meaning. */
export function noise(size: number, draw: Draw): Uint8Array {
  return Uint8Array.from({ length: size }, () => below(256, draw));
}

/** A frame changed in one or a few places, with its size in front. */
export function mutated(frames: readonly Uint8Array[], draw: Draw): Uint8Array {
  let frame: Buffer = Buffer.from(oneOf(frames, draw));
  for (let changes = 1 + below(3, draw); changes > 0; changes--) {
    frame = oneOf(CHANGES, draw)(frame, frames, draw);
  }
  const lies = draw() < 0.05;
  return sized(frame, lies ? oneOf(SIZES, draw) : frame.length);
}

/** A frame with a size in front of it: its own, unless another is given. */
export function sized(frame: Uint8Array, size = frame.length): Uint8Array {
  const bytes = Buffer.alloc(4 + frame.length);
  bytes.writeInt32BE(size);
  bytes.set(frame, 4);
  return bytes;
}

type Change = (frame: Buffer, frames: readonly Uint8Array[], draw: Draw) => Buffer;

const CHANGES: readonly Change[] = [
  (frame, _, draw) => {
    for (let flips = 1 + below(8, draw); flips > 0; flips--) {
      frame[below(frame.length, draw)] = below(256, draw);
    }
    return frame;
  },
  (frame, _, draw) => {
    if (frame.length >= 2) frame.writeInt16BE(oneOf(INT16S, draw), below(frame.length - 1, draw));
    return frame;
  },
  (frame, _, draw) => {
    if (frame.length >= 4) frame.writeInt32BE(oneOf(INT32S, draw), below(frame.length - 3, draw));
    return frame;
  },
  (frame, _, draw) => {
    if (frame.length >= 4) frame.writeInt16BE(below(20, draw) - 1, 2);
    return frame;
  },
  (frame, _, draw) => {
    if (frame.length >= 2) frame.writeInt16BE(below(95, draw) - 1, 0);
    return frame;
  },
  (frame, _, draw) => {
    return frame.subarray(0, 1 + below(frame.length, draw));
  },
  (frame, _, draw) => {
    return Buffer.concat([frame, noise(1 + below(100, draw), draw)]);
  },
  (frame, _, draw) => {
    const at = below(frame.length, draw);
    return Buffer.concat([frame.subarray(0, at), LONG_VARINT, frame.subarray(at)]);
  },
  (frame, _, draw) => {
    const from = below(frame.length, draw);
    const block = frame.subarray(from, from + 1 + below(64, draw));
    const blocks = Array.from({ length: below(MAX_REPEATS, draw) }, () => block);
    return Buffer.concat([frame.subarray(0, from), ...blocks, frame.subarray(from)]);
  },
  (frame, frames, draw) => {
    const other = oneOf(frames, draw);
    const head = frame.subarray(0, 1 + below(frame.length, draw));
    return Buffer.concat([head, other.subarray(below(other.length, draw))]);
  },
];
