import { expect, test } from "bun:test";
import { compareNaturally } from "./natural-order.ts";

/** A text that sorts as people sort, character by character: numbers of the same length. */
function padded(text: string): string {
  return text.replace(/\d+/g, (digits) => digits.padStart(12, "0"));
}

test("numbers count for what they are worth, wherever they stand", () => {
  const sorted = ["", "a", "a-1", "a1", "a1-", "a1b", "a2", "a10", "a10-2", "a10-10", "b", "b0"];
  const mixed = sorted.toReversed().sort(compareNaturally);
  expect(mixed).toEqual(sorted);
});

test("the order is that of texts whose numbers are all of one length", () => {
  let seed = 7;
  const below = (bound: number): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % bound;
  };
  const parts = ["a", "b", "-", ".", "1", "9", "10", "123"];
  const text = (): string =>
    Array.from({ length: below(5) }, () => parts[below(parts.length)]).join("");
  for (let round = 0; round < 20_000; round++) {
    const [a, b] = [text(), text()];
    const expected = padded(a) < padded(b) ? -1 : padded(a) > padded(b) ? 1 : 0;
    expect([a, b, Math.sign(compareNaturally(a, b))]).toEqual([a, b, expected]);
  }
});
