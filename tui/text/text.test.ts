import { describe, expect, test } from "bun:test";
import { unicodeGlyphs } from "../theme/glyphs.ts";
import { hexLines, preview, textLines } from "./bytes.ts";
import { cleanText, fitLine, fitText, lineWidth, padText } from "./line.ts";
import {
  duration,
  grouped,
  latency,
  moment,
  shortBytes,
  shortCount,
  shortRate,
} from "./numbers.ts";
import { bar, sparkline } from "./sparkline.ts";
import { wrapText } from "./wrap.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("numbers are short", () => {
  test.each([
    [0, "0"],
    [999, "999"],
    [999.6, "1.0k"],
    [1200, "1.2k"],
    [99_950, "100k"],
    [1_402_118, "1.4M"],
    [7e15, "7000T"],
  ])("count %d: %s", (count, text) => expect(shortCount(count)).toBe(text));

  test.each([
    [0, "0B"],
    [1536, "1.5kB"],
    [76e9, "76GB"],
  ])("bytes %d: %s", (bytes, text) => expect(shortBytes(bytes)).toBe(text));

  test.each([
    [0, "0"],
    [0.01, "0.1"],
    [3.21, "3.2"],
    [9.96, "10"],
    [12_000, "12k"],
  ])("rate %d: %s", (rate, text) => expect(shortRate(rate)).toBe(text));

  test.each([
    [-5, "0.0s"],
    [420, "0.4s"],
    [59_600, "1m00s"],
    [192_000, "3m12s"],
    [18_120_000, "5h02m"],
    [781_200_000, "9d01h"],
  ])("duration %d: %s", (ms, text) => expect(duration(ms)).toBe(text));

  test.each([
    [0.123, "0.12ms"],
    [12.34, "12.3ms"],
    [120.4, "120ms"],
    [2100, "2.1s"],
  ])("latency %d: %s", (ms, text) => expect(latency(ms)).toBe(text));

  test("and grouped where they are long", () => {
    expect(grouped(1_402_118)).toBe("1,402,118");
    expect(grouped(-12_345)).toBe("-12,345");
  });

  test("a moment of today has its seconds, another its day", () => {
    const noon = new Date(2026, 10, 21, 12, 3, 4).getTime();
    expect(moment(noon, noon)).toBe("12:03:04");
    expect(moment(noon, noon + 86_400_000)).toBe("21 Nov 12:03");
  });
});

describe("texts fit their cells", () => {
  const texts = ["", "plain", "naïve", "日本語のトピック", "mixed 日本 text", "🙂🙂🙂🙂"];
  const widths = [0, 1, 2, 5, 8, 30];

  test.each(texts)("%s, cut and filled up", (text) => {
    for (const width of widths) {
      expect(Bun.stringWidth(padText(text, width, "left", "…"))).toBe(width);
      expect(Bun.stringWidth(padText(text, width, "right", "…"))).toBe(width);
      const line = fitLine(
        [
          [text, "ok"],
          ["more", "bad"],
        ],
        width,
        "left",
        "…",
      );
      expect(lineWidth(line)).toBe(width);
    }
  });

  test("what is cut says so", () => {
    expect(fitText("orders", 4, "…")).toBe("ord…");
    expect(fitText("日本語", 4, "…")).toBe("日…");
    expect(fitText("orders", 6, "…")).toBe("orders");
  });

  test("nothing that moves a cursor or turns the writing round gets through", () => {
    expect(cleanText("a\tb\nc\x1b[31md\u202ee\u0007")).toBe("a·b·c·[31md·e·");
    expect(cleanText("日本語 naïve")).toBe("日本語 naïve");
    expect(cleanText("x".repeat(1e6)).length).toBeLessThan(5000);
  });

  test("words are wrapped between them", () => {
    expect(wrapText("one two three", 7)).toEqual(["one two", "three"]);
    expect(wrapText("incomprehensible a", 5)).toEqual(["incomprehensible", "a"]);
    expect(wrapText("", 5)).toEqual([]);
  });
});

describe("graphs", () => {
  test("rise with their values, and stand at the right", () => {
    expect(sparkline([0, 1, 50, 100], 6, unicodeGlyphs)).toBe("  ▁▂▅█");
    expect(sparkline([], 3, unicodeGlyphs)).toBe("   ");
    expect(sparkline([0, 0], 2, unicodeGlyphs)).toBe("▁▁");
    expect(sparkline([1, 2, 3, 4], 2, unicodeGlyphs)).toBe("▇█");
  });

  test("show a sign of life for the smallest share", () => {
    expect(bar(0, 4, unicodeGlyphs)).toBe("    ");
    expect(bar(0.001, 4, unicodeGlyphs)).toBe("█   ");
    expect(bar(2, 4, unicodeGlyphs)).toBe("████");
  });
});

describe("bytes", () => {
  test("are text where they can be", () => {
    expect(preview(utf8("naïve\nline"))).toBe("naïve·line");
    expect(preview(Uint8Array.of(0xff, 0xfe))).toBe("0xfffe");
    expect(textLines(Uint8Array.of(0xff))).toBeNull();
    expect(textLines(utf8("a\tb\nc"))).toEqual(["a  b", "c"]);
  });

  test("are not cut within a character", () => {
    for (let padding = 0; padding < 4; padding++) {
      const text = "x".repeat(padding) + "日本".repeat(400);
      expect(preview(utf8(text))).toStartWith(text.slice(0, 100));
    }
  });

  test("that are JSON are laid out; those that almost are stay", () => {
    expect(textLines(utf8('{"a":[1,{"b":null}]}'))).toEqual([
      "{",
      '  "a": [',
      "    1,",
      "    {",
      '      "b": null',
      "    }",
      "  ]",
      "}",
    ]);
    expect(textLines(utf8('{"a":'))).toEqual(['{"a":']);
    expect(textLines(utf8("12"))).toEqual(["12"]);
  });

  test("as hex have their place and their letters", () => {
    const lines = hexLines(utf8("0123456789abcdef!\n"), 10, 80);
    expect(lines).toEqual([
      "000000  30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66   0123456789abcdef",
      "000010  21 0a                                             !.",
    ]);
    expect(hexLines(new Uint8Array(1000), 3, 80)).toHaveLength(3);
    expect(hexLines(utf8("0123456789"), 10, 60)).toEqual([
      "000000  30 31 32 33 34 35 36 37   01234567",
      "000008  38 39                     89",
    ]);
  });
});
