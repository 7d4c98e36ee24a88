import { describe, expect, test } from "bun:test";
import { type PaletteName, paletteNames, palettes, type Role } from "./palettes.ts";
import { type ColorDepth, sgr } from "./sgr.ts";
import { makeTheme } from "./theme.ts";

/** The codes of the escape sequences in a text. */
function codesIn(text: string): number[] {
  const sequences = text.split("\x1b[").slice(1);
  return sequences.flatMap((sequence) => (sequence.split("m")[0] ?? "").split(";").map(Number));
}

describe("colours are those that a terminal has", () => {
  test.each<[string, ColorDepth, string]>([
    ["#ff0000", 16_777_216, "\x1b[38;2;255;0;0m"],
    ["#ff0000", 256, "\x1b[38;5;196m"],
    ["#808080", 256, "\x1b[38;5;244m"],
    ["#ff0000", 16, "\x1b[91m"],
    ["#cd0000", 16, "\x1b[31m"],
    ["#ff0000", 0, ""],
  ])("%s of %d", (foreground, depth, expected) => {
    expect(sgr({ foreground }, depth)).toBe(expected);
  });

  test("a background becomes an inversion where there are few", () => {
    const style = { foreground: "#ffffff", background: "#2b4164" };
    expect(sgr(style, 16)).toBe("\x1b[7m");
    expect(sgr(style, 0)).toBe("\x1b[7m");
    expect(sgr(style, 256)).toStartWith("\x1b[38;5;231;48;5;");
  });
});

describe.each(paletteNames)("the palette %s", (name) => {
  const depths: readonly ColorDepth[] = [0, 16, 256, 16_777_216];

  test("draws lines of exactly their width, whatever they hold", () => {
    for (const depth of depths) {
      const theme = makeTheme(name, { depth, ascii: false });
      for (const role of Object.keys(palettes.dark) as Role[]) {
        for (const text of ["", "short", "日本語".repeat(10), "x".repeat(99)]) {
          const painted = theme.paint([[text, role], ["!"]], 20, "selected");
          expect(Bun.stringWidth(painted)).toBe(20);
        }
      }
    }
  });

  test("leaves nothing switched on behind a line", () => {
    const painted = makeTheme(name, { depth: 256, ascii: false }).paint([["a", "bad"]], 9, "bar");
    expect(codesIn(painted).at(-1) ?? 0).toBe(0);
  });

  test("shows what is selected", () => {
    for (const depth of depths) {
      const theme = makeTheme(name, { depth, ascii: false });
      expect(theme.paint([["a"]], 3, "selected")).not.toBe(theme.paint([["a"]], 3));
    }
  });
});

test("without colours there are none, whichever palette is asked for", () => {
  for (const name of paletteNames) {
    const theme = makeTheme(name, { depth: 0, ascii: false });
    for (const role of Object.keys(palettes[name]) as Role[]) {
      const colors = codesIn(theme.paint([["a", role]], 1)).filter((code) => code >= 30);
      expect(colors).toEqual([]);
    }
  }
});

test("with letters only, nothing but ASCII is drawn", () => {
  const { glyphs } = makeTheme("dark" satisfies PaletteName, { depth: 0, ascii: true });
  expect(JSON.stringify(glyphs)).toMatch(/^[\x20-\x7e]*$/);
});

test("nothing from outside reaches the terminal as a command", () => {
  const theme = makeTheme("dark", { depth: 0, ascii: false });
  const painted = theme.paint([["a\x1b]52;c;x\x07b\n"]], 20);
  expect([...painted].every((character) => character >= " ")).toBe(true);
});
