/** Records and chance for the tests of this folder. */
import { BatchBuilder, type BatchProducer, type NewRecord } from "./builder.ts";
import type { Codec } from "./layout.ts";

/** Numbers from 0 to 1, always the same for a seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Numbers from 0 to 1 that are dealt from a deck of so many cards, which is shuffled anew whenever
 * it is used up: as irregular as dice, but in the long run without luck. No cards: dice.
 */
export function dealt(random: () => number, cardCount: number): () => number {
  if (cardCount === 0) return random;
  let deck: { value: number; order: number }[] = [];
  return () => {
    if (deck.length === 0) {
      deck = Array.from({ length: cardCount }, (_, card) => {
        return { value: (card + 0.5) / cardCount, order: random() };
      }).sort((a, b) => a.order - b.order);
    }
    return deck.pop()?.value ?? 0;
  };
}

/** Bytes that repeat themselves more or less, so that codecs have something to do. */
export function sampleBytes(random: () => number, sizeBytes: number): Uint8Array {
  const alphabet = 1 + Math.floor(random() * 256);
  return Uint8Array.from({ length: sizeBytes }, () => Math.floor(random() * random() * alphabet));
}

/** Records of all shapes: nulls, empty ones, headers, times that go back. */
export function sampleRecords(random: () => number, count: number): NewRecord[] {
  const maybe = (sizeBytes: number) =>
    random() < 0.2 ? null : sampleBytes(random, Math.floor(random() * sizeBytes));
  return Array.from({ length: count }, () => ({
    timestampMs: 1_700_000_000_000 + Math.floor((random() - 0.5) * 2 ** (1 + random() * 36)),
    key: maybe(40),
    value: maybe(random() < 0.05 ? 20_000 : 200),
    headers: Array.from({ length: Math.floor(random() * 3) }, (_, i) => [`name ü${i}`, maybe(9)]),
  }));
}

export function batchOf(
  records: readonly NewRecord[],
  codec: Codec,
  producer?: BatchProducer,
): Uint8Array {
  const builder = new BatchBuilder();
  for (const record of records) builder.append(record);
  return builder.build(codec, producer);
}

/** The same bytes inside of a larger array, between others. */
export function surrounded(bytes: Uint8Array, at: number): Uint8Array {
  const larger = new Uint8Array(at + bytes.length + 64).fill(0xa5);
  larger.set(bytes, at);
  return larger;
}
