import { describe, expect, test } from "bun:test";
import { LineSplitter, LineTooLongError } from "./lines.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The lines of `text`, fed in pieces of `pieceBytes`, out of the middle of a larger buffer. */
function lines(text: string, pieceBytes: number, maxBytes = 100): string[] {
  const outer = encoder.encode(`#${text}#`);
  const bytes = outer.subarray(1, outer.length - 1);
  const splitter = new LineSplitter(maxBytes);
  const found: string[] = [];
  const take = () => {
    while (splitter.next()) {
      found.push(decoder.decode(splitter.bytes.subarray(splitter.from, splitter.to)));
      expect(splitter.lineNumber).toBe(found.length);
    }
  };
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    splitter.feed(bytes.subarray(at, at + pieceBytes));
    take();
  }
  splitter.end();
  take();
  expect(splitter.next()).toBe(false);
  return found;
}

describe.each([1, 2, 3, 7, 1000])("lines in pieces of %d", (pieceBytes) => {
  test.each([
    ["", []],
    ["a", ["a"]],
    ["a\n", ["a"]],
    ["\n", [""]],
    ["\n\n", ["", ""]],
    ["a\n\nb", ["a", "", "b"]],
    ["a\r\nb\r\n", ["a\r", "b\r"]],
    ["naïve\n😀\n", ["naïve", "😀"]],
    ["abcdefghij\nklm\nnopqrstuvwxyz", ["abcdefghij", "klm", "nopqrstuvwxyz"]],
  ])("%j", (text, expected) => {
    expect(lines(text, pieceBytes)).toEqual(expected);
  });

  test("as long as a line may be, and no longer", () => {
    const longest = "x".repeat(100);
    expect(lines(`a\n${longest}\n${longest}`, pieceBytes)).toEqual(["a", longest, longest]);
    expect(() => lines(`a\n${longest}x\n`, pieceBytes)).toThrow(LineTooLongError);
    expect(() => lines(`a\n${longest}x`, pieceBytes)).toThrow("line 2 is longer than 100 bytes");
  });
});

test("lines longer than what is first held back", () => {
  const long = "y".repeat(50_000);
  expect(lines(`${long}\n${long}${long}\nz`, 999, 200_000)).toEqual([long, long + long, "z"]);
});
